import type { Finding } from "../../definition/finding";
import type { CheckScope } from "../../definition/resource";
import { protectionsOver } from "../../engine/alibaba/consistency-group";
import { findMachine } from "../../engine/alibaba/machine";
import { findProtection } from "../../engine/alibaba/protection";
import { coverOf, onlyProtectedBy, slotsOf } from "../../engine/alibaba/protection-gap";
import { type Protection, settingsOf } from "../../engine/alibaba/protection-row";
import { ruleSources } from "../../engine/alibaba/rule";
import { nameOfUrn } from "../../engine/core/urn";
import type { QueryContext } from "../../engine/engine";
import { freshStart, lateStart, leftMachine, leftOutDisk, stoppedBackups } from "../shared/unprotected-time";

const ruleOf = (id: keyof typeof ruleSources) => ({ id, source: ruleSources[id] });

/** How a protection or a plan is about to change. */
interface Change {
  readonly protection: Protection;
  readonly oldSourceId: string;
  readonly sourceId: string;
  readonly wasDisabled: boolean;
  readonly disabled: boolean;
}

/** Machines that a change of a protection leaves without backups, and from when on. */
export async function unprotectedFindings(context: QueryContext, change: Change): Promise<Finding[]> {
  const { protection, oldSourceId, sourceId, wasDisabled, disabled } = change;
  const alone = { sourceId: oldSourceId, protectionId: protection.id };
  if (oldSourceId !== sourceId) {
    const path = sourceId.startsWith("cg-") ? "groupId" : "instanceId";
    const left = await onlyProtectedBy(context, alone);
    return left.map((cover) => leftMachine(ruleOf("A-45"), path, cover, context.now));
  }
  if (wasDisabled || !disabled) return [];
  const stopped = await onlyProtectedBy(context, alone);
  const gap = { path: "disabled", back: "set disabled to false to go on" };
  return stopped.map((cover) => stoppedBackups(ruleOf("A-59"), gap, cover, context.now));
}

/** A protection whose backups begin later than its schedule lets one expect. */
export async function lateStartFindings(context: QueryContext, id: string): Promise<Finding[]> {
  const protection = await findProtection(context, id);
  if (protection === undefined) return [];
  const slots = await slotsOf(context, protection);
  const findings: Finding[] = [];
  for (const { machineId, machineName: name, newest } of await coverOf(context, protection.instanceId)) {
    const beside = await planBeside(context, machineId, protection);
    const finding = lateStart(ruleOf("A-35"), { name, newest, backup: "hbr:Backup", beside }, slots, context.now);
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

/** A plan that backs a machine up beside a protection: where a region gets a Policy Center, one follows the other. */
async function planBeside(context: QueryContext, machineId: string, { id: ownId }: Protection) {
  const all = await protectionsOver(context, machineId);
  const plan = all.find(({ id, policyId, disabled }) => id !== ownId && id === policyId && !disabled);
  if (plan === undefined) return undefined;
  const name = plan.urn === null ? plan.id : nameOfUrn(plan.urn);
  return { name: `plan ${name}`, slots: await slotsOf(context, plan) };
}

/** A machine that is made anew begins without recovery points. */
export async function replacedMachineFindings(context: QueryContext, instanceId: string): Promise<Finding[]> {
  const [cover] = await coverOf(context, instanceId);
  if (cover === undefined) return [];
  const protections = (await protectionsOver(context, instanceId)).filter(({ disabled }) => !disabled);
  const [protection] = protections;
  if (protection === undefined && cover.points === 0) return [];
  const slots = protection === undefined ? { first: null, interval: null } : await slotsOf(context, protection);
  const kept =
    cover.points === 0
      ? "the old one has none either"
      : `the ${cover.points} of ${cover.machineId} stay, and come back as a new machine only`;
  const what = `machine ${cover.machineName} is made anew: the new one`;
  const backup = "hbr:Backup, or restore the newest point (hbr:Restore) rather than begin with an empty machine";
  return [freshStart(ruleOf("A-59"), { path: "", what, kept, backup }, slots)];
}

/**
 * A disk that comes to a machine whose protection lists its disks. A protection that is still to be checked in this run
 * may yet name it; what it doesn't name is told then.
 */
export async function newDiskFindings(
  { context, urn, wasChecked }: CheckScope<unknown>,
  instanceId: string,
): Promise<Finding[]> {
  const machine = await findMachine(context, instanceId);
  const findings: Finding[] = [];
  for (const protection of await protectionsOver(context, instanceId)) {
    const { diskIdList } = settingsOf(protection);
    if (diskIdList.length === 0 || protection.createdByTag) continue;
    if (protection.urn !== null && !wasChecked(protection.urn)) continue;
    const disk = nameOfUrn(urn);
    const about = protection.urn === null ? {} : { about: protection.urn };
    findings.push(
      leftOutDisk(ruleOf("A-22"), { disk, machine: machine?.instanceName ?? instanceId, ...diskList, ...about }),
    );
  }
  return findings;
}

/** Disks that came to the machine since the last update and that the protection's list leaves out. */
export function leftOutFindings(
  before: readonly { readonly diskId: string }[],
  after: readonly { readonly diskId: string; readonly rule: string }[],
  { machine, listed }: { readonly machine: string; readonly listed: readonly string[] },
): Finding[] {
  if (listed.length === 0) return [];
  const known = new Set([...before.map(({ diskId }) => diskId), ...listed]);
  return after
    .filter(({ diskId, rule }) => rule === "A-22" && !known.has(diskId))
    .map(({ diskId: disk }) => leftOutDisk(ruleOf("A-22"), { disk, machine, ...diskList }));
}

const diskList = {
  list: "diskIdList",
  remedy: "add it to diskIdList, or leave the list out: all disks are then taken, those to come as well",
};
