import { nameOf, vaultOf } from "../engine/azure/arm-id";
import { type VaultJob, type VaultJobState, vaultJobStateAt } from "../engine/azure/vault-job";
import { isoTime } from "../engine/core/time";
import type { Query } from "../engine/engine";
import { namesOfItems, narrowed } from "./azure-items";
import type { ListedJob } from "./list";
import type { AnyMachine } from "./select-machine";
import { readableSize } from "./table";

interface JobNow {
  readonly job: VaultJob;
  readonly state: VaultJobState;
  /** ARM ids. */
  readonly vmId: string;
  readonly itemId: string | null;
}

/** The jobs of all vaults that the caller may read, newest first. */
export const azureJobs: Query<AnyMachine | undefined, ListedJob[]> = async (context, machine) => {
  if (machine?.cloud === "alibaba") return [];
  const { store, settings, now } = context;
  const order = { column: "startTime", direction: "descending" } as const;
  const filter = { account: settings.account, ...(await narrowed(context, machine, "BackupJobs_List")) };
  const jobs = await store.find("vaultJob", filter, { order });
  const items = await namesOfItems(
    context,
    jobs.flatMap(({ itemId }) => itemId ?? []),
  );
  return jobs.map((job) => {
    const state = vaultJobStateAt(job, now);
    const item = items.get(job.itemId ?? "");
    const named = { job, state, vmId: item?.sourceResourceId ?? job.vmId, itemId: item?.armId ?? job.itemId };
    return {
      time: job.startTime,
      status: state.status,
      cells: () => cellsOf(named),
      describe: () => describe(named),
    };
  });
};

function cellsOf({ job, state, vmId }: JobNow): string[] {
  const isOver = state.status !== "InProgress";
  return [
    nameOf(job.armId),
    nameOf(vmId),
    job.operation,
    isOver && job.errorCode !== null ? `${state.status} (${job.errorCode})` : state.status,
    `${state.progressPercentage} %`,
    isoTime(job.startTime),
    job.level ?? "-",
    readableSize(job.bytesTotal),
  ];
}

function describe({ job, state, vmId, itemId }: JobNow) {
  return {
    jobId: job.armId,
    vmId,
    vmName: nameOf(vmId),
    vaultId: vaultOf(job.armId),
    vaultName: nameOf(vaultOf(job.armId)),
    itemId,
    operation: job.operation,
    userTriggered: job.userTriggered,
    status: state.status,
    progressPercentage: state.progressPercentage,
    startTime: isoTime(job.startTime),
    completeTime: state.status === "InProgress" ? null : isoTime(job.completeTime),
    tasksList: state.tasks.map(({ startTime, completeTime, ...task }) => ({ ...task, startTime: isoTime(startTime) })),
    bytesTotal: job.bytesTotal,
    level: job.level,
    reasons: job.reasons,
    recoveryPointId: job.recoveryPointId,
    errorCode: job.errorCode,
    errorMessage: job.errorMessage,
  };
}
