import { type Estate, keyOf, type Machine, type Protection, tagPolicyOf } from "./estate";
import { objectsOf, textOf, textsOf } from "./event";
import { compareNames, compareText, type ResourceChange } from "./resource-change";

/** A machine or disk that no backup takes. */
export interface Uncovered {
  readonly kind: "machine" | "disk";
  /** The resource of the program, where it is one. */
  readonly change: ResourceChange | undefined;
  readonly id: string;
  readonly why: string;
  /** Whether it is this change that takes its protection away. */
  readonly isLost: boolean;
}

/** What no protection covers after the change; what loses its protection by it comes first. */
export function uncoveredOf(before: Estate, after: Estate): readonly Uncovered[] {
  const machines = [...after.machines.values()].flatMap((machine) => uncoveredMachine(machine, before, after));
  const found = [...machines, ...lostOutside(before, after), ...uncoveredDisks(after)];
  return found.sort(
    (a, b) =>
      Number(b.isLost) - Number(a.isLost) ||
      compareText(b.kind, a.kind) ||
      compareNames(a.change?.name ?? a.id, b.change?.name ?? b.id) ||
      compareText(a.id, b.id),
  );
}

function protectionsOf({ protectionsByMachine }: Estate, key: string): readonly Protection[] {
  return protectionsByMachine.get(key) ?? [];
}

/** Whether backups of a machine run. */
function isCovered(estate: Estate, key: string): boolean {
  const machine = estate.machines.get(key);
  if (protectionsOf(estate, key).some(({ idle }) => idle === undefined)) return true;
  return machine !== undefined && tagPolicyOf(estate, machine) !== undefined;
}

function uncoveredMachine(machine: Machine, before: Estate, after: Estate): readonly Uncovered[] {
  if (isCovered(after, machine.key)) return [];
  const idle = protectionsOf(after, machine.key);
  const former = protectionsOf(before, machine.key);
  const isLost = before.machines.has(machine.key) && isCovered(before, machine.key);
  const ownDisks = after.disksByMachine.get(machine.key)?.length ?? 0;
  const disks = ownDisks === 0 ? "" : `; neither ${ownDisks === 1 ? "is its disk" : `are its ${ownDisks} disks`}`;
  const why = idle.length > 0 ? `${idleText(idle)}: no backup runs` : isLost ? goneText(former) : "no protection";
  return [
    { kind: "machine", change: machine.change, id: idOf(machine.change, machine.key), why: `${why}${disks}`, isLost },
  ];
}

function idOf({ after, id }: ResourceChange, key: string): string {
  return textOf(after, "instanceId") ?? textOf(after, "vmId") ?? id ?? key;
}

function idleText(protections: readonly Protection[]): string {
  return protections.map(({ change, idle }) => `${change.name} is ${idle}`).join(", ");
}

function goneText(former: readonly Protection[]): string {
  const texts = former.map(({ change, properties }) => {
    const points = textOf(properties, "onDestroy") === "delete" ? "are deleted with it" : "stay";
    return change.after !== undefined
      ? `${change.name} no longer covers it; its recovery points stay`
      : `${change.name} goes, the machine stays; its recovery points ${points}`;
  });
  return texts.length === 0 ? "no TAG rule binds it any more" : texts.join(", ");
}

/** Machines that are no resources of the program: all that is known of them is that a protection was theirs. */
function lostOutside(before: Estate, after: Estate): readonly Uncovered[] {
  const seen = new Set<string>();
  return before.protections.flatMap((protection) =>
    (protection.machineIds ?? []).flatMap((id) => {
      const key = keyOf(id);
      if (seen.has(key) || before.machines.has(key) || after.machines.has(key)) return [];
      seen.add(key);
      if (!isCovered(before, key) || isCovered(after, key)) return [];
      const idle = protectionsOf(after, key);
      const why = idle.length > 0 ? `${idleText(idle)}: no backup runs` : goneText([protection]);
      return [{ kind: "machine" as const, change: undefined, id, why, isLost: true }];
    }),
  );
}

/** Disks of machines that are protected without them, and disks whose machine nothing in the program covers. */
function uncoveredDisks(after: Estate): readonly Uncovered[] {
  const byKey = new Map(after.disks.map((disk) => [disk.key, disk]));
  const named = new Map<string, Uncovered>();
  for (const protection of after.protections.filter(({ idle }) => idle === undefined)) {
    for (const { id, why } of leftOut(protection, after)) {
      named.set(keyOf(id), { kind: "disk", change: byKey.get(keyOf(id))?.change, id, why, isLost: false });
    }
  }
  for (const disk of after.disks) {
    const { machineKey, change, key } = disk;
    if (machineKey === undefined || after.machines.has(machineKey) || isCovered(after, machineKey)) continue;
    named.set(key, {
      kind: "disk",
      change,
      id: key,
      why: "no protection of its machine in this program",
      isLost: false,
    });
  }
  return [...named.values()];
}

function leftOut({ change, properties, machineIds }: Protection, { disksByMachine }: Estate) {
  const told = objectsOf(properties, "uncoveredDisks").flatMap((disk) => {
    const id = textOf(disk, "diskId");
    const why = [textOf(disk, "rule"), textOf(disk, "message")].filter((part) => part !== undefined).join(" ");
    return id === undefined ? [] : [{ id, why: `${change.name} leaves it out: ${why}` }];
  });
  const inAzure = objectsOf(properties, "excludedDisks").map((disk) => ({
    id: textOf(disk, "name") ?? `LUN ${String(disk.lun)}`,
    why: `${change.name} leaves it out: diskExclusionProperties (Z-26)`,
  }));
  const known = new Set(told.map(({ id }) => keyOf(id)));
  const keys = [...new Set((machineIds ?? []).map(keyOf))];
  const own = keys.flatMap((key) => disksByMachine.get(key) ?? []).filter(({ key }) => !known.has(key));
  const bySettings = own.flatMap(({ key }) => {
    const isExcluded = textsOf(properties, "excludeDiskIdList").some((id) => keyOf(id) === key);
    const isListed = textsOf(properties, "diskIdList").some((id) => keyOf(id) === key);
    if (isExcluded) return [{ id: key, why: `${change.name} leaves it out: excludeDiskIdList` }];
    return properties.allDisks === false && !isListed
      ? [{ id: key, why: `${change.name} leaves it out: not in diskIdList` }]
      : [];
  });
  return [...told, ...inAzure, ...bySettings];
}
