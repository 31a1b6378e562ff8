import { holdLaws } from "./laws";

holdLaws(1, 125);
