/** Thrown by a command that did its work and has an exit code of its own to tell what came out. */
export class Verdict extends Error {
  constructor(readonly exitCode: number) {
    super(`exit code ${exitCode}`);
    this.name = "Verdict";
  }
}
