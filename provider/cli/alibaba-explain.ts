import { type Consistency, evaluateConsistency } from "../engine/alibaba/consistency";
import { loadFacts, type Machine } from "../engine/alibaba/fact";
import { requireMachine } from "../engine/alibaba/machine";
import { findProtectionOf } from "../engine/alibaba/protection";
import { settingsRefusals } from "../engine/alibaba/protection-assessment";
import { type Protection, settingsOf } from "../engine/alibaba/protection-row";
import { defaultSettings, type ProtectionSettings } from "../engine/alibaba/protection-settings";
import type { Query } from "../engine/engine";
import { invariant } from "../engine/error";
import { describeSteps, type Explained, type ExplainedStep, formatSteps } from "./explain-steps";
import { type Io, paint } from "./io";

/** Settings of a protection, that stand in for those which the machine has. */
export type AskedSettings = Partial<
  Pick<ProtectionSettings, "appConsistent" | "ramRoleName" | "scriptDeploymentId" | "enableFsFreeze" | "enableWriters">
>;

interface Explanation {
  readonly machine: Machine;
  readonly protection: Protection | undefined;
  readonly consistency: Consistency;
}

/** What a backup of an ECS instance would be, by its protection's settings and those that are asked for instead. */
export const explainAlibaba: Query<{ id: string; asked: AskedSettings }, Explained> = async (
  context,
  { id, asked },
) => {
  const machine = await requireMachine(context, id, "machine");
  const facts = (await loadFacts(context.store, context.settings.account, [machine.id])).get(machine.id);
  invariant(facts !== undefined, "a machine that was just found has facts");
  const protection = await findProtectionOf(context, machine.id);
  const settings = { ...(protection === undefined ? defaultSettings : settingsOf(protection)), ...asked };
  const [problem] = settingsRefusals(settings, machine.id);
  if (problem !== undefined) throw problem;
  const explanation = { machine, protection, consistency: evaluateConsistency(facts, settings, context.settings) };
  return { text: (io) => format(explanation, io), json: () => describe(explanation) };
};

function format({ machine, protection, consistency }: Explanation, io: Io): string {
  const { requested, achieved, steps, coverage } = consistency;
  const asAsked = achieved === requested ? "as asked" : `asked for ${requested}`;
  const whose = protection === undefined ? "no protection; what a backup would be" : `protection ${protection.id}`;
  const state = protection?.disabled === true ? ", suspended: no backup runs (A-59)" : "";
  const title = `${paint(io, "bold", achieved)} (${asAsked})  ${machine.instanceName} ${machine.id}, ${whose}${state}`;
  const uncovered: ExplainedStep[] = coverage.uncovered.map(({ diskId, reason }) => ({
    fact: `disk ${diskId} is not covered`,
    rules: [reason.rule],
    unmet: [reason],
  }));
  return formatSteps(title, [...steps, ...uncovered], io);
}

function describe({ machine, protection, consistency }: Explanation) {
  return {
    instanceId: machine.id,
    instanceName: machine.instanceName,
    protectionId: protection?.id ?? null,
    policyId: protection?.policyId ?? null,
    disabled: protection?.disabled ?? null,
    requestedLevel: consistency.requested,
    achievedLevel: consistency.achieved,
    groupKind: consistency.groupKind,
    coveredDisks: consistency.coverage.covered.map((disk) => disk.id),
    uncoveredDisks: consistency.coverage.uncovered,
    reasons: consistency.reasons,
    steps: describeSteps(consistency.steps),
  };
}
