import type { Json, Row } from "../../store/tables";
import type { Command, Query, QueryContext } from "../engine";
import { findRegion, regionIds } from "./catalogue";
import { type Consistency, evaluateConsistency, type GroupKind, isBelow } from "./consistency";
import { loadFacts, type MachineFacts } from "./fact";
import { postScriptPath, preScriptPath } from "./guest-consistency";
import { requireFacts } from "./machine";
import { osTypeOf } from "./operating-system";
import { bindingRefusal, requirePolicy } from "./policy";
import type { ProtectionSettings } from "./protection-settings";
import { type Reason, reason, refusal } from "./rule";
import { findDeployment } from "./script";

export type Protection = Row<"protection">;
export type RequiredConsistency = "APPLICATION" | "FILE_SYSTEM" | "CRASH";

export interface ProtectionInput {
  readonly id: string;
  readonly urn: string | null;
  readonly instanceId: string;
  readonly policyId: string;
  readonly disabled: boolean;
  readonly settings: ProtectionSettings;
}

/** All that the service says to a protection before it is made: refusals, and what will be less than asked for. */
export interface Assessment {
  readonly refusals: readonly Error[];
  readonly warnings: readonly { readonly property: string; readonly reason: Reason }[];
  readonly consistency: Consistency | undefined;
}

export const findProtection: Query<string, Protection | undefined> = async ({ store, settings }, id) => {
  const protection = await store.get("protection", id);
  return protection?.account === settings.account ? protection : undefined;
};

/** The binding of one machine, whoever made it. */
export const findProtectionOf: Query<string, Protection | undefined> = async ({ store, settings }, instanceId) =>
  (await store.find("protection", { instanceId })).find((row) => row.account === settings.account);

export function settingsOf(protection: Protection): ProtectionSettings {
  return protection.settings as unknown as ProtectionSettings;
}

/** Collects what a load throws as a refusal, so that all of them are told at once. */
async function attempt<T>(refusals: Error[], load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    refusals.push(error as Error);
    return undefined;
  }
}

/** Rules between the settings alone: they need no machine. */
export function settingsRefusals(settings: ProtectionSettings): Error[] {
  const refusals: Error[] = [];
  if (settings.appConsistent && settings.snapshotGroup) {
    const message = "appConsistent and snapshotGroup can't both be on";
    const remedy = "leave snapshotGroup out: an application-consistent backup is a group already";
    refusals.push(refusal("A-02", "Engine.ConflictingSettings", "snapshotGroup", message, remedy));
  }
  if (settings.appConsistent && settings.ramRoleName === null) {
    const message = "appConsistent needs the RAM role that takes the snapshots";
    const remedy = "set ramRoleName, from the output of ecs:RamRoleAttachment";
    refusals.push(refusal("A-08", "MissingParameter", "ramRoleName", message, remedy));
  }
  return refusals;
}

/** Rules about the machine and what lies on it. */
async function machineRefusals(
  context: QueryContext,
  facts: MachineFacts,
  settings: ProtectionSettings,
): Promise<Error[]> {
  const { machine, disks } = facts;
  const region = findRegion(machine.regionId, context.settings.edition);
  const refusals: Error[] = [];
  if (region === undefined) {
    const message = `machine ${machine.id} lies in the unknown region ${machine.regionId}`;
    refusals.push(
      refusal("A-63", "InvalidRegionId.NotFound", "instanceId", message, `use one of: ${regionIds.join(", ")}`),
    );
  } else if (settings.appConsistent && !region.appConsistent) {
    const rule = context.settings.edition === "2021" ? "A-60" : "A-01";
    const message = `region ${machine.regionId} (${region.localName}) has no application-consistent backup`;
    const remedy = "set appConsistent to false, or protect a machine in another region";
    refusals.push(refusal(rule, "Engine.RegionNotSupported", "appConsistent", message, remedy));
  }
  for (const list of ["diskIdList", "excludeDiskIdList"] as const) {
    for (const [index, diskId] of settings[list].entries()) {
      if (disks.some((disk) => disk.id === diskId)) continue;
      const message = `disk ${diskId} is not attached to machine ${machine.id}`;
      const known = disks.map((disk) => disk.id).join(", ");
      refusals.push(refusal("A-22", "InvalidDiskId.NotFound", `${list}[${index}]`, message, `attached are: ${known}`));
    }
  }
  if (
    settings.scriptDeploymentId !== null &&
    (await findDeployment(context, settings.scriptDeploymentId)) === undefined
  ) {
    const message = `there is no script deployment ${settings.scriptDeploymentId}`;
    const remedy = "take scriptDeploymentId from the id of ecs:ScriptDeployment";
    refusals.push(refusal("A-52", "Engine.DeploymentNotFound", "scriptDeploymentId", message, remedy));
  }
  return refusals;
}

/** One policy per machine. The same URN's earlier copy is on its way out and is no conflict. */
async function bindingConflict(context: QueryContext, input: Omit<ProtectionInput, "id">, ownId: string | null) {
  const other = (await context.store.find("protection", { instanceId: input.instanceId })).find(
    (row) =>
      row.account === context.settings.account && row.id !== ownId && (row.urn === null || row.urn !== input.urn),
  );
  if (other === undefined) return undefined;
  return refusal(
    "A-30",
    "Engine.InstanceAlreadyBound",
    "instanceId",

    `machine ${input.instanceId} is bound to policy ${other.policyId} already (protection ` +
      `${other.id}); one policy per machine`,

    "change that protection's policyId, remove it, or import it: pulumi import " +
      `cloudbackup:hbr:InstanceProtection <name> ${other.id}`,
  );
}

export interface AssessmentInput extends Omit<ProtectionInput, "id"> {
  /** The protection that is being changed; null for a new one. */
  readonly ownId: string | null;
  /** The level below which the program refuses to go. */
  readonly requireConsistency: RequiredConsistency | null;
}

/** Looks at a backup of one machine with these settings, whoever starts it. */
export const assessMachine: Query<{ instanceId: string; settings: ProtectionSettings }, Assessment> = async (
  context,
  { instanceId, settings },
) => {
  const refusals: Error[] = settingsRefusals(settings);
  const facts = await attempt(refusals, () => requireFacts(context, instanceId, "instanceId"));
  if (facts === undefined) return { refusals, warnings: [], consistency: undefined };
  refusals.push(...(await machineRefusals(context, facts, settings)));
  const consistency = evaluateConsistency(facts, settings, context.settings);
  if (consistency.coverage.covered.length === 0 && facts.disks.length > 0) {
    const message = `no disk of machine ${instanceId} is left to back up`;
    refusals.push(
      refusal("A-22", "Engine.NothingToBackUp", "excludeDiskIdList", message, "cover at least one cloud disk"),
    );
  }
  return { refusals, warnings: pathWarnings(facts, settings), consistency };
};

/** Looks at a protection without making it: the same rules as `putProtection`, all refusals at once. */
export const assessProtection: Query<AssessmentInput, Assessment> = async (context, input) => {
  const { refusals: found, warnings, consistency } = await assessMachine(context, input);
  const refusals = [...found];
  const policy = await attempt(refusals, () => requirePolicy(context, input.policyId));
  const problem = policy === undefined ? undefined : bindingRefusal(policy);
  if (problem !== undefined) refusals.push(problem);
  const conflict = await bindingConflict(context, input, input.ownId);
  if (conflict !== undefined) refusals.push(conflict);
  const required = input.requireConsistency;
  if (
    refusals.length === 0 &&
    required !== null &&
    consistency !== undefined &&
    isBelow(consistency.achieved, required)
  ) {
    refusals.push(requirementRefusal(consistency, required));
  }
  return { refusals, warnings, consistency };
};

function requirementRefusal(consistency: Consistency, required: RequiredConsistency): Error {
  const reasons = consistency.reasons;
  const first = reasons[0];
  const list = reasons.map(
    (item) => `\n    ${item.rule} ${item.message}\n      fix: ${item.remedy}\n      source: ${item.source}`,
  );
  const what =
    reasons.length === 0
      ? `requires ${required} but asks for ${consistency.requested} only`
      : `requires ${required}, would get ${consistency.achieved}:${list.join("")}`;
  const remedy =
    reasons.length === 0
      ? "turn appConsistent (Windows: and enableWriters) on, or lower requireConsistency"
      : "mend what is listed, or lower requireConsistency";
  return refusal(first?.rule ?? "A-20", "Engine.ConsistencyRequired", "requireConsistency", what, remedy);
}

/** Other script paths are legal in the API but never run as A-13 wants. */
function pathWarnings(facts: MachineFacts, settings: ProtectionSettings): Assessment["warnings"] {
  if (!settings.appConsistent || osTypeOf(facts.machine) !== "linux") return [];
  const wrong = [
    { property: "preScriptPath", path: settings.preScriptPath, expected: preScriptPath },
    { property: "postScriptPath", path: settings.postScriptPath, expected: postScriptPath },
  ].filter(({ path, expected }) => path !== expected);
  return wrong.map(({ property, path, expected }) => ({
    property,
    reason: reason("A-13", `${property} is ${path}; the documents know ${expected} only`, `use ${expected}`),
  }));
}

/** CreatePolicyBindings and UpdatePolicyBinding in one. */
export const putProtection: Command<
  ProtectionInput & { readonly requireConsistency: RequiredConsistency | null },
  void
> = async (context, { requireConsistency, ...input }) => {
  const assessment = await assessProtection(context, { ...input, ownId: input.id, requireConsistency });
  const [problem] = assessment.refusals;
  if (problem !== undefined) throw problem;
  const old = await findProtection(context, input.id);
  const row: Protection = {
    id: input.id,
    account: context.settings.account,
    instanceId: input.instanceId,
    policyId: input.policyId,
    urn: input.urn,
    disabled: input.disabled,
    settings: { ...input.settings } as unknown as Json,
    createTime: old?.createTime ?? context.now,
    scheduledUntil: old?.scheduledUntil ?? context.now,
    lastStartTime: old?.lastStartTime ?? null,
    lastCompleteTime: old?.lastCompleteTime ?? null,
    runs: old?.runs ?? 0,
  };
  await context.store.put("protection", [row]);
};

/** DeletePolicyBinding: the machine's recovery points stay unless they are asked away. Gone already is fine. */
export const removeProtection: Command<{ id: string; deletePoints: boolean }, void> = async (context, input) => {
  if (input.deletePoints) await context.store.removeWhere("recoveryPoint", { protectionId: input.id });
  await context.store.remove("protection", [input.id]);
};

/** What a protection is worth now: facts of configuration, never of the moment. */
export interface ProtectionState {
  readonly requestedLevel: RequiredConsistency;
  /** NONE: the machine was released, no backup runs any more. */
  readonly achievedLevel: RequiredConsistency | "NONE";
  readonly reasons: readonly Reason[];
  readonly groupKind: GroupKind | "NONE";
  readonly coveredDisks: readonly string[];
  readonly uncoveredDisks: readonly { readonly diskId: string; readonly reason: Reason }[];
  readonly damagedPoints: readonly string[];
}

export const describeProtection: Query<Protection, ProtectionState> = async (context, protection) => {
  const { store, settings: engine } = context;
  const settings = settingsOf(protection);
  const damaged = await store.find("recoveryPoint", { protectionId: protection.id, damaged: true });
  const damagedPoints = damaged.map((point) => point.id);
  const facts = (await loadFacts(store, engine.account, [protection.instanceId])).get(protection.instanceId);
  if (facts === undefined || facts.machine.released) {
    const message = `machine ${protection.instanceId} was released: no backup runs any more, its points stay`;
    const reasons = [reason("A-59", message, "remove the protection, or restore the machine from a point")];
    const requestedLevel = settings.appConsistent ? "APPLICATION" : "CRASH";
    const none = { groupKind: "NONE", coveredDisks: [], uncoveredDisks: [] } as const;
    return { requestedLevel, achievedLevel: "NONE", reasons, ...none, damagedPoints };
  }
  const consistency = evaluateConsistency(facts, settings, engine);
  return {
    requestedLevel: consistency.requested,
    achievedLevel: consistency.achieved,
    reasons: consistency.reasons,
    groupKind: consistency.groupKind,
    coveredDisks: consistency.coverage.covered.map((disk) => disk.id),
    uncoveredDisks: consistency.coverage.uncovered,
    damagedPoints,
  };
};
