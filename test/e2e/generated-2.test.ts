import { holdLawsInCli } from "./generated";

holdLawsInCli(2, 10);
