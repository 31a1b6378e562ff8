import { type Command, Option } from "commander";
import { jobStatuses } from "../../engine/alibaba/job-state";
import { vaultJobStatuses } from "../../engine/azure/vault-job";
import type { Query } from "../../engine/engine";
import { alibabaJobs } from "../alibaba-jobs";
import { azureJobs } from "../azure-jobs";
import type { GlobalOptions } from "../configuration";
import { type Io, printJson } from "../io";
import { inOneList, type ListedJob, parseLimit, printList } from "../list";
import { selectMachine } from "../select-machine";
import { withEngine } from "../with-engine";

interface JobsOptions extends GlobalOptions {
  readonly machine?: string;
  readonly status?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

/** Each cloud has words of its own. */
const statuses = [...jobStatuses, ...vaultJobStatuses];

export function configureJobs(command: Command, io: Io): void {
  command
    .option("--machine <id or name>", "only jobs of this machine")
    .addOption(new Option("--status <status>", "only jobs of this status").choices(statuses))
    .option("--limit <number>", "the newest ones only (default: 50 in a table, all in JSON)", parseLimit)
    .option("--json", "print JSON")
    .action(async (_options: unknown, called: Command) => {
      const options = called.optsWithGlobals<JobsOptions>();
      const { machine, limit } = options;
      const found = await withEngine(options, io, (engine) => engine.ask(findJobs, machine));
      const rows = found.filter(({ status }) => options.status === undefined || status === options.status);
      if (options.json === true) {
        printJson(
          io,
          rows.slice(0, limit).map((row) => row.describe()),
        );
      } else printList(io, { what: "jobs", head, rows, limit, cells: (row) => row.cells() });
    });
}

const head = ["job", "machine", "kind", "status", "progress", "started", "level", "size"];

/** Of both clouds. */
const findJobs: Query<string | undefined, ListedJob[]> = async (context, name) => {
  const machine = name === undefined ? undefined : await selectMachine(context, name);
  return inOneList(await alibabaJobs(context, machine), await azureJobs(context, machine));
};
