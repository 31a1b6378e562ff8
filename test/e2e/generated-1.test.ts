import { holdLawsInCli } from "./generated";

holdLawsInCli(1, 10);
