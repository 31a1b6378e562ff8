import { holdLaws } from "./laws";

holdLaws(2, 125);
