import type { Command } from "commander";
import { exportStore } from "../../store/export";
import type { GlobalOptions } from "../configuration";
import type { Io } from "../io";
import { withEngine } from "../with-engine";

/** Prints the engine's rows: two engines with the same history print the same bytes, whatever store they are on. */
export function configureExport(command: Command, io: Io): void {
  command.action(async (_options: unknown, called: Command) => {
    const options = called.optsWithGlobals<GlobalOptions>();
    await withEngine(options, io, (engine) => exportStore(engine.store, io.stdout));
  });
}
