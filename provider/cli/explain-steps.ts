import type { Reason } from "../engine/core/reason";
import type { Step } from "../engine/core/step";
import { type Io, paint } from "./io";

/** What `explain` tells of one rule that was looked at, in either cloud. */
export type ExplainedStep = Pick<Step, "fact" | "rules" | "unmet">;

/** A title, and below it each step, met or not; of what is not met the reason, its fix and its source. */
export function formatSteps(title: string, steps: readonly ExplainedStep[], io: Io): string {
  const width = Math.max(0, ...steps.map((step) => step.fact.length));
  const lines = steps.flatMap((step, index) => formatStep(step, index === steps.length - 1, width, io));
  return `${[title, ...lines].join("\n")}\n`;
}

function formatStep({ fact, rules, unmet }: ExplainedStep, isLast: boolean, width: number, io: Io): string[] {
  const sign = unmet === undefined ? paint(io, "green", "✓") : paint(io, "red", "✗");
  const line = `${isLast ? "└─" : "├─"} ${sign} ${fact.padEnd(width)}  ${rules.join(" ")}`;
  const indent = isLast ? "     " : "│    ";
  return [line, ...(unmet ?? []).flatMap((reason) => formatReason(reason, fact, io)).map((text) => indent + text)];
}

function formatReason({ message, remedy, source }: Reason, fact: string, io: Io): string[] {
  const rest = [`  fix: ${remedy}`, paint(io, "dim", `  source: ${source}`)];
  return message === fact ? rest : [message, ...rest];
}

/** The steps for JSON. */
export function describeSteps(steps: readonly ExplainedStep[]) {
  return steps.map(({ fact, rules, unmet }) => ({ met: unmet === undefined, fact, rules, reasons: unmet ?? [] }));
}

/** An explanation in both forms. */
export interface Explained {
  readonly text: (io: Io) => string;
  readonly json: () => object;
}
