import { armKey, guidOf, jobIdOf } from "../../provider/engine/azure/arm-id";
import { createManualBackup } from "../../provider/engine/azure/manual-backup";
import { deletePoint, deleteSnapshot } from "../../provider/engine/azure/point-deletion";
import { putItem, removeItem } from "../../provider/engine/azure/protected-item";
import { putPolicy } from "../../provider/engine/azure/protection-policy";
import { changeFile } from "../../provider/engine/azure/script-deployment";
import { type RoleAssignment, settingsOf } from "../../provider/engine/azure/vault";
import { updateVault } from "../../provider/engine/azure/vault-change";
import { setKeyEnabled } from "../../provider/engine/azure/vault-key";
import {
  attachDisk,
  detachDisk,
  removeMachine,
  setGuestAgent,
  setHostFile,
  setPowerState,
  setVssHealthy,
  uninstallExtension,
} from "../../provider/engine/azure/virtual-machine";
import type { Command } from "../../provider/engine/engine";
import { EngineError } from "../../provider/engine/error";
import type { AzureRetentionAuditor, AzureRows } from "../support/azure-retention-auditor";
import { isImmutableIn } from "../support/azure-retention-auditor";
import type { TestEngine } from "../support/test-engine";
import { itemId, machineId, policyId, vaultId } from "./azure-estate";
import type { AzureEvent, AzureEventOf } from "./azure-events";

/** An event on an engine as it is by then: what is run, and what the auditor thinks of it. */
export interface AzureAction {
  run(engine: TestEngine): Promise<unknown>;
  /** Whether the engine must accept it; absent or undefined where the auditor has no opinion. */
  may?(auditor: AzureRetentionAuditor): boolean | undefined;
  /** What follows for the auditor's book once it is done. */
  done?(auditor: AzureRetentionAuditor, before: AzureRows, after: AzureRows): void;
  /** Who may not do it, by their role on the vault (Z-20). */
  readonly strangers?: readonly string[];
}

/** Unique over a history. */
export type Sequence = { next: number };

type Maker<K extends AzureEvent["kind"]> = (
  event: AzureEventOf<K>,
  rows: AzureRows,
  sequence: Sequence,
) => AzureAction | undefined;

function command<I>(what: Command<I, unknown>, input: I, rest: Partial<AzureAction> = {}): AzureAction {
  return { run: (engine) => engine.run(what, input), ...rest };
}

const secondsPerDay = 86_400;

/** Who may not configure, and who may not even back up. */
const notContributors = ["stranger", "reader", "operator"];
const notOperators = ["stranger", "reader"];

function isProtecting(rows: AzureRows, policy: string): boolean {
  return rows.item.some((item) => item.policyId === armKey(policy));
}

const policy: Maker<"policy"> = ({ policy: number, properties }, rows) => {
  const id = policyId(number);
  const old = rows.policy.find((each) => each.id === armKey(id))?.properties as { policyType?: string } | undefined;
  const isBack = old?.policyType === "V2" && properties.policyType === "V1" && isProtecting(rows, id);
  const input = { vaultId, policyName: `policy-${number}`, urn: null, properties };
  return command(putPolicy, input, {
    // In an immutable vault the auditor only sees to it that nothing comes to live shorter.
    may: () => (isBack ? false : isImmutableIn(rows) && old !== undefined ? undefined : true),
    done: (auditor, before, after) => auditor.policyWritten(before, after, armKey(id)),
    strangers: notContributors,
  });
};

function write(
  machine: string,
  change: Pick<Parameters<typeof putItem>[1], "policyId" | "protectionState" | "diskExclusion" | "createMode">,
): AzureAction {
  const id = armKey(itemId(machine));
  const names = { vaultId, sourceResourceId: machineId(machine), urn: null, ownId: id, requireConsistency: null };
  return command(
    putItem,
    { ...names, ...change },
    {
      done: (auditor, before, after) => auditor.itemWritten(before, after, id),
      strangers: notContributors,
    },
  );
}

const protect: Maker<"protect"> = ({ machine, policy: number, recover, exclude }) =>
  write(machine, {
    policyId: policyId(number),
    protectionState: "Protected",
    diskExclusion: exclude === null ? null : { diskLunList: exclude, isInclusionList: false },
    createMode: recover ? "Recover" : "Default",
  });

const stop: Maker<"stop"> = ({ machine, policy: number, suspend, recover }) =>
  write(machine, {
    policyId: number === null ? null : policyId(number),
    protectionState: suspend ? "BackupsSuspended" : "ProtectionStopped",
    diskExclusion: null,
    createMode: recover ? "Recover" : "Default",
  });

const remove: Maker<"remove"> = ({ machine, points }, rows) => {
  const id = armKey(itemId(machine));
  const item = rows.item.find((each) => each.id === id);
  const isThere = item !== undefined && item.protectionState !== "SoftDeleted";
  return command(
    removeItem,
    { armId: id, points },
    {
      may: (auditor) => auditor.mayRemove(rows, id, points),
      done: (auditor, before) => auditor.itemRemoved(before, id, points),
      strangers: isThere ? notContributors : [],
    },
  );
};

const manual: Maker<"manual"> = ({ machine, days }, rows, sequence) => {
  const id = armKey(itemId(machine));
  const item = rows.item.find((each) => each.id === id);
  const expireTime = days === null ? null : rows.now + days * secondsPerDay;
  const jobId = jobIdOf(vaultId, guidOf("manual", sequence.next++));
  return command(
    createManualBackup,
    { jobId, itemId: id, expireTime },
    {
      may: (auditor) => {
        const gone = rows.machine.find((each) => each.id === item?.vmId)?.released !== false;
        if (item?.protectionState !== "Protected" || days === 0 || gone) return false;
        const owner = rows.policy.find((each) => each.id === item.policyId);
        if (owner === undefined || rows.vault[0]?.keyEnabled !== true) return false;
        return auditor.auditOf(rows, item, propertiesOfRow(owner)).achieved !== "NONE";
      },
      done: (auditor, before, after) => auditor.manual(before, after, id, expireTime),
      strangers: notOperators,
    },
  );
};

function propertiesOfRow({ properties }: AzureRows["policy"][number]) {
  return properties as unknown as AzureEventOf<"policy">["properties"];
}

const vault: Maker<"vault"> = ({ immutability, softDelete, days }, rows) => {
  const old = rows.vault[0];
  if (old === undefined) return undefined;
  const before = settingsOf(old);
  const isOneWay =
    (before.immutability === "Locked" && immutability !== "Locked") ||
    (before.softDelete.state === "AlwaysON" && softDelete !== "AlwaysON");
  const { armId, vaultName, resourceGroupName, location, tags } = old;
  const roleAssignments = old.roleAssignments as unknown as readonly RoleAssignment[];
  const settings = { ...before, immutability, softDelete: { state: softDelete, retentionDays: days } };
  const input = { armId, urn: null, vaultName, resourceGroupName, location, roleAssignments, tags, settings };
  return command(updateVault, input, { may: () => !isOneWay, strangers: notContributors });
};

/** Of the points whose time is not over. */
function choose({ point, now }: AzureRows, pick: number): AzureRows["point"][number] | undefined {
  const living = point.filter(({ expireTime }) => expireTime === null || expireTime > now);
  return living[pick % Math.max(1, living.length)];
}

const makers: { [K in AzureEvent["kind"]]: Maker<K> } = {
  advance: ({ seconds }) => ({
    run: (engine) => engine.advance(seconds),
    may: () => true,
    done: (auditor, before, after) => auditor.advance(before, after),
  }),
  policy,
  protect,
  stop,
  remove,
  manual,
  vault,
  deletePoint: ({ pick }, rows) => {
    const point = choose(rows, pick);
    if (point === undefined) return undefined;
    return command(deletePoint, point.armId, {
      may: () => !isImmutableIn(rows),
      done: (auditor) => auditor.pointDeleted(point.id),
      strangers: notContributors,
    });
  },
  deleteSnapshot: ({ pick }, rows) => {
    const point = choose(rows, pick);
    if (point === undefined) return undefined;
    return command(deleteSnapshot, point.armId, {
      may: () => point.snapshotUntil > rows.now,
      done: (auditor, before) => auditor.snapshotDeleted(point.id, before.now),
    });
  },
  key: ({ isEnabled }) => command(setKeyEnabled, { vaultId, isEnabled }, { may: () => true }),
  power: ({ machine, powerState }) => command(setPowerState, { vmId: machineId(machine), powerState }),
  agent: ({ machine, guestAgent }) => command(setGuestAgent, { vmId: machineId(machine), guestAgent }),
  vss: ({ healthy }) => command(setVssHealthy, { vmId: machineId("vm-1"), healthy }),
  hostFile: ({ state }) => command(setHostFile, { vmId: machineId("vm-0"), state }),
  uninstall: ({ machine }) => command(uninstallExtension, machineId(machine)),
  attach: ({ machine, lun }) => {
    const disk = { lun, name: `attached-${lun}`, sizeGiB: 4, usedGiB: null, encrypted: false };
    return command(attachDisk, { vmId: machineId(machine), disk });
  },
  detach: ({ machine, lun }) => command(detachDisk, { vmId: machineId(machine), lun }),
  file: ({ path, change }) => {
    const isConfigEdit = path.endsWith(".json") && change.kind === "edit";
    return command(
      changeFile,
      { machineId: machineId("vm-0"), path, change },
      { done: (auditor) => isConfigEdit && auditor.configSays(null) },
    );
  },
  config: ({ edit: { text, says } }) => {
    const path = "/etc/azure/VMSnapshotScriptPluginConfig.json";
    const change = { kind: "edit", text } as const;
    return command(
      changeFile,
      { machineId: machineId("vm-0"), path, change },
      { done: (auditor) => auditor.configSays(says) },
    );
  },
  release: ({ machine }) => command(removeMachine, machineId(machine)),
};

/** What an event comes to on an engine as its rows are; undefined where it means nothing there. */
export function azureActionOf(event: AzureEvent, rows: AzureRows, sequence: Sequence): AzureAction | undefined {
  return (makers[event.kind] as Maker<AzureEvent["kind"]>)(event as never, rows, sequence);
}

/** Does what an action says; false when the engine refused it in its own words. */
export async function isAccepted(engine: TestEngine, action: AzureAction): Promise<boolean> {
  try {
    await action.run(engine);
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}
