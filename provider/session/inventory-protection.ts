import type {
  InventoryBinding,
  InventoryGroup,
  InventoryPlan,
  InventoryPolicy,
  InventoryProtection,
  InventoryRamPolicy,
  InventoryRole,
} from "../engine/alibaba/inventory-protection";
import { ruleOfRecord } from "../engine/alibaba/inventory-protection";
import { ruleRefusals } from "../engine/alibaba/policy-rule";
import { isGroupId } from "../engine/alibaba/protection-row";
import type { EngineError } from "../engine/error";
import { protectionValidators } from "./inventory-protection-schema";
import { doubles, judge, listOf, type Placed, refused } from "./inventory-record";

type Kind = keyof typeof protectionValidators;

/** The members of a list that the API wraps in an object, `{"Policy": […]}`, or doesn't. */
function wrapped(value: unknown, key: string, path: string): readonly Placed[] {
  if (value === undefined) return [];
  const inner = isRecord(value) ? value[key] : undefined;
  return inner === undefined ? listOf(value, path) : listOf(inner, `${path}.${key}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function raise(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}

/** HBR writes its keys with a capital in answers, and with a small letter in details and SDKs: either is taken. */
function withCapitals(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withCapitals);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [raise(key), withCapitals(member)]),
  );
}

/** A part that the API writes as JSON text; what is no JSON stays, for the schema to refuse. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function withParsed({ record, path }: Placed, key: string): Placed {
  return { record: isRecord(record) && key in record ? { ...record, [key]: parsed(record[key]) } : record, path };
}

/** GetPolicy tells the document beside the policy. */
function policyOfAnswer({ Policy, DefaultPolicyVersion }: Readonly<Record<string, unknown>>): unknown {
  const version = isRecord(DefaultPolicyVersion) ? { PolicyDocument: DefaultPolicyVersion.PolicyDocument } : {};
  return isRecord(Policy) ? { ...version, ...Policy } : Policy;
}

/** The records of one answer, by kind. */
function unfold({
  record,
  path,
}: Placed<Readonly<Record<string, unknown>>>): Readonly<Record<Kind, readonly Placed[]>> {
  const capitals = (placed: readonly Placed[]) =>
    placed.map((each) => ({ ...each, record: withCapitals(each.record) }));
  const { Policies, Role, Policy, groups } = record;
  const isRam = isRecord(Policies);
  const roles = [...wrapped(record.Roles, "Role", `${path}.Roles`), ...wrapped(Role, "", `${path}.Role`)];
  const ramPolicies = [
    ...(isRam ? wrapped(Policies, "Policy", `${path}.Policies`) : []),
    ...wrapped(record.RamPolicies, "Policy", `${path}.RamPolicies`),
    ...(Policy === undefined ? [] : [{ record: policyOfAnswer(record), path: `${path}.Policy` }]),
  ];
  const plans = capitals(wrapped(record.BackupPlans, "BackupPlan", `${path}.BackupPlans`));
  return {
    roles: roles.map((each) => withParsed(each, "AssumeRolePolicyDocument")),
    ramPolicies: ramPolicies.map((each) => withParsed(each, "PolicyDocument")),
    policies: isRam ? [] : capitals(wrapped(Policies, "", `${path}.Policies`)),
    groups: wrapped(groups, "", `${path}.groups`),
    bindings: capitals(wrapped(record.PolicyBindings, "PolicyBinding", `${path}.PolicyBindings`))
      .filter(ofMachines)
      .map((each) => withParsed(each, "AdvancedOptions")),
    plans: plans.filter(ofMachines).map(planOfAnswer),
  };
}

/** Other data sources are none of this provider's business. */
function ofMachines({ record }: Placed): boolean {
  return !isRecord(record) || record.SourceType === undefined || record.SourceType === "UDM_ECS";
}

function planOfAnswer({ record, path }: Placed): Placed {
  if (!isRecord(record)) return { record, path };
  const { Rules, Detail } = record;
  const rules = isRecord(Rules) && Array.isArray(Rules.Rule) ? { Rules: Rules.Rule as unknown } : {};
  const detail = Detail === undefined ? {} : { Detail: withCapitals(parsed(Detail)) };
  return { record: { ...record, ...rules, ...detail }, path };
}

/** The protection that an inventory tells of, with all that is wrong with it. */
export interface ProtectionReading {
  readonly protection: InventoryProtection;
  readonly problems: readonly string[];
}

/** Reads the protection in the answers of an inventory; `instanceIds` are its machines. */
export function readProtection(answers: readonly Placed[], instanceIds: ReadonlySet<string>): ProtectionReading {
  const unfolded = answers.map((each) => unfold(each as Placed<Readonly<Record<string, unknown>>>));
  const of = <T>(kind: Kind) =>
    judge<T>(
      protectionValidators[kind],
      unfolded.flatMap((each) => each[kind]),
    );
  const roles = of<InventoryRole>("roles");
  const ramPolicies = of<InventoryRamPolicy>("ramPolicies");
  const policies = of<InventoryPolicy>("policies");
  const groups = of<InventoryGroup>("groups");
  const bindings = of<InventoryBinding>("bindings");
  const plans = of<InventoryPlan>("plans");
  const all = [roles, ramPolicies, policies, groups, bindings, plans];
  const found: Found = {
    instanceIds,
    roles: roles.right,
    ramPolicies: ramPolicies.right,
    policies: policies.right,
    groups: groups.right,
    bindings: bindings.right,
    plans: plans.right,
  };
  const shape = all.flatMap(({ problems }) => problems);
  const bare = <T>(placed: readonly Placed<T>[]) => placed.map(({ record }) => record);
  return {
    // Who is unknown may only be wrong: then that is told, and not what follows from it.
    problems: shape.length > 0 ? [...shape, ...ruleProblems(found)] : [...ruleProblems(found), ...strayProblems(found)],
    protection: {
      roles: bare(found.roles),
      ramPolicies: bare(found.ramPolicies),
      policies: bare(found.policies),
      groups: bare(found.groups),
      bindings: bare(found.bindings),
      plans: bare(found.plans),
    },
  };
}

interface Found {
  readonly instanceIds: ReadonlySet<string>;
  readonly roles: readonly Placed<InventoryRole>[];
  readonly ramPolicies: readonly Placed<InventoryRamPolicy>[];
  readonly policies: readonly Placed<InventoryPolicy>[];
  readonly groups: readonly Placed<InventoryGroup>[];
  readonly bindings: readonly Placed<InventoryBinding>[];
  readonly plans: readonly Placed<InventoryPlan>[];
}

/** `rules[0].retention` of the engine is `Rules[0].Retention` of the API. */
function apiPath({ property }: EngineError): string {
  return (property ?? "").split(".").map(raise).join(".");
}

/** What the service itself would never have taken. */
function ruleProblems({ policies, plans }: Found): readonly string[] {
  const ofPolicies = policies.flatMap(({ record, path }) =>
    ruleRefusals(record.PolicyType ?? "UDM_ECS_ONLY", record.Rules.map(ruleOfRecord)).map((refusal) =>
      refused(`${path}.${apiPath(refusal)}`, refusal),
    ),
  );
  const ofPlans = plans.flatMap(({ record, path }) => {
    const rules = record.Rules.map(({ Schedule }) => ({
      ruleType: "BACKUP" as const,
      schedule: Schedule,
      retention: record.Retention,
    }));
    const refusals = ruleRefusals("UDM_ECS_ONLY", rules);
    return refusals.map((refusal) => refused(`${path}.${apiPath(refusal)}`, refusal));
  });
  return [...ofPolicies, ...ofPlans];
}

/** Ids that are there twice, and ids that name nothing of the inventory. */
function strayProblems({ instanceIds, roles, ramPolicies, policies, groups, bindings, plans }: Found): string[] {
  const known: Readonly<Record<string, ReadonlySet<string>>> = {
    machine: instanceIds,
    policy: new Set(policies.map(({ record }) => record.PolicyId)),
    "RAM policy": new Set(ramPolicies.map(({ record }) => record.PolicyName)),
    "consistency group": new Set(groups.map(({ record }) => record.groupId)),
  };
  const unknown = (path: string, what: string, ids: readonly string[]) =>
    ids.filter((id) => !known[what]?.has(id)).map((id) => `${path}: the inventory has no ${what} ${id}`);
  return [
    ...doubles(roles, "RoleName", ({ RoleName }) => RoleName),
    ...doubles(ramPolicies, "PolicyName", ({ PolicyName }) => PolicyName),
    ...doubles(policies, "PolicyId", ({ PolicyId }) => PolicyId),
    ...doubles(groups, "groupId", ({ groupId }) => groupId),
    ...doubles(bindings, "DataSourceId", ({ DataSourceId }) => DataSourceId),
    ...doubles(bindings, "PolicyBindingId", ({ PolicyBindingId }) => PolicyBindingId),
    ...doubles(plans, "PlanId", ({ PlanId }) => PlanId),
    ...roles.flatMap(({ record, path }) => unknown(`${path}.policies`, "RAM policy", record.policies ?? [])),
    ...groups.flatMap(({ record, path }) => unknown(`${path}.InstanceIds`, "machine", record.InstanceIds)),
    ...plans.flatMap(({ record, path }) => unknown(`${path}.InstanceId`, "machine", [record.InstanceId])),
    ...bindings.flatMap(({ record: { PolicyId, DataSourceId: id }, path }) => [
      ...unknown(`${path}.PolicyId`, "policy", [PolicyId]),
      ...unknown(`${path}.DataSourceId`, isGroupId(id) ? "consistency group" : "machine", [id]),
    ]),
  ];
}
