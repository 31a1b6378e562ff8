import { findPlan } from "../../engine/alibaba/backup-plan";
import { regionOfDefaultPolicy } from "../../engine/alibaba/default-policy";
import type { Machine } from "../../engine/alibaba/fact";
import { planType } from "../../engine/alibaba/policy";
import { isGroupId, type Protection, settingsOf } from "../../engine/alibaba/protection-row";
import { targetOf } from "../../engine/alibaba/retention-override";
import { serviceRoleName } from "../../engine/alibaba/service";
import type { Query, QueryContext } from "../../engine/engine";
import { type AdoptableType, type Candidate, type Found, keyOf, type Left, tokenOf } from "./candidate";

/** What the rows of Alibaba Cloud are told by. */
interface Estate {
  readonly context: QueryContext;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly groups: ReadonlyMap<string, { readonly groupName: string; readonly instanceIds: readonly string[] }>;
  readonly protections: readonly Protection[];
}

/** All that Alibaba Cloud has of protection, and of what protection rests on. */
export const findAlibaba: Query<undefined, Found> = async (context) => {
  const { store, settings } = context;
  const { account } = settings;
  const [machines, groups] = [
    await store.find("machine", { account }),
    await store.find("consistencyGroup", { account }),
  ];
  const estate: Estate = {
    context,
    machines: new Map(machines.map((machine) => [machine.id, machine])),
    groups: new Map(groups.map((group) => [group.id, group])),
    protections: await store.find("protection", { account }),
  };
  const parts = [
    await findRam(context),
    findMachines(estate),
    await findDisks(estate),
    await findRoleAttachments(estate),
    await findDeployments(estate),
    await findPolicies(estate),
    findGroups(estate),
    await findProtections(estate),
    await findOverrides(estate),
  ];
  return { candidates: parts.flatMap(({ candidates }) => candidates), left: parts.flatMap(({ left }) => left) };
};

function only(candidates: readonly Candidate[], left: readonly Left[] = []): Found {
  return { candidates, left };
}

function candidate(
  type: AdoptableType,
  id: string,
  label: string,
  more: Partial<Omit<Candidate, "token" | "id" | "label">> = {},
): Candidate {
  return { token: tokenOf(type), id, label, machines: [], isProtection: false, ...more };
}

function machineName({ machines }: Estate, id: string): string {
  return machines.get(id)?.instanceName ?? id;
}

function membersOf({ groups }: Estate, sourceId: string): readonly string[] {
  return isGroupId(sourceId) ? (groups.get(sourceId)?.instanceIds ?? []) : [sourceId];
}

function sourceName(estate: Estate, sourceId: string): string {
  return isGroupId(sourceId) ? (estate.groups.get(sourceId)?.groupName ?? sourceId) : machineName(estate, sourceId);
}

const findRam: Query<void, Found> = async ({ store, settings: { account } }) => {
  const roles = await store.find("ramRole", { account });
  const policies = await store.find("ramPolicy", { account });
  const attachments = await store.find("ramAttachment", { account });
  const own = (roleName: string) => roleName !== serviceRoleName;
  return only([
    ...roles.filter(({ roleName }) => own(roleName)).map(({ roleName }) => candidate("ram:Role", roleName, roleName)),
    ...policies
      .filter(({ policyType }) => policyType === "Custom")
      .map(({ policyName }) => candidate("ram:Policy", policyName, policyName)),
    ...attachments
      .filter(({ roleName }) => own(roleName))
      .map(({ policyName, policyType, roleName }) =>
        candidate(
          "ram:RolePolicyAttachment",
          `role:${policyName}:${policyType}:${roleName}`,
          `${roleName}-${policyName}`,
          {
            comesWith: keyOf(tokenOf("ram:Role"), roleName),
          },
        ),
      ),
  ]);
};

/** Machines of an inventory are there without any program; simulated ones are some program's. */
function findMachines({ machines }: Estate): Found {
  const simulated = [...machines.values()].filter(({ origin, released }) => origin === "PROGRAM" && !released);
  return only(simulated.map(({ id, instanceName }) => candidate("ecs:Instance", id, instanceName)));
}

async function findDisks({ context, machines }: Estate): Promise<Found> {
  const simulated = [...machines.values()].filter(({ origin }) => origin === "PROGRAM").map(({ id }) => id);
  const disks = await context.store.find("disk", { instanceId: { in: simulated }, released: false });
  return only(
    disks
      .filter(({ type }) => type === "data")
      .map(({ id, instanceId, device }) =>
        candidate("ecs:Disk", id, `${machines.get(instanceId)?.instanceName}-${device?.split("/").at(-1) ?? "data"}`, {
          comesWith: keyOf(tokenOf("ecs:Instance"), instanceId),
        }),
      ),
  );
}

/** Machines that one attachment may have. */
const machinesPerAttachment = 100;

/** Attachments that a program wrote down, and the roles that protected machines carry beside them. */
async function findRoleAttachments({ context, machines, protections }: Estate): Promise<Found> {
  const rows = await context.store.find("roleAttachment", { account: context.settings.account });
  const written = rows.map(({ id, ramRoleName, instanceIds }) =>
    candidate("ecs:RamRoleAttachment", id, `${ramRoleName}-attachment`, { machines: instanceIds, isProtection: true }),
  );
  const known = new Set(
    rows.flatMap(({ ramRoleName, instanceIds }) => instanceIds.map((id) => `${ramRoleName} ${id}`)),
  );
  const carried = new Map<string, string[]>();
  for (const protection of protections) {
    const { appConsistent, ramRoleName } = settingsOf(protection);
    const { instanceId } = protection;
    const isCarried = ramRoleName !== null && machines.get(instanceId)?.ramRoleName === ramRoleName;
    if (!appConsistent || !isCarried || known.has(`${ramRoleName} ${instanceId}`)) continue;
    carried.set(ramRoleName, [...(carried.get(ramRoleName) ?? []), instanceId]);
  }
  const found = [...carried].flatMap(([roleName, ids]) =>
    [...new Set(ids)].sort().map((id) =>
      candidate("ecs:RamRoleAttachment", `${roleName}:${id}`, `${roleName}-attachment`, {
        machines: [id],
        isProtection: true,
      }),
    ),
  );
  return only([...written, ...found]);
}

const carriedId = /^([A-Za-z0-9.-]+):(i-.+)$/;

/** One attachment for all machines that carry a role, as a program would write it. */
export function joinAttachments(candidates: readonly Candidate[]): readonly Candidate[] {
  const token = tokenOf("ecs:RamRoleAttachment");
  const isCarried = (each: Candidate) => each.token === token && carriedId.test(each.id);
  const roles = new Map<string, Candidate[]>();
  for (const each of candidates.filter(isCarried)) {
    const roleName = carriedId.exec(each.id)?.[1] ?? "";
    roles.set(roleName, [...(roles.get(roleName) ?? []), each]);
  }
  const joined = [...roles].flatMap(([roleName, each]) => {
    const ids = each.flatMap(({ machines }) => machines).sort();
    const chunks = Array.from({ length: Math.ceil(ids.length / machinesPerAttachment) }, (_, index) =>
      ids.slice(index * machinesPerAttachment, (index + 1) * machinesPerAttachment),
    );
    const label = `${roleName}-attachment`;
    return chunks.map((machines) =>
      candidate("ecs:RamRoleAttachment", `${roleName}:${machines.join(",")}`, label, { machines, isProtection: true }),
    );
  });
  return [...candidates.filter((each) => !isCarried(each)), ...joined];
}

/** Scripts that some program sent; others are files of which nobody has the text. */
async function findDeployments(estate: Estate): Promise<Found> {
  const { store, settings } = estate.context;
  const rows = await store.find("scriptDeployment", { account: settings.account });
  const protectedIds = new Set(
    estate.protections.filter((each) => settingsOf(each).appConsistent).map(({ instanceId }) => instanceId),
  );
  const scripts = await store.find("script", { instanceId: { in: [...protectedIds] }, deploymentId: null });
  return only(
    rows.map(({ id, application, instanceIds }) =>
      candidate("ecs:ScriptDeployment", id, `${application ?? machineName(estate, instanceIds[0] ?? "")}-scripts`, {
        machines: instanceIds,
        isProtection: true,
      }),
    ),
    scripts.map(({ instanceId, path }) => ({
      what: `script ${path} on ${machineName(estate, instanceId)}`,
      id: `${instanceId}:${path}`,
      why: "no deployment sent it, and its text can't be read back; an ecs:ScriptDeployment takes its place",
      machines: [instanceId],
    })),
  );
}

async function findPolicies({ context, protections }: Estate): Promise<Found> {
  const { account } = context.settings;
  const rows = (await context.store.find("policy", { account })).filter(({ policyType }) => policyType !== planType);
  const ofPlans = new Set(protections.filter(({ id }) => id.startsWith("plan-")).map(({ policyId }) => policyId));
  const builtIn = rows.filter(({ id }) => regionOfDefaultPolicy(account, id) !== undefined);
  return only(
    rows
      .filter((row) => !builtIn.includes(row) && !ofPlans.has(row.id))
      .map(({ id, policyName }) => candidate("hbr:Policy", id, policyName, { isProtection: true })),
    builtIn.map(({ id, policyName }) => ({
      what: `policy ${policyName}`,
      id,
      why: "the region has it built in: it can't be deleted, and programs take it by its id",
      machines: [],
    })),
  );
}

function findGroups({ groups }: Estate): Found {
  return only(
    [...groups].map(([id, { groupName, instanceIds }]) =>
      candidate("hbr:ConsistencyGroup", id, groupName, { machines: instanceIds, isProtection: true }),
    ),
  );
}

async function findProtections(estate: Estate): Promise<Found> {
  const candidates: Candidate[] = [];
  const left: Left[] = [];
  for (const { id, instanceId, policyId, createdByTag } of estate.protections) {
    const machines = membersOf(estate, instanceId);
    const name = sourceName(estate, instanceId);
    const plan = await findPlan(estate.context, id);
    if (plan !== undefined) {
      candidates.push(candidate("hbr:BackupPlan", id, plan.planName, { machines, isProtection: true }));
    } else if (createdByTag) {
      const why = `a TAG rule of policy ${policyId} makes it, and takes it away again`;
      left.push({ what: `protection of ${name}`, id, why, machines });
    } else {
      candidates.push(candidate("hbr:InstanceProtection", id, name, { machines, isProtection: true }));
    }
  }
  return only(candidates, left);
}

async function findOverrides(estate: Estate): Promise<Found> {
  const { store, settings } = estate.context;
  const rows = await store.find("retentionOverride", { account: settings.account });
  const candidates: Candidate[] = [];
  for (const row of rows) {
    const { sourceId } = targetOf(row);
    const ids = row.recoveryPointIds.map((id) => id.replace(/-\d+$/, ""));
    const [point] = await store.getMany("recoveryPoint", [...row.recoveryPointIds, ...ids]);
    const [groupPoint] = await store.getMany("groupPoint", row.recoveryPointIds);
    const source = sourceId ?? point?.instanceId ?? groupPoint?.groupId;
    const label = `${source === undefined ? "points" : sourceName(estate, source)}-retention`;
    const machines = source === undefined ? [] : membersOf(estate, source);
    candidates.push(candidate("hbr:RetentionOverride", row.id, label, { machines, isProtection: true }));
  }
  return only(candidates);
}
