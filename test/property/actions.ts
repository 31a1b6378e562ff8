import { editPlan, findPlan } from "../../provider/engine/alibaba/backup-plan";
import { openPolicyCenter } from "../../provider/engine/alibaba/catalogue";
import { createClone } from "../../provider/engine/alibaba/clone";
import { putFault } from "../../provider/engine/alibaba/fault";
import { changeKey } from "../../provider/engine/alibaba/kms-key";
import { releaseMachine } from "../../provider/engine/alibaba/machine";
import {
  createManualBackup,
  extendManualBackup,
  removeManualBackup,
} from "../../provider/engine/alibaba/manual-backup";
import { deletePoint } from "../../provider/engine/alibaba/point-deletion";
import { putPolicy } from "../../provider/engine/alibaba/policy";
import { numberRules } from "../../provider/engine/alibaba/policy-rule";
import { putProtection, removeProtection } from "../../provider/engine/alibaba/protection";
import type { PointSelection } from "../../provider/engine/alibaba/recovery-point";
import { createRestore } from "../../provider/engine/alibaba/restore";
import { createOverride } from "../../provider/engine/alibaba/retention-override";
import { runNow } from "../../provider/engine/alibaba/run-now";
import { changeScript } from "../../provider/engine/alibaba/script";
import { deleteNativeSnapshot, shareSnapshot, useSnapshot } from "../../provider/engine/alibaba/snapshot";
import { bindByTags } from "../../provider/engine/alibaba/tag-binding";
import type { Command } from "../../provider/engine/engine";
import { EngineError } from "../../provider/engine/error";
import type { Meant, RetentionAuditor } from "../support/retention-auditor";
import { expiryAfter } from "../support/retention-calendar";
import type { End, Rows } from "../support/retention-ledger";
import type { TestEngine } from "../support/test-engine";
import { settingsFor } from "./estate";
import type { Event, EventOf, EventRule } from "./events";

/** An event on an engine as it is by then: what is run, and what the auditor thinks of it. */
export interface Action {
  run(engine: TestEngine): Promise<unknown>;
  /** Whether the engine must accept it; absent where the auditor has no opinion. */
  may?(auditor: RetentionAuditor): boolean;
  /** What follows for the auditor's book once it is done. */
  done?(auditor: RetentionAuditor, before: Rows, after: Rows): void;
}

/** Chooses among what is there; undefined where there is nothing. */
function choose<T>(all: readonly T[], pick: number): T | undefined {
  return all[pick % Math.max(1, all.length)];
}

function command<I>(what: Command<I, unknown>, input: I, rest: Partial<Action> = {}): Action {
  return { run: (engine) => engine.run(what, input), ...rest };
}

/** Unique over a history; what is made anew has a new id, as a new incarnation has. */
export type Sequence = { next: number };

type Maker<K extends Event["kind"]> = (event: EventOf<K>, rows: Rows, sequence: Sequence) => Action | undefined;

function day(days: number): number {
  return days * 86_400;
}

const protect: Maker<"protect"> = (event, rows, sequence) => {
  const policyId = `po-${event.policy}`;
  const old = rows.protection.find((each) => each.instanceId === event.source && !each.createdByTag);
  if (old?.id.startsWith("plan-") === true) return undefined;
  const rules = (rows.policy.find(({ id }) => id === policyId)?.rules ?? []) as unknown as { ruleType: string }[];
  const key = event.key && rules.some(({ ruleType }) => ruleType === "REPLICATION");
  const settings = settingsFor(event.source, { ...event, key });
  const id = old?.id ?? `pd-${sequence.next++}`;
  const common = { urn: null, requireConsistency: null, disabled: old?.disabled ?? false };
  return command(putProtection, { id, sourceId: event.source, policyId, settings, ...common });
};

const unprotect: Maker<"unprotect"> = ({ pick, deletePoints }, rows) => {
  const protection = choose(rows.protection, pick);
  if (protection === undefined || protection.id.startsWith("plan-")) return undefined;
  const { id } = protection;
  const isOwn = ({ protectionId }: { protectionId: string | null }) => deletePoints && protectionId === id;
  const ids = [...rows.groupPoint.filter(isOwn), ...rows.recoveryPoint.filter(isOwn)].map((each) => each.id);
  return command(removeProtection, { id, deletePoints }, deletion(ids, false));
};

function deletion(ids: readonly string[], isRequest: boolean): Partial<Action> {
  return {
    may: (auditor) => auditor.mayDelete(ids, isRequest),
    done: (auditor, { now }) => auditor.delete(ids, now, isRequest),
  };
}

/** An edit of the plan; where the Policy Center has come it is converted, and all it has done so far is kept. */
const plan: Maker<"plan"> = ({ retention, copy, openCenter }) => ({
  run: async (engine) => {
    if (openCenter) await engine.run(openPolicyCenter, "me-central-1");
    const found = await engine.ask(findPlan, "plan-1");
    if (found === undefined) throw new Error("the plan is gone");
    const { protection: _row, convertedPolicyId: _policy, ...old } = found;
    const destination = copy ? { regionId: "cn-shanghai", retentionDays: 3 } : null;
    return engine.run(editPlan, { ...old, retention, copy: destination, requireConsistency: null });
  },
});

const run: Maker<"runNow"> = ({ pick, ruleIndex }, rows) => {
  const protection = choose(rows.protection, pick);
  if (protection === undefined) return undefined;
  return command(
    runNow,
    { protection, ruleIndex },
    {
      may: (auditor) => auditor.mayRunNow(rows, protection),
      done: (auditor, before, after) => auditor.runNow(before, after, protection, ruleIndex),
    },
  );
};

const manual: Maker<"manual"> = ({ source, value, unit, copy }, _rows, sequence) => {
  const settings = settingsFor(source, { appConsistent: true, disks: "all", key: false });
  const months = copy?.months ?? null;
  const destination =
    copy === null
      ? null
      : { regionId: copy.regionId, retention: months === null ? null : { value: months, unit: "MONTH" as const } };
  const retention = { value, unit: unit as "DAY" };
  const input = { jobId: `job-m${sequence.next++}x`, sourceId: source, settings, retention, copy: destination };
  return command(createManualBackup, input, {
    done: (auditor, before, after) => auditor.manual(before, after, { value, unit, copy }),
  });
};

/** Manual backups that are whole: a group's, not those of its machines. */
function manualJobs(rows: Rows) {
  return rows.job.filter(({ kind, detail }) => kind === "MANUAL" && Object.hasOwn(detail as object, "manual"));
}

const extendManual: Maker<"extendManual"> = ({ pick, value, unit }, rows) => {
  const job = choose(manualJobs(rows), pick);
  if (job === undefined) return undefined;
  const end = expiryAfter(job.startTime, value, unit);
  const dimension = job.instanceId.startsWith("cg-") ? "GROUP" : "INSTANCE";
  const point = [...rows.groupPoint, ...rows.recoveryPoint].find(({ id }) => id === job.recoveryPointId);
  const isLonger = point !== undefined && point.expireTime !== null && point.expireTime < end;
  return command(
    extendManualBackup,
    { jobId: job.id, retention: { value, unit: unit as "DAY" } },
    { done: (auditor) => isLonger && auditor.extend({ dimension, ids: [point.id] }, () => end) },
  );
};

const forget: Maker<"forget"> = ({ pick, deletePoint: withPoint }, rows) => {
  const job = choose(manualJobs(rows), pick);
  if (job === undefined) return undefined;
  const living = [...rows.groupPoint, ...rows.recoveryPoint].filter(({ id }) => id === job.recoveryPointId);
  const ids = withPoint ? living.map(({ id }) => id) : [];
  return command(removeManualBackup, { jobId: job.id, deletePoint: withPoint }, deletion(ids, false));
};

const override: Maker<"override"> = (event, rows, sequence) => {
  const meant = meantBy(event, rows);
  if (meant === undefined) return undefined;
  const [target, { ids }] = meant;
  const { dimension, days } = event;
  const endFor = (created: number): End => (days === null ? null : created + day(days));
  const input = { id: `ro-${sequence.next++}`, target, dimension, retentionDays: days };
  return command(createOverride, input, {
    may: (auditor) => ids.length > 0 && auditor.mayExtend({ dimension, ids }, endFor),
    done: (auditor) => auditor.extend({ dimension, ids }, endFor),
  });
};

/** A selection, and whom it means, found out from the rows alone. */
function meantBy({ dimension, by, pick }: EventOf<"override">, rows: Rows): [PointSelection, Meant] | undefined {
  const lives: readonly (Rows["groupPoint"][number] | Rows["recoveryPoint"][number])[] =
    dimension === "GROUP" ? rows.groupPoint : rows.recoveryPoint;
  const chosen = choose(lives, pick);
  if (chosen === undefined) return undefined;
  const sourceId = "groupId" in chosen ? chosen.groupId : chosen.instanceId;
  const none = { recoveryPointId: null, sourceId: null, diskId: null, latest: false };
  const times = { createdBefore: null, createdAfter: null };
  const of = lives.filter((each) => ("groupId" in each ? each.groupId : each.instanceId) === sourceId);
  const newest = Math.max(...of.map(({ createTime }) => createTime));
  if (by === "latest" && of.filter(({ createTime }) => createTime === newest).length > 1) return undefined;
  const selected = {
    id: [chosen],
    latest: of.filter(({ createTime }) => createTime === newest),
    before: of.filter(({ createTime }) => createTime < chosen.createTime),
  }[by];
  const selection = {
    id: { ...none, ...times, recoveryPointId: chosen.id },
    latest: { ...none, ...times, sourceId, latest: true },
    before: { ...none, ...times, sourceId, createdBefore: chosen.createTime },
  }[by];
  const isUsed = (id: string) => rows.snapshot.some((each) => each.id === id && !each.managed);
  const disksOf = (point: (typeof selected)[number]) =>
    "diskIds" in point
      ? point.diskIds
          .map((_, index) => `${point.id}-${index}`)
          .filter((id) => !point.deletedSnapshotIds.includes(id) && !isUsed(id))
      : [];
  const ids = dimension === "DISK" ? selected.flatMap(disksOf) : selected.map(({ id }) => id);
  return [selection, { dimension, ids }];
}

const remove: Maker<"delete"> = ({ pick }, rows) => {
  const point = choose([...rows.recoveryPoint, ...rows.groupPoint, ...rows.replica], pick);
  return point === undefined ? undefined : command(deletePoint, point.id, deletion([point.id], true));
};

/** Ids of snapshots that are there, and of one that isn't. */
function snapshotIds({ recoveryPoint, snapshot }: Rows): string[] {
  const implied = recoveryPoint.flatMap(({ id, diskIds }) => diskIds.map((_, index) => `${id}-${index}`));
  return [...new Set([...snapshot.map(({ id }) => id), ...implied, "s-nobody"])];
}

const deleteSnapshot: Maker<"deleteSnapshot"> = ({ pick, force }, rows) => {
  const id = choose(snapshotIds(rows), pick) as string;
  return command(
    deleteNativeSnapshot,
    { id, force },
    {
      may: (auditor) => auditor.mayDeleteSnapshot(id, force),
      done: (auditor, { now }) => auditor.deleteSnapshot(id, now),
    },
  );
};

const use: Maker<"useSnapshot"> = ({ pick, image }, rows, sequence) => {
  const id = choose(snapshotIds(rows), pick) as string;
  const made = image ? { imageId: `m-${sequence.next++}` } : { diskId: `d-made${sequence.next++}` };
  return command(useSnapshot, { id, ...made }, { done: (auditor) => auditor.useSnapshot(id) });
};

const target = {
  diskCategory: "cloud_essd",
  diskPerformanceLevel: "PL1",
  instanceType: "ecs.g7.large",
  restoredNetwork: "vsw-1",
  securityGroup: "sg-1",
  restoredName: "restored",
  restoredHostName: "restored",
  allocatePublicIp: false,
  privateIpAddress: null,
  bootAfterRestore: true,
};

const restore: Maker<"restore"> = ({ pick }, rows, sequence) => {
  const point = choose(rows.recoveryPoint, pick);
  if (point === undefined) return undefined;
  const none = { regionId: null, diskId: null, sourceInstanceId: null, targetInstanceId: null };
  const disk = { diskCategory: null, diskPerformanceLevel: null, forceRestore: false, bootAfterRestore: true };
  const id = `rs-${sequence.next++}`;
  const input = { id, restoreType: "UDM_ECS" as const, recoveryPointId: point.id, target, ...none, ...disk };
  // Data disks alone make no machine.
  const isWhole = rows.disk.some((one) => one.type === "system" && point.diskIds.includes(one.id));
  return command(createRestore, input, { may: () => !point.damaged && isWhole });
};

const clone: Maker<"clone"> = ({ instance }, _rows, sequence) =>
  command(
    createClone,
    { id: `cl-${sequence.next++}`, sourceId: instance, target },
    { done: (auditor, before, after) => auditor.clone(before, after) },
  );

const tag: Maker<"tag"> = ({ instance, tier }) => ({
  run: (engine) =>
    engine.run(async (context) => {
      const machine = await context.store.get("machine", instance);
      if (machine === undefined || machine.released) return;
      await context.store.put("machine", [{ ...machine, tags: { tier } }]);
      await bindByTags(context, { instanceIds: [instance] });
    }, undefined),
});

const putStatus: Command<{ id: string; status: string }, void> = async ({ store }, { id, status }) => {
  const machine = await store.get("machine", id);
  if (machine !== undefined && !machine.released) await store.put("machine", [{ ...machine, status }]);
};

const putDisabled: Command<{ id: string; disabled: boolean }, void> = async ({ store }, { id, disabled }) => {
  const protection = await store.get("protection", id);
  if (protection !== undefined) await store.put("protection", [{ ...protection, disabled }]);
};

const policy: Maker<"policy"> = (event) => ({
  run: (engine) =>
    engine.run(async (context) => {
      const id = `po-${event.policy}`;
      const rules = numberRules(id, event.rules);
      const names = { policyName: id, policyDescription: null, policyType: "UDM_ECS_ONLY" as const };
      await putPolicy(context, { id, ...names, rules });
      await bindByTags(context, { instanceIds: null });
    }, undefined),
});

const retention: Maker<"retention"> = ({ policy: number, days, longer }, rows, sequence) => {
  const found = rows.policy.find(({ id }) => id === `po-${number}`);
  if (found === undefined) return undefined;
  const old = found.rules as unknown as readonly (EventRule & { readonly ruleId: string })[];
  const kept = old
    .filter(({ ruleType }) => ruleType !== "TRANSITION")
    .map(({ ruleId: _id, ...rule }) => (rule.ruleType === "BACKUP" ? { ...rule, retention: days } : rule));
  const transition = longer === null ? [] : [{ ruleType: "TRANSITION" as const, retentionRules: [longer] }];
  return policy({ kind: "policy", policy: number, rules: [...kept, ...transition] }, rows, sequence);
};

const makers: { [K in Event["kind"]]: Maker<K> } = {
  advance: ({ seconds }) => ({
    run: (engine) => engine.advance(seconds),
    may: () => true,
    done: (auditor, before, after) => auditor.advance(before, after),
  }),
  policy,
  retention,
  protect,
  unprotect,
  disable: ({ pick, disabled }, rows) => {
    const protection = choose(rows.protection, pick);
    return protection && command(putDisabled, { id: protection.id, disabled });
  },
  plan,
  runNow: run,
  manual,
  extendManual,
  forget,
  override,
  delete: remove,
  deleteSnapshot,
  useSnapshot: use,
  share: ({ pick }, rows) => command(shareSnapshot, { id: choose(snapshotIds(rows), pick) as string, accountId: "2" }),
  fault: ({ what, regionId, seconds }, { now }) => command(putFault, { kind: what, regionId, until: now + seconds }),
  key: ({ keyState, granted }) => command(changeKey, { keyId: "key-1", change: { keyState, granted } }),
  machine: ({ instance, status }) => command(putStatus, { id: instance, status }),
  release: ({ instance }) => command(releaseMachine, instance),
  tag,
  script: ({ path, change }) => command(changeScript, { instanceId: "i-0", path, change }),
  restore,
  clone,
};

/** What an event comes to on an engine as its rows are; undefined where it means nothing there. */
export function actionOf(event: Event, rows: Rows, sequence: Sequence): Action | undefined {
  return (makers[event.kind] as Maker<Event["kind"]>)(event as never, rows, sequence);
}

/** Does what an action says; false when the engine refused it in its own words. */
export async function isAccepted(engine: TestEngine, action: Action): Promise<boolean> {
  try {
    await action.run(engine);
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}
