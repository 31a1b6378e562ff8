import type { Command } from "commander";
import { type Consistency, evaluateConsistency, type Step } from "../../engine/alibaba/consistency";
import { loadFacts, type Machine } from "../../engine/alibaba/fact";
import { requireMachine } from "../../engine/alibaba/machine";
import { findProtectionOf } from "../../engine/alibaba/protection";
import { settingsRefusals } from "../../engine/alibaba/protection-assessment";
import { type Protection, settingsOf } from "../../engine/alibaba/protection-row";
import { defaultSettings, type ProtectionSettings } from "../../engine/alibaba/protection-settings";
import type { Reason } from "../../engine/alibaba/rule";
import type { Query } from "../../engine/engine";
import { invariant } from "../../engine/error";
import type { GlobalOptions } from "../configuration";
import { type Io, paint, printJson } from "../io";
import { selectMachine } from "../select-machine";
import { withEngine } from "../with-engine";

interface ExplainOptions extends GlobalOptions {
  readonly appConsistent?: boolean;
  readonly ramRoleName?: string;
  readonly scriptDeploymentId?: string;
  readonly enableFsFreeze?: boolean;
  readonly enableWriters?: boolean;
  readonly json?: boolean;
}

export function configureExplain(command: Command, io: Io): void {
  command
    .argument("<machine>", "id of the machine, or its name when only one has it")
    .option("--app-consistent", "ask for application consistency")
    .option("--no-app-consistent", "ask for nothing")
    .option("--ram-role-name <name>", "RAM role that takes the snapshots")
    .option("--script-deployment-id <id>", "script deployment that the backup rests on")
    .option("--enable-fs-freeze", "Linux: hold the file systems still around the snapshot")
    .option("--no-enable-fs-freeze", "Linux: without holding the file systems still")
    .option("--enable-writers", "Windows: include the VSS writers")
    .option("--no-enable-writers", "Windows: without the VSS writers")
    .option("--json", "print JSON")
    .addHelpText("after", "\nThe settings are those of the machine's protection; options replace them one by one.")
    .action(async (machine: string, _options: unknown, called: Command) => {
      const options = called.optsWithGlobals<ExplainOptions>();
      const input = { machine, options };
      const explanation = await withEngine(options, io, (engine) => engine.ask(explain, input));
      if (options.json === true) printJson(io, describe(explanation));
      else io.stdout(format(explanation, io));
    });
}

interface Explanation {
  readonly machine: Machine;
  readonly protection: Protection | undefined;
  readonly consistency: Consistency;
}

const explain: Query<{ machine: string; options: ExplainOptions }, Explanation> = async (context, input) => {
  const { id } = await selectMachine(context, input.machine);
  const machine = await requireMachine(context, id, "machine");
  const facts = (await loadFacts(context.store, context.settings.account, [id])).get(id);
  invariant(facts !== undefined, "a machine that was just found has facts");
  const protection = await findProtectionOf(context, id);
  const settings = settingsFor(protection, input.options);
  const [problem] = settingsRefusals(settings, id);
  if (problem !== undefined) throw problem;
  return { machine, protection, consistency: evaluateConsistency(facts, settings, context.settings) };
};

function settingsFor(protection: Protection | undefined, options: ExplainOptions): ProtectionSettings {
  const before = protection === undefined ? defaultSettings : settingsOf(protection);
  return {
    ...before,
    appConsistent: options.appConsistent ?? before.appConsistent,
    ramRoleName: options.ramRoleName ?? before.ramRoleName,
    scriptDeploymentId: options.scriptDeploymentId ?? before.scriptDeploymentId,
    enableFsFreeze: options.enableFsFreeze ?? before.enableFsFreeze,
    enableWriters: options.enableWriters ?? before.enableWriters,
  };
}

function format({ machine, protection, consistency }: Explanation, io: Io): string {
  const { requested, achieved, steps, coverage } = consistency;
  const asAsked = achieved === requested ? "as asked" : `asked for ${requested}`;
  const whose = protection === undefined ? "no protection; what a backup would be" : `protection ${protection.id}`;
  const state = protection?.disabled === true ? ", suspended: no backup runs (A-59)" : "";
  const title = `${paint(io, "bold", achieved)} (${asAsked})  ${machine.instanceName} ${machine.id}, ${whose}${state}`;
  const width = Math.max(0, ...steps.map((step) => step.fact.length));
  const uncovered: Step[] = coverage.uncovered.map(({ diskId, reason }) => ({
    fact: `disk ${diskId} is not covered`,
    rules: [reason.rule],
    unmet: [reason],
  }));
  const all = [...steps, ...uncovered];
  const lines = all.flatMap((step, index) => formatStep(step, index === all.length - 1, width, io));
  return `${[title, ...lines].join("\n")}\n`;
}

function formatStep({ fact, rules, unmet }: Step, isLast: boolean, width: number, io: Io): string[] {
  const sign = unmet === undefined ? paint(io, "green", "✓") : paint(io, "red", "✗");
  const line = `${isLast ? "└─" : "├─"} ${sign} ${fact.padEnd(width)}  ${rules.join(" ")}`;
  const indent = isLast ? "     " : "│    ";
  return [line, ...(unmet ?? []).flatMap((reason) => formatReason(reason, fact, io)).map((text) => indent + text)];
}

function formatReason({ message, remedy, source }: Reason, fact: string, io: Io): string[] {
  const rest = [`  fix: ${remedy}`, paint(io, "dim", `  source: ${source}`)];
  return message === fact ? rest : [message, ...rest];
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
    steps: consistency.steps.map(({ fact, rules, unmet }) => ({
      met: unmet === undefined,
      fact,
      rules,
      reasons: unmet ?? [],
    })),
  };
}
