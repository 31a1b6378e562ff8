import { type Command, Option } from "commander";
import { detailOfJob, type Job } from "../../engine/alibaba/backup";
import { type JobState, jobStateAt, jobStatuses } from "../../engine/alibaba/job-state";
import { isoTime } from "../../engine/core/time";
import type { Query } from "../../engine/engine";
import type { GlobalOptions } from "../configuration";
import { type Io, printJson } from "../io";
import { parseLimit, printList } from "../list";
import { selectMachine } from "../select-machine";
import { readableSize } from "../table";
import { withEngine } from "../with-engine";

interface JobsOptions extends GlobalOptions {
  readonly machine?: string;
  readonly status?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

export function configureJobs(command: Command, io: Io): void {
  command
    .option("--machine <id or name>", "only jobs of this machine")
    .addOption(new Option("--status <status>", "only jobs of this status").choices(jobStatuses))
    .option("--limit <number>", "the newest ones only (default: 50 in a table, all in JSON)", parseLimit)
    .option("--json", "print JSON")
    .action(async (_options: unknown, called: Command) => {
      const options = called.optsWithGlobals<JobsOptions>();
      const found = await withEngine(options, io, (engine) => engine.ask(findJobs, options.machine));
      const jobs = found.filter(({ state }) => options.status === undefined || state.status === options.status);
      if (options.json === true) printJson(io, jobs.slice(0, options.limit).map(describe));
      else printList(io, { what: "jobs", head, rows: jobs, limit: options.limit, cells: cellsOf });
    });
}

interface JobNow {
  readonly job: Job;
  readonly state: JobState;
  readonly instanceName: string;
}

const findJobs: Query<string | undefined, JobNow[]> = async (context, machine) => {
  const { store, settings, now } = context;
  const wanted = machine === undefined ? {} : { instanceId: (await selectMachine(context, machine)).id };
  const order = { column: "startTime", direction: "descending" } as const;
  const jobs = await store.find("job", { account: settings.account, ...wanted }, { order });
  const machines = await store.getMany("machine", [...new Set(jobs.map((job) => job.instanceId))]);
  const groups = await store.find("consistencyGroup", { account: settings.account });
  const names = new Map([
    ...machines.map(({ id, instanceName }) => [id, instanceName] as const),
    ...groups.map(({ id, groupName }) => [id, groupName] as const),
  ]);
  return jobs.map((job) => ({
    job,
    state: jobStateAt(job, now),
    instanceName: names.get(job.instanceId) ?? job.instanceId,
  }));
};

const head = ["job", "machine", "kind", "status", "progress", "started", "level", "size"];

function cellsOf({ job, state, instanceName }: JobNow): string[] {
  return [
    job.id,
    instanceName,
    job.kind,
    job.errorCode === null ? state.status : `${state.status} (${job.errorCode})`,
    `${Math.floor(state.progress / 100)} %`,
    isoTime(job.startTime),
    job.level ?? "-",
    readableSize(job.bytesTotal),
  ];
}

function describe({ job, state, instanceName }: JobNow) {
  return {
    jobId: job.id,
    instanceId: job.instanceId,
    instanceName,
    kind: job.kind,
    status: state.status,
    progress: state.progress,
    startTime: isoTime(job.startTime),
    completeTime: state.status === "RUNNING" ? null : isoTime(job.completeTime),
    bytesTotal: job.bytesTotal,
    bytesDone: state.bytesDone,
    level: job.level,
    reasons: job.reasons,
    parentJobId: detailOfJob(job).parentJobId ?? null,
    protectionId: job.protectionId,
    recoveryPointId: job.recoveryPointId,
    errorCode: job.errorCode,
    errorMessage: job.errorMessage,
  };
}
