import { type Exemptions, isDiskExempt, isExempt } from "../stack/exemption";
import { asMachine, type Machine, type MachineDisk, machineOf, machinesNamedBy } from "../stack/machine";
import { type Protection, protectionsOf } from "../stack/protection";
import { idKey, recordsOf, textIn, textsOf, UnknownValue } from "../stack/resource";
import type { Stack } from "../stack/stack";
import type { Verdict, Violation } from "../stack/verdict";

/** Every machine and every disk is backed up: those of the stack, and those of the inventory that the stack names. */
export function coverage(stack: Stack, config: Exemptions): Verdict {
  const { protections, unknown } = protectionsOf(stack);
  const violations: Violation[] = [];
  const unjudged = [...unknown];
  const machines = machinesOf(stack, unjudged);
  for (const machine of machines.filter((each) => !isExempt(each, config))) {
    const over = protections.filter((protection) => protects(protection, machine));
    const active = over.filter(({ idle }) => idle === undefined);
    if (active.length > 0) violations.push(...diskViolations(machine, active, config));
    // What a protection of an unknown machine protects, may be this one.
    else if (over.length > 0 || unknown.length === 0) violations.push(unprotected(machine, over));
    else unjudged.push(`whether machine ${machine.label} is protected can't be known before the update`);
  }
  return { violations, unknown: unjudged };
}

function machinesOf(stack: Stack, unjudged: string[]): readonly Machine[] {
  const machines = new Map<string, Machine>();
  const add = (machine: Machine) => {
    if (!machines.has(idKey(machine.id))) machines.set(idKey(machine.id), machine);
  };
  for (const resource of stack.resources) {
    try {
      const own = asMachine(stack, resource);
      if (own !== undefined) add(own);
      for (const id of machinesNamedBy(resource)) add(machineOf(stack, id, resource));
    } catch (error) {
      if (!(error instanceof UnknownValue)) throw error;
      unjudged.push(error.message);
    }
  }
  return [...machines.values()];
}

/** By the machine's id; by its system disk where a group's members are not part of the stack. */
function protects({ machines, cloud, resource }: Protection, machine: Machine): boolean {
  if (machines.some(({ id }) => idKey(id) === idKey(machine.id))) return true;
  if (cloud === "azure" || machines.length > 0) return false;
  return machine.disks.some(({ id }) => textsOf(resource, "coveredDisks").includes(id));
}

function unprotected(machine: Machine, idle: readonly Protection[]): Violation {
  const disks = machine.disks.map(({ label }) => label).join(", ");
  const what = disks === "" ? `machine ${machine.label}` : `machine ${machine.label} with ${disks}`;
  const why = idle.map(({ resource, idle: reason }) => `"${resource.name}" makes no backup: ${reason}`).join("; ");
  const problem = why === "" ? `${what}: nothing protects it` : `${what}: no backup runs; ${why}`;
  const kind = machine.id.startsWith("/") ? "a recoveryservices:ProtectedItem" : "an hbr:InstanceProtection";
  const fix =
    why === "" ? `declare ${kind} for it, or exempt it by name or tag` : "let its backups run again, or exempt it";
  return { urn: machine.urn, message: `${problem}\n  fix: ${fix}` };
}

function diskViolations(machine: Machine, active: readonly Protection[], config: Exemptions): readonly Violation[] {
  const found = new Map<string, { disk: MachineDisk; why: string }>();
  for (const disk of machine.disks) {
    const reasons = active.map((protection) => gapOf(protection, disk));
    const [why] = reasons;
    if (why !== undefined && reasons.every((reason) => reason !== undefined)) found.set(disk.id, { disk, why });
  }
  for (const { disk, why } of active.length === 1 ? active.flatMap(leftOut) : []) {
    if (!found.has(disk.id)) found.set(disk.id, { disk, why });
  }
  return [...found.values()]
    .filter(({ disk }) => !isDiskExempt(disk, config))
    .map(({ disk, why }) => ({
      urn: machine.urn,
      message:
        `machine ${machine.label}: ${disk.label} is not backed up: ${why}\n` +
        "  fix: cover it, or exempt it by its name",
    }));
}

/** Why a protection leaves out a disk that the stack knows; undefined when it takes it. */
function gapOf(protection: Protection, disk: MachineDisk): string | undefined {
  const { resource, cloud } = protection;
  const known = leftOut(protection).find((each) => each.disk.id === disk.id);
  if (known !== undefined) return known.why;
  if (cloud === "azure" || textsOf(resource, "coveredDisks").includes(disk.id)) return undefined;
  if (disk.isLocal) return "A-21 local disks are never backed up";
  if (resource.type === "cloudbackup:hbr:Policy") return undefined;
  // The disk may be attached after the protection was made: all disks means those too.
  const takesAll = resource.props.allDisks !== false && textsOf(resource, "diskIdList").length === 0;
  if (takesAll && !textsOf(resource, "excludeDiskIdList").includes(disk.id)) return undefined;
  return `"${resource.name}" leaves it out (diskIdList, excludeDiskIdList)`;
}

/** The disks that a protection says itself it leaves out. */
function leftOut({ resource, cloud }: Protection): readonly { disk: MachineDisk; why: string }[] {
  if (cloud === "azure") {
    return recordsOf(resource, "excludedDisks").map((excluded) => {
      const name = textIn(excluded, "name");
      const disk = { id: String(excluded.lun), label: `data disk ${name}`, names: [name], isLocal: false };
      return { disk, why: `"${resource.name}" leaves it out (diskExclusionProperties)` };
    });
  }
  return recordsOf(resource, "uncoveredDisks").map((uncovered) => {
    const id = textIn(uncovered, "diskId");
    const disk = { id, label: `disk ${id}`, names: [id], isLocal: false };
    return { disk, why: `${textIn(uncovered, "rule")} ${textIn(uncovered, "message")}` };
  });
}
