import { counted } from "../engine/core/counted";
import { listed } from "../engine/core/listed";
import { type Change, changes, keyOf, type Properties, recordOf, recordsOf, shown, textOf } from "./drift-change";
import { type Cause, type DriftFinding, found } from "./drift-finding";
import { coverageRule } from "./drift-protection";
import { type Machine, policiesByTag, protectionsOn, type StackIndex } from "./drift-stack";

/** A machine of Alibaba Cloud: whether its tags still bind it. What lowers a level is told at its protection. */
export function instanceFindings(change: Change, index: StackIndex): readonly DriftFinding[] {
  if (!changes(change, "tags")) return [];
  const machine = index.machines.get(keyOf(change.step.id));
  if (machine === undefined) return [];
  const [old, live] = [policiesByTag(index, machine.tagsBefore, "now"), policiesByTag(index, machine.tagsNow, "now")];
  const told = { property: "tags", rule: "A-03" };
  return [
    ...old
      .filter((policy) => !live.includes(policy))
      .map((policy) => found({ ...told, class: "LOST", what: `its tags no longer bind it to policy ${policy}` })),
    ...live
      .filter((policy) => !old.includes(policy))
      .map((policy) => found({ ...told, class: "STRONGER", what: `its tags bind it to policy ${policy}` })),
  ];
}

/** A VM of Azure: disks that came or went. */
export function virtualMachineFindings(change: Change): readonly DriftFinding[] {
  if (!changes(change, "dataDisks")) return [];
  const machine = keyOf(change.step.id);
  const lunsOf = ({ dataDisks }: Properties) => recordsOf(dataDisks).map(({ lun }) => String(lun));
  const nameAt = ({ dataDisks }: Properties, at: string) =>
    textOf(recordsOf(dataDisks).find(({ lun }) => String(lun) === at)?.name);
  const [old, live] = [lunsOf(change.before), lunsOf(change.after)];
  const gone = old.filter((lun) => !live.includes(lun));
  const added = live.filter((lun) => !old.includes(lun));
  const about = (luns: readonly string[], verb: string): readonly DriftFinding[] => {
    if (luns.length === 0) return [];
    const cause: Cause = { rules: [coverageRule], subjects: luns.map((lun) => `${machine}#${lun}`) };
    const what = `${counted(luns.length, "data disk")} ${verb}: LUN ${luns.join(", ")}`;
    return [found({ class: "COSMETIC", property: "dataDisks", what, cause })];
  };
  const others = old.filter((lun) => {
    const name = nameAt(change.after, lun);
    return name !== undefined && name !== nameAt(change.before, lun);
  });
  return [...about(gone, "detached"), ...about(others, "replaced"), ...about(added, "attached")];
}

/** Which machines lost the role that takes their snapshots. */
export function roleAttachmentFindings({ before, after }: Change, index: StackIndex): readonly DriftFinding[] {
  const role = shown(before.ramRoleName);
  const live = new Map(
    recordsOf(after.attachInstanceRamRoleResults).map((result) => [keyOf(result.instanceId), result]),
  );
  return recordsOf(before.attachInstanceRamRoleResults).flatMap(({ instanceId, success }) => {
    const machine = keyOf(instanceId);
    const result = live.get(machine);
    if (success !== true || result?.success !== false) return [];
    const isConsequence = index.machines.get(machine)?.isGone === true || result.code === "InvalidInstanceId.NotFound";
    const cause: Cause = { rules: isConsequence ? ["A-59"] : ["A-08"], subjects: [machine], isConsequence };
    const name = index.machines.get(machine)?.name ?? String(instanceId);
    const what = `role ${role} detached from ${name}`;
    const why = textOf(result.message) ?? "";
    return [found({ class: "COSMETIC", property: "instanceIds", what, why, rule: "A-08", cause })];
  });
}

/** Whether a protection of the group was all that backed a machine up. */
function isBackedUpBy({ step }: Change, machine: string, index: StackIndex): boolean {
  const ofGroup = protectionsOn(index, [keyOf(step.id)]);
  const others = protectionsOn(index, [machine]).filter((each) => !ofGroup.includes(each));
  // One that was released tells that itself.
  if (index.machines.get(machine)?.isGone === true) return false;
  return ofGroup.some(({ standing }) => standing !== "ENDED") && others.length === 0;
}

/** Machines of the stack that a policy's changed TAG rules leave or take, as a reason; what else it says is kept. */
export function tagFindings(findings: readonly DriftFinding[], { step }: Change, index: StackIndex) {
  const isBound = ({ tagsNow }: Machine, when: "before" | "now") =>
    policiesByTag(index, tagsNow, when).includes(step.name);
  const machines = [...index.machines.values()].filter(({ isGone }) => !isGone);
  const namesOf = (given: readonly Machine[]) => listed(given.map(({ name }) => name));
  const left = machines.filter((each) => isBound(each, "before") && !isBound(each, "now"));
  const taken = machines.filter((each) => !isBound(each, "before") && isBound(each, "now"));
  return findings.map((finding) => {
    if (finding.rule !== "A-03") return finding;
    const those = finding.class === "LOST" ? left : taken;
    return { ...finding, why: those.length === 0 ? "no machine of the stack" : `for ${namesOf(those)}` };
  });
}

/** Machines that left a consistency group are no longer backed up with it. */
export function groupFindings(change: Change, index: StackIndex): readonly DriftFinding[] {
  const idsOf = ({ instanceIds }: Properties) => (Array.isArray(instanceIds) ? instanceIds.map(keyOf) : []);
  const [old, live] = [idsOf(change.before), idsOf(change.after)];
  const name = (id: string) => index.machines.get(id)?.name ?? id;
  const gone = old.filter((id) => !live.includes(id)).map(name);
  const added = live.filter((id) => !old.includes(id)).map(name);
  const amount = { unit: "machines", before: old.length, after: live.length } as const;
  const told = { property: "instanceIds", what: `machines ${old.length} → ${live.length}`, rule: "A-58", amount };
  const bare = old.filter((id) => !live.includes(id) && isBackedUpBy(change, id, index)).map(name);
  const left =
    bare.length > 0
      ? ({ class: "LOST", why: `no backup of ${listed(bare)} runs any more` } as const)
      : ({ class: "WEAKENED", why: `no longer in it: ${gone.join(", ")}` } as const);
  return [
    ...(gone.length === 0 ? [] : [found({ ...told, ...left })]),
    ...(added.length === 0 ? [] : [found({ ...told, class: "STRONGER", why: `in it now: ${added.join(", ")}` })]),
  ];
}

/** The encryption of a disk: what is made of it is encrypted as it is. */
export function diskEncryptionFindings(change: Change, property: "encrypted" | "systemDisk"): readonly DriftFinding[] {
  const isEncrypted = (properties: Properties) =>
    (property === "encrypted" ? properties : recordOf(properties.systemDisk)).encrypted === true;
  const [old, live] = [isEncrypted(change.before), isEncrypted(change.after)];
  if (!changes(change, property) || old === live) return [];
  const what = live ? "encrypted, and so are its snapshots" : "no longer encrypted, nor are its snapshots";
  return [found({ class: live ? "STRONGER" : "WEAKENED", property, what, rule: "A-44" })];
}
