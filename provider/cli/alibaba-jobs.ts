import { detailOfJob, type Job } from "../engine/alibaba/backup";
import { type JobState, jobStateAt } from "../engine/alibaba/job-state";
import { isoTime } from "../engine/core/time";
import type { Query } from "../engine/engine";
import type { ListedJob } from "./list";
import type { AnyMachine } from "./select-machine";
import { readableSize } from "./table";

interface JobNow {
  readonly job: Job;
  readonly state: JobState;
  readonly instanceName: string;
}

/** The backup jobs of Cloud Backup, newest first. */
export const alibabaJobs: Query<AnyMachine | undefined, ListedJob[]> = async ({ store, settings, now }, machine) => {
  if (machine?.cloud === "azure") return [];
  const wanted = machine === undefined ? {} : { instanceId: machine.id };
  const order = { column: "startTime", direction: "descending" } as const;
  const jobs = await store.find("job", { account: settings.account, ...wanted }, { order });
  const machines = await store.getMany("machine", [...new Set(jobs.map((job) => job.instanceId))]);
  const groups = await store.find("consistencyGroup", { account: settings.account });
  const names = new Map([
    ...machines.map(({ id, instanceName }) => [id, instanceName] as const),
    ...groups.map(({ id, groupName }) => [id, groupName] as const),
  ]);
  return jobs.map((job) => {
    const state = jobStateAt(job, now);
    const named = { job, state, instanceName: names.get(job.instanceId) ?? job.instanceId };
    return {
      time: job.startTime,
      status: state.status,
      cells: () => cellsOf(named),
      describe: () => describe(named),
    };
  });
};

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
