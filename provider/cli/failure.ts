import { EngineError } from "../engine/error";
import { StoreError } from "../store/store";
import type { Io } from "./io";

/** What a user got wrong before the engine was asked: the project, its configuration, a time. */
export class CommandFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "CommandFailure";
  }
}

/** Tells a failure on stderr; a user's comes with its fix, a bug with all that helps to find it. */
export function reportFailure(error: unknown, io: Io): void {
  if (error instanceof EngineError) {
    const rule = error.rule === "" ? "" : `${error.rule}, `;
    io.stderr(`error: ${error.code}: ${error.message}\n  fix: ${error.remedy}\n  source: ${rule}${error.source}\n`);
  } else if (error instanceof StoreError || error instanceof CommandFailure) {
    io.stderr(`error: ${error.code}: ${error.message}\n  fix: ${error.remedy}\n`);
  } else {
    io.stderr(`bug in cloudbackup: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
}
