import { type JsonObject, objectsOf, textOf, textsOf } from "./event";
import type { Preview } from "./preview";
import type { ResourceChange } from "./resource-change";

/** A machine of the program, before or after the change. */
export interface Machine {
  /** As it is compared: ARM ids differ in case. */
  readonly key: string;
  readonly change: ResourceChange;
  /** Its name in the cloud. */
  readonly cloudName: string;
  readonly tags: JsonObject;
}

export interface Disk {
  readonly key: string;
  readonly change: ResourceChange;
  /** Key of the machine to which it is attached. */
  readonly machineKey: string | undefined;
}

/** What a protection says of itself at one time. */
export interface Protection {
  readonly change: ResourceChange;
  readonly properties: JsonObject;
  /** Ids of its machines; undefined when it doesn't tell, as the id is not known or secret. */
  readonly machineIds: readonly string[] | undefined;
  readonly groupId: string | undefined;
  /** Why no backup runs; undefined when they do. */
  readonly idle: string | undefined;
}

/** Policies whose TAG rules bind machines without a protection of their own. */
export interface TagPolicy {
  readonly change: ResourceChange;
  readonly filters: readonly (readonly JsonObject[])[];
}

/** The machines of a program and what protects them, at one time. */
export interface Estate {
  readonly machines: ReadonlyMap<string, Machine>;
  readonly disks: readonly Disk[];
  readonly disksByMachine: ReadonlyMap<string, readonly Disk[]>;
  readonly protections: readonly Protection[];
  readonly protectionsByMachine: ReadonlyMap<string, readonly Protection[]>;
  readonly tagPolicies: readonly TagPolicy[];
  /** Machines and disks whose id is not told. */
  readonly untold: number;
}

export type Moment = "before" | "after";

const machineTypes: Readonly<Record<string, { readonly id: string; readonly name: string }>> = {
  "cloudbackup:ecs:Instance": { id: "instanceId", name: "instanceName" },
  "cloudbackup:compute:VirtualMachine": { id: "vmId", name: "vmName" },
};

const protectionTypes: ReadonlySet<string> = new Set([
  "cloudbackup:hbr:InstanceProtection",
  "cloudbackup:hbr:BackupPlan",
  "cloudbackup:recoveryservices:ProtectedItem",
]);

export function isProtection(type: string): boolean {
  return protectionTypes.has(type);
}

export function keyOf(id: string): string {
  return id.toLowerCase();
}

export function estateOf(changes: readonly ResourceChange[], moment: Moment): Estate {
  const machines = new Map<string, Machine>();
  const groups = new Map<string, readonly string[]>();
  const disks: Disk[] = [];
  const tagPolicies: TagPolicy[] = [];
  let untold = 0;
  for (const change of changes) {
    const properties = change[moment];
    if (properties === undefined) continue;
    const machineType = machineTypes[change.type];
    if (machineType !== undefined) {
      const machine = toMachine(change, properties, machineType);
      if (machine === undefined) untold += 1;
      else machines.set(machine.key, machine);
    } else if (change.type === "cloudbackup:ecs:Disk") {
      const id = textOf(properties, "diskId");
      const machineId = textOf(properties, "instanceId");
      const machineKey = machineId === undefined ? undefined : keyOf(machineId);
      if (id === undefined) untold += 1;
      else disks.push({ key: keyOf(id), change, machineKey });
    } else if (change.type === "cloudbackup:hbr:ConsistencyGroup") {
      const id = textOf(properties, "groupId");
      if (id !== undefined) groups.set(id, textsOf(properties, "instanceIds"));
    } else if (change.type === "cloudbackup:hbr:Policy") {
      const rules = objectsOf(properties, "rules").filter(({ ruleType }) => ruleType === "TAG");
      const filters = rules.map((rule) => objectsOf(rule, "tagFilters"));
      if (filters.length > 0) tagPolicies.push({ change, filters });
    }
  }
  const protections = changes.flatMap((change) => {
    const properties = change[moment];
    return properties === undefined || !isProtection(change.type) ? [] : [toProtection(change, properties, groups)];
  });
  return {
    machines,
    disks,
    disksByMachine: grouped(disks, ({ machineKey }) => (machineKey === undefined ? [] : [machineKey])),
    protections,
    protectionsByMachine: grouped(protections, ({ machineIds }) => new Set(machineIds?.map(keyOf))),
    tagPolicies,
    untold,
  };
}

function grouped<T>(members: readonly T[], keysOf: (member: T) => Iterable<string>): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const member of members) {
    for (const key of keysOf(member)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [member]);
      else group.push(member);
    }
  }
  return groups;
}

function toMachine(
  change: ResourceChange,
  properties: JsonObject,
  { id: idName, name }: { readonly id: string; readonly name: string },
): Machine | undefined {
  const id = textOf(properties, idName);
  if (id === undefined) return undefined;
  const tags = properties.tags;
  return {
    key: keyOf(id),
    change,
    cloudName: textOf(properties, name) ?? change.name,
    tags: typeof tags === "object" && tags !== null ? (tags as JsonObject) : {},
  };
}

function toProtection(
  change: ResourceChange,
  properties: JsonObject,
  groups: ReadonlyMap<string, readonly string[]>,
): Protection {
  const groupId = textOf(properties, "groupId");
  const single = textOf(properties, "instanceId") ?? textOf(properties, "sourceResourceId");
  const machineIds = single === undefined ? groups.get(groupId ?? "") : [single];
  return { change, properties, machineIds, groupId, idle: idleReason(properties) };
}

function idleReason(properties: JsonObject): string | undefined {
  if (properties.disabled === true) return "suspended";
  const state = textOf(properties, "protectionState");
  return state === undefined || state === "Protected" ? undefined : state;
}

/** The policy whose TAG rule binds a machine: of one rule all filters must hold. */
export function tagPolicyOf({ tagPolicies }: Estate, { change, tags }: Machine): TagPolicy | undefined {
  if (change.type !== "cloudbackup:ecs:Instance") return undefined;
  return tagPolicies.find(({ filters }) =>
    filters.some((rule) => rule.every((filter) => (tags[String(filter.key)] === filter.value) === isEqual(filter))),
  );
}

function isEqual({ operator }: JsonObject): boolean {
  return operator === undefined || operator === "EQUAL";
}

/** Whether the preview saw all of the program, so that what it did not see is not there. */
export function isComplete({ outcome }: Preview): boolean {
  return outcome === "succeeded";
}
