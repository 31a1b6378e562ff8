import { recordDeath } from "../core/incarnation";
import type { Command } from "../engine";
import { type Restore, undo } from "./restore";
import { apiRefusal } from "./rule";

/** What a restore or clone is doing at a moment: its end was decided at its start, its progress follows the clock. */
export function restoreStateAt(restore: Restore, now: number): { readonly status: string; readonly progress: number } {
  const { status, startTime, completeTime } = restore;
  if (status !== "COMPLETE") return { status, progress: 0 };
  if (now < startTime) return { status: "QUEUED", progress: 0 };
  if (now >= completeTime) return { status, progress: 10_000 };
  return { status: "RUNNING", progress: Math.floor(((now - startTime) / (completeTime - startTime)) * 10_000) };
}

/**
 * CancelRestoreJob: a restore that waits or runs ends now, and what it made is gone. A machine that was being rolled
 * back stays as it is: what it was before nobody knows.
 */
export const cancelRestore: Command<string, void> = async (context, id) => {
  const restore = await context.store.get("restore", id);
  if (restore === undefined || restore.account !== context.settings.account) {
    const remedy = "list them: cloudbackup call DescribeRestoreJobs2";
    throw apiRefusal("Engine.RestoreNotFound", "RestoreId", `there is no restore job ${id}`, remedy);
  }
  const { status } = restoreStateAt(restore, context.now);
  if (status !== "QUEUED" && status !== "RUNNING") {
    const message = `restore job ${id} is ${status}; only a running one can be cancelled`;
    throw apiRefusal(
      "Engine.RestoreNotRunning",
      "RestoreId",
      message,
      "delete what it made: DeleteInstance, DetachDisk",
    );
  }
  await undo(context, restore);
  const canceled = { ...restore, status: "CANCELED", completeTime: context.now, instanceIds: [], diskIds: [] };
  await context.store.put("restore", [canceled]);
  const resourceType = restore.kind === "CLONE" ? "cloudbackup:hbr:Clone" : "cloudbackup:hbr:Restore";
  await recordDeath(context, { resourceType, resourceId: id });
};
