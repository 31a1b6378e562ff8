import type * as core from "../core/assessment";
import { attempt, gateWords } from "../core/assessment";
import { isBelow } from "../core/level";
import { aliasAdvice } from "../core/protection-gap";
import type { Query, QueryContext } from "../engine";
import { findRegion, policyCenterIn, regionIds } from "./catalogue";
import { type Consistency, evaluateConsistency } from "./consistency";
import { factsBehind, protectionsOver, requireGroup } from "./consistency-group";
import type { MachineFacts } from "./fact";
import { mergeConsistency } from "./group-consistency";
import { postScriptPath, preScriptPath } from "./guest-consistency";
import { findKey, keyProblem } from "./kms-key";
import { requireFacts } from "./machine";
import { osTypeOf } from "./operating-system";
import { bindingRefusals, effectivePolicy, planType, requirePolicy } from "./policy";
import { isGroupId } from "./protection-row";
import type { ProtectionSettings } from "./protection-settings";
import { type Reason, reason, refusal } from "./rule";
import { findDeployment } from "./script";
import { serviceRefusal } from "./service";

export type RequiredConsistency = "APPLICATION" | "FILE_SYSTEM" | "CRASH";

/** All that the service says to a backup before it is made. */
export interface Assessment extends core.Assessment<Consistency, Reason> {
  /** Where the machines lie; undefined when there is none. */
  readonly regionId: string | undefined;
  /** Whether points are copied to another region. */
  readonly isReplicated: boolean;
}

/** Rules between the settings alone: they need no machine. */
export function settingsRefusals(settings: ProtectionSettings, sourceId: string): Error[] {
  const refusals: Error[] = [];
  if (settings.appConsistent && settings.snapshotGroup) {
    const message = "appConsistent and snapshotGroup can't both be on";
    const remedy = "leave snapshotGroup out: an application-consistent backup is a group already";
    refusals.push(refusal("A-02", "Engine.ConflictingSettings", "snapshotGroup", message, remedy));
  }
  if (settings.appConsistent && isGroupId(sourceId)) {
    const message = "a consistency group has no application-consistent backup: that is a matter of a single machine";
    const remedy = "set appConsistent to false, or protect each machine by itself (hbr:AppConsistentProtection)";
    refusals.push(refusal("A-03", "Engine.ConflictingSettings", "appConsistent", message, remedy));
  }
  if (settings.appConsistent && settings.ramRoleName === null) {
    const message = "appConsistent needs the RAM role that takes the snapshots";
    const remedy = "set ramRoleName, from the output of ecs:RamRoleAttachment";
    refusals.push(refusal("A-08", "MissingParameter", "ramRoleName", message, remedy));
  }
  const { replicationEncryption: encryption } = settings;
  if (encryption !== null && (encryption.mode === "KMS") !== (encryption.kmsKeyId !== null)) {
    const message = encryption.mode === "KMS" ? "mode KMS needs a kmsKeyId" : "mode AUTO takes no kmsKeyId";
    const remedy = 'name the destination region\'s key with mode "KMS", or leave both out';
    refusals.push(refusal("A-64", "InvalidParameter", "replicationEncryption.kmsKeyId", message, remedy));
  }
  return refusals;
}

/** Rules about one machine and what lies on it. */
function machineRefusals(
  context: QueryContext,
  { machine }: MachineFacts,
  settings: ProtectionSettings,
  property: "instanceId" | "groupId",
): Error[] {
  const region = findRegion(machine.regionId, context.settings.edition);
  if (region === undefined) {
    const message = `machine ${machine.id} lies in the unknown region ${machine.regionId}`;
    const remedy = `use one of: ${regionIds.join(", ")}`;
    return [refusal("A-63", "InvalidRegionId.NotFound", property, message, remedy)];
  }
  if (!settings.appConsistent || region.appConsistent) return [];
  const rule = context.settings.edition === "2021" ? "A-60" : "A-01";
  const message = `region ${machine.regionId} (${region.localName}) has no application-consistent backup`;
  const remedy = "set appConsistent to false, or protect a machine in another region";
  return [refusal(rule, "Engine.RegionNotSupported", "appConsistent", message, remedy)];
}

/** The disk lists name disks that are attached to one of the machines. */
function diskRefusals(facts: readonly MachineFacts[], settings: ProtectionSettings): Error[] {
  const attached = facts.flatMap(({ disks }) => disks.map((disk) => disk.id));
  const machines = facts.map(({ machine }) => machine.id).join(", ");
  return (["diskIdList", "excludeDiskIdList"] as const).flatMap((list) =>
    [...settings[list].entries()]
      .filter(([, diskId]) => !attached.includes(diskId))
      .map(([index, diskId]) => {
        const message = `disk ${diskId} is not attached to machine ${machines}`;
        const remedy = `attached are: ${attached.join(", ")}`;
        return refusal("A-22", "InvalidDiskId.NotFound", `${list}[${index}]`, message, remedy);
      }),
  );
}

async function deploymentRefusals(context: QueryContext, settings: ProtectionSettings): Promise<Error[]> {
  const { scriptDeploymentId } = settings;
  if (scriptDeploymentId === null || (await findDeployment(context, scriptDeploymentId)) !== undefined) return [];
  const message = `there is no script deployment ${scriptDeploymentId}`;
  const remedy = "take scriptDeploymentId from the id of ecs:ScriptDeployment";
  return [refusal("A-52", "Engine.DeploymentNotFound", "scriptDeploymentId", message, remedy)];
}

/** The machines of a source, or why there are none. */
async function loadSource(
  context: QueryContext,
  sourceId: string,
  refusals: Error[],
): Promise<readonly MachineFacts[]> {
  if (!isGroupId(sourceId)) {
    const facts = await attempt(refusals, () => requireFacts(context, sourceId, "instanceId"));
    return facts === undefined ? [] : [facts];
  }
  const group = await attempt(refusals, () => requireGroup(context, sourceId, "groupId"));
  return group === undefined ? [] : factsBehind(context, sourceId);
}

/** Looks at a backup of one machine or group with these settings, whoever starts it. */
export const assessSource: Query<{ sourceId: string; settings: ProtectionSettings }, Assessment> = async (
  context,
  { sourceId, settings },
) => {
  const refusals: Error[] = settingsRefusals(settings, sourceId);
  const inactive = await serviceRefusal(context);
  if (inactive !== undefined) refusals.push(inactive);
  const facts = await loadSource(context, sourceId, refusals);
  if (facts.length === 0) {
    return { refusals, warnings: [], consistency: undefined, regionId: undefined, isReplicated: false };
  }
  const property = isGroupId(sourceId) ? "groupId" : "instanceId";
  refusals.push(...facts.flatMap((each) => machineRefusals(context, each, settings, property)));
  refusals.push(...diskRefusals(facts, settings), ...(await deploymentRefusals(context, settings)));
  const members = facts.map((each) => ({
    facts: each,
    consistency: evaluateConsistency(each, settings, context.settings),
  }));
  const [first] = members;
  const consistency =
    isGroupId(sourceId) || first === undefined
      ? mergeConsistency(members, context.settings.edition)
      : first.consistency;
  if (consistency.coverage.covered.length === 0 && facts.some(({ disks }) => disks.length > 0)) {
    const message = `no disk of machine ${facts.map(({ machine }) => machine.id).join(", ")} is left to back up`;
    const remedy = "cover at least one cloud disk";
    refusals.push(refusal("A-22", "Engine.NothingToBackUp", "excludeDiskIdList", message, remedy));
  }
  const warnings = [...pathWarnings(facts, settings), ...snapshotServiceWarnings(facts)];
  return { refusals, warnings, consistency, regionId: first?.facts.machine.regionId, isReplicated: false };
};

export interface AssessmentInput {
  /** The machine, or the consistency group. */
  readonly sourceId: string;
  readonly policyId: string;
  readonly urn: string | null;
  readonly settings: ProtectionSettings;
  /** The protection that is being changed; null for a new one. */
  readonly ownId: string | null;
  /** The level below which the program refuses to go. */
  readonly requireConsistency: RequiredConsistency | null;
}

/** Looks at a protection without making it: the same rules as `putProtection`, all refusals at once. */
export const assessProtection: Query<AssessmentInput, Assessment> = async (context, input) => {
  const assessment = await assessSource(context, input);
  const { consistency, regionId } = assessment;
  const refusals = [...assessment.refusals];
  const warnings = [...assessment.warnings];
  const policy = await attempt(refusals, () => requirePolicy(context, input.policyId));
  let isReplicated = false;
  if (policy !== undefined) {
    const problems = bindingRefusals(policy);
    refusals.push(...problems);
    if (problems.length === 0) {
      const { replication } = effectivePolicy(policy);
      isReplicated = replication !== null;
      refusals.push(...replicationRefusals(input.settings, replication, regionId));
      warnings.push(...(await keyWarnings(context, input.settings, replication)));
    }
  }
  if (regionId !== undefined) refusals.push(...(await policyCenterRefusals(context, regionId)));
  const conflict = await bindingConflict(context, input);
  if (conflict !== undefined) refusals.push(conflict);
  if (refusals.length === 0) refusals.push(...gateRefusals(consistency, input.requireConsistency));
  return { ...assessment, refusals, warnings, isReplicated };
};

/** Copies go to another region, and only copies are encrypted anew. */
export function replicationRefusals(
  settings: ProtectionSettings,
  replication: { readonly regionId: string } | null,
  regionId: string | undefined,
  property: "policyId" | "destinationRegionId" = "policyId",
): Error[] {
  if (replication === null && settings.replicationEncryption !== null) {
    const message = "replicationEncryption is set, but nothing is replicated";
    const remedy = "replicate (a REPLICATION rule, or doCopy), or leave replicationEncryption out";
    return [refusal("A-64", "InvalidParameter", "replicationEncryption", message, remedy)];
  }
  if (replication === null || replication.regionId !== regionId) return [];
  const message = `the destination region ${regionId} is the machine's own`;
  const remedy = "name another region, or turn replication off";
  return [refusal("A-34", "Engine.DestinationRegionIsSource", property, message, remedy)];
}

/** A key that can't be used lets every copy fail, though not the backups. */
export async function keyWarnings(
  context: QueryContext,
  { replicationEncryption }: ProtectionSettings,
  replication: { readonly regionId: string } | null,
): Promise<Assessment["warnings"]> {
  const keyId = replicationEncryption?.kmsKeyId ?? null;
  if (keyId === null || replication === null) return [];
  const problem = keyProblem(keyId, await findKey(context, keyId), replication.regionId);
  if (problem === undefined) return [];
  const { code, message, remedy } = problem.why;
  const why = reason("A-64", `${message}: copies will fail, the backups themselves won't`, remedy, code);
  return [{ property: "replicationEncryption.kmsKeyId", reason: why }];
}

/** Where there's no Policy Center machines are protected by backup plans. */
async function policyCenterRefusals(context: QueryContext, regionId: string): Promise<Error[]> {
  if (await policyCenterIn(context, regionId)) return [];
  const message = `region ${regionId} has no Policy Center, so machines there can't be bound to a policy`;
  return [refusal("A-63", "Engine.PolicyCenterNotSupported", "policyId", message, "use hbr:BackupPlan there")];
}

/**
 * One policy per machine. The same URN's earlier copy is on its way out and is no conflict, and neither is what
 * a TAG rule bound: an explicit binding takes its place. Plans are no policies.
 */
export async function bindingConflict(
  context: QueryContext,
  input: Pick<AssessmentInput, "sourceId" | "urn" | "ownId">,
): Promise<Error | undefined> {
  const property = isGroupId(input.sourceId) ? "groupId" : "instanceId";
  const ids = isGroupId(input.sourceId)
    ? (await factsBehind(context, input.sourceId)).map(({ machine }) => machine.id)
    : [input.sourceId];
  for (const instanceId of ids) {
    for (const other of await protectionsOver(context, instanceId)) {
      const isOwn = other.id === input.ownId || (other.urn !== null && other.urn === input.urn);
      if (isOwn || other.createdByTag) continue;
      const policy = await context.store.get("policy", other.policyId);
      if (policy?.policyType === planType) continue;
      return refusal(
        "A-30",
        "Engine.InstanceAlreadyBound",
        property,
        `machine ${instanceId} is bound to policy ${other.policyId} already (protection ` +
          `${other.id}); one policy per machine`,
        "change that protection's policyId, remove it, or import it: pulumi import " +
          `cloudbackup:hbr:InstanceProtection <name> ${other.id}${aliasAdvice(other.urn, input.urn)}`,
      );
    }
  }
  return undefined;
}

/** The merge gate: less than is required is refused. */
export function gateRefusals(consistency: Consistency | undefined, required: RequiredConsistency | null): Error[] {
  if (required === null || consistency === undefined || !isBelow(consistency.achieved, required)) return [];
  return [requirementRefusal(consistency, required)];
}

function requirementRefusal(consistency: Consistency, required: RequiredConsistency): Error {
  const words = gateWords(consistency, required, "turn appConsistent (Windows: and enableWriters) on");
  const rule = consistency.reasons[0]?.rule ?? "A-20";
  return refusal(rule, "Engine.ConsistencyRequired", "requireConsistency", words.message, words.remedy);
}

/** Other script paths are legal in the API but never run as A-13 wants. */
function pathWarnings(facts: readonly MachineFacts[], settings: ProtectionSettings): Assessment["warnings"] {
  if (!settings.appConsistent || !facts.some(({ machine }) => osTypeOf(machine) === "linux")) return [];
  const wrong = [
    { property: "preScriptPath", path: settings.preScriptPath, expected: preScriptPath },
    { property: "postScriptPath", path: settings.postScriptPath, expected: postScriptPath },
  ].filter(({ path, expected }) => path !== expected);
  return wrong.map(({ property, path, expected }) => ({
    property,
    reason: reason("A-13", `${property} is ${path}; the documents know ${expected} only`, `use ${expected}`),
  }));
}

/** The snapshot service takes snapshots of a disk as well: the two will meet one day. */
function snapshotServiceWarnings(facts: readonly MachineFacts[]): Assessment["warnings"] {
  const both = facts.flatMap(({ disks }) => disks.filter(({ autoSnapshotPolicyId }) => autoSnapshotPolicyId !== null));
  return both.map(({ id, autoSnapshotPolicyId }) => ({
    property: "",
    reason: reason(
      "A-47",
      `the snapshot service takes snapshots of disk ${id} too (policy ${autoSnapshotPolicyId}): the two may meet`,
      "use one of them on a disk: cloudbackup call CancelAutoSnapshotPolicy, or exclude the disk",
    ),
  }));
}
