import type { Reader } from "../../store/store";
import type { Json, Row } from "../../store/tables";

export type Machine = Row<"machine">;
export type Disk = Row<"disk">;
export type Script = Row<"script">;

/** A role as far as it decides about snapshots. */
export interface RoleFacts {
  readonly roleName: string;
  readonly assumeRolePolicyDocument: Json;
  /** The default versions of the attached policies. */
  readonly policyDocuments: readonly Json[];
}

/** All that decides what a backup of one machine will be. */
export interface MachineFacts {
  readonly machine: Machine;
  /** In the order of attachment: system disk first, then by device and id. */
  readonly disks: readonly Disk[];
  readonly scripts: readonly Script[];
  /** The attached role; undefined when none is attached or RAM doesn't know it. */
  readonly role: RoleFacts | undefined;
}

function groupBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return groups;
}

async function loadRoles(store: Reader, account: string, names: readonly string[]): Promise<Map<string, RoleFacts>> {
  if (names.length === 0) return new Map();
  const roles = await store.getMany(
    "ramRole",
    names.map((name) => `${account}/${name}`),
  );
  const attachments = groupBy(
    await store.find("ramAttachment", { account, roleName: { in: names } }),
    (attachment) => attachment.roleName,
  );
  const policyIds = [...attachments.values()].flat().map((attachment) => `${account}/${attachment.policyName}`);
  const policies = new Map((await store.getMany("ramPolicy", [...new Set(policyIds)])).map((row) => [row.id, row]));
  const documentsOf = (roleName: string): Json[] =>
    (attachments.get(roleName) ?? []).flatMap((attachment) => {
      const policy = policies.get(`${account}/${attachment.policyName}`);
      const version = policy?.versions.find((candidate) => candidate.versionId === policy.defaultVersion);
      return version === undefined ? [] : [version.policyDocument];
    });
  return new Map(
    roles.map(({ roleName, assumeRolePolicyDocument }) => [
      roleName,
      { roleName, assumeRolePolicyDocument, policyDocuments: documentsOf(roleName) },
    ]),
  );
}

/** Loads the facts of many machines with a handful of queries; unknown ids are left out. */
export async function loadFacts(
  store: Reader,
  account: string,
  instanceIds: readonly string[],
): Promise<Map<string, MachineFacts>> {
  const machines = (await store.getMany("machine", instanceIds)).filter((machine) => machine.account === account);
  if (machines.length === 0) return new Map();
  const ids = machines.map((machine) => machine.id);
  const disks = groupBy(
    await store.find("disk", { instanceId: { in: ids }, released: false }),
    (disk) => disk.instanceId,
  );
  const scripts = groupBy(await store.find("script", { instanceId: { in: ids } }), (script) => script.instanceId);
  const roleNames = [...new Set(machines.flatMap((machine) => machine.ramRoleName ?? []))];
  const roles = await loadRoles(store, account, roleNames);
  return new Map(
    machines.map((machine) => [
      machine.id,
      {
        machine,
        disks: sortDisks(disks.get(machine.id) ?? []),
        scripts: scripts.get(machine.id) ?? [],
        role: machine.ramRoleName === null ? undefined : roles.get(machine.ramRoleName),
      },
    ]),
  );
}

/** System disk first, then by device, then by id: the order in which points list their disks. */
export function sortDisks(disks: readonly Disk[]): Disk[] {
  const rank = (disk: Disk): string => `${disk.type === "system" ? 0 : 1}|${disk.device ?? "~"}|${disk.id}`;
  return [...disks].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
