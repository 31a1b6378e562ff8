import { requireReader } from "../engine/azure/access";
import { nameOf } from "../engine/azure/arm-id";
import { type AchievedLevel, type Consistency, evaluateConsistency } from "../engine/azure/consistency";
import { findActiveItemOf } from "../engine/azure/item-list";
import { exclusionOf, type ProtectedItem } from "../engine/azure/item-row";
import { backupSettingsOf } from "../engine/azure/item-run";
import { findPolicy, type PolicyRow, propertiesOf } from "../engine/azure/policy";
import { describeItem } from "../engine/azure/protected-item";
import { recoveryPointTypeOf } from "../engine/azure/recovery-point-type";
import type { Reason } from "../engine/azure/rule";
import { findVault, type Vault } from "../engine/azure/vault";
import { loadFacts, machineNotFound, type VirtualMachine } from "../engine/azure/virtual-machine";
import type { Query } from "../engine/engine";
import { describeSteps, type Explained, type ExplainedStep, formatSteps } from "./explain-steps";
import { type Io, paint } from "./io";

/** What protects a machine. */
interface Protection {
  readonly item: ProtectedItem;
  readonly vault: Vault | undefined;
  /** Undefined while none is named: the protection was stopped. */
  readonly policy: PolicyRow | undefined;
}

interface Explanation {
  readonly machine: VirtualMachine;
  readonly protection: Protection | undefined;
  readonly consistency: Consistency;
  /** What keeps backups from running or from ending well, whatever the machine is like. */
  readonly obstacles: readonly Reason[];
}

/** What a backup of a virtual machine would be, by the item that protects it, else by a standard policy. */
export const explainAzure: Query<VirtualMachine, Explained> = async (context, machine) => {
  const facts = await loadFacts(context, machine.id);
  if (facts === undefined) throw machineNotFound(machine.armId, "machine");
  const protection = await protectionOf(context, machine);
  const exclusion = protection === undefined ? null : exclusionOf(protection.item);
  const settings =
    protection?.policy === undefined
      ? { isCrashConsistentOnly: false, diskExclusion: exclusion }
      : backupSettingsOf(propertiesOf(protection.policy), exclusion);
  const obstacles = protection === undefined ? [] : await obstaclesOf(context, protection);
  const explanation = { machine, protection, consistency: evaluateConsistency(facts, settings), obstacles };
  return { text: (io) => format(explanation, io), json: () => describe(explanation) };
};

/** The item is its vault's, and told to who may read that (Z-20). */
const protectionOf: Query<VirtualMachine, Protection | undefined> = async (context, { id }) => {
  const item = await findActiveItemOf(context, id);
  if (item === undefined) return undefined;
  await requireReader(context, { vaultId: item.vaultId, operation: "ProtectedItems_Get" });
  const vault = await findVault(context, item.vaultId);
  const policy = item.policyId === null ? undefined : await findPolicy(context, item.policyId);
  return { item, vault, policy };
};

/** The item's reasons that its machine has no part in: its state, its vault's key. */
const obstacleRules: readonly string[] = ["Z-28", "Z-33"];

const obstaclesOf: Query<Protection, readonly Reason[]> = async (context, { item }) => {
  const { reasons } = await describeItem(context, item);
  return reasons.filter(({ rule }) => obstacleRules.includes(rule));
};

function achievedOf({ consistency, obstacles }: Explanation): AchievedLevel {
  return obstacles.length === 0 ? consistency.achieved : "NONE";
}

/** What the steps of a machine's consistency leave out: what stands before the job, and what the job does. */
function stepsOf({ machine, consistency, obstacles }: Explanation): readonly ExplainedStep[] {
  const { steps, tries, extension } = consistency;
  const before = obstacles.map(
    (reason): ExplainedStep => ({ fact: reason.message, rules: [reason.rule], unmet: [reason] }),
  );
  const isMissing = extension !== null && machine.extension !== extension;
  const install = { fact: `the first backup installs the extension ${extension}`, rules: ["Z-14"] };
  const errors = [...new Set(tries.flatMap((each) => each.errors))].join(", ");
  const retry = { fact: `the job is tried ${tries.length} times: ${errors}`, rules: ["Z-06"] };
  return [...before, ...steps, ...(isMissing ? [install] : []), ...(tries.length > 1 ? [retry] : [])];
}

function format(explanation: Explanation, io: Io): string {
  const { machine, protection, consistency } = explanation;
  const achieved = achievedOf(explanation);
  const requested = recoveryPointTypeOf(consistency.requested);
  const type = achieved === "NONE" ? "no point" : recoveryPointTypeOf(achieved);
  const asAsked = type === requested ? "as asked" : `asked for ${requested}`;
  const title = `${paint(io, "bold", type)} (${asAsked})  ${machine.vmName} ${machine.armId}, ${whose(protection)}`;
  return formatSteps(title, stepsOf(explanation), io);
}

function whose(protection: Protection | undefined): string {
  if (protection === undefined) return "no protection; what a backup would be";
  const { item, vault, policy } = protection;
  const state = item.protectionState === "Protected" ? "protected" : item.protectionState;
  const by = policy === undefined ? "" : ` by policy ${policy.policyName}`;
  return `${state} in vault ${vault?.vaultName ?? nameOf(item.vaultId)}${by}`;
}

function describe(explanation: Explanation) {
  const { machine, protection, consistency, obstacles } = explanation;
  const { requested, coverage, reasons, tries, extension } = consistency;
  const achieved = achievedOf(explanation);
  return {
    sourceResourceId: machine.armId,
    vmName: machine.vmName,
    itemId: protection?.item.armId ?? null,
    policyId: protection?.policy?.armId ?? null,
    protectionState: protection?.item.protectionState ?? null,
    requestedLevel: requested,
    achievedLevel: achieved,
    recoveryPointType: achieved === "NONE" ? null : recoveryPointTypeOf(achieved),
    coveredDisks: coverage.covered.map(({ lun, name }) => ({ lun, name })),
    excludedDisks: coverage.excluded.map(({ lun, name }) => ({ lun, name })),
    reasons: [...obstacles, ...reasons],
    steps: describeSteps(stepsOf(explanation)),
    tries,
    extension,
  };
}
