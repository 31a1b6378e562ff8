import type { Command } from "commander";
import type { Query } from "../../engine/engine";
import { alibabaPoints } from "../alibaba-points";
import { azurePoints } from "../azure-points";
import type { GlobalOptions } from "../configuration";
import { type Io, printJson } from "../io";
import { inOneList, type Listed, parseLimit, printList } from "../list";
import { selectMachine } from "../select-machine";
import { withEngine } from "../with-engine";

interface PointsOptions extends GlobalOptions {
  readonly machine?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

export function configurePoints(command: Command, io: Io): void {
  command
    .option("--machine <id or name>", "only points of this machine")
    .option("--limit <number>", "the newest ones only (default: 50 in a table, all in JSON)", parseLimit)
    .option("--json", "print JSON")
    .action(async (_options: unknown, called: Command) => {
      const options = called.optsWithGlobals<PointsOptions>();
      const { machine, limit } = options;
      const rows = await withEngine(options, io, (engine) => engine.ask(findPoints, machine));
      if (options.json === true) {
        printJson(
          io,
          rows.slice(0, limit).map((row) => row.describe()),
        );
      } else printList(io, { what: "recovery points", head, rows, limit, cells: (row) => row.cells() });
    });
}

const head = ["recovery point", "machine", "created", "expires", "level", "size", "copy", "state"];

/** Of both clouds. */
const findPoints: Query<string | undefined, Listed[]> = async (context, name) => {
  const machine = name === undefined ? undefined : await selectMachine(context, name);
  return inOneList(await alibabaPoints(context, machine), await azurePoints(context, machine));
};
