/** The run was over before a component was whole. What ended it is told already. */
export class RunEnded extends Error {
  constructor() {
    super("the run ended before all of its resources were made: see the error that ended it");
    this.name = "RunEnded";
  }
}
