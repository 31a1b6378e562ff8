import { impactPattern } from "../engine/core/impact";
import { machineSections } from "./comment-machines";
import {
  changeSection,
  coverageSection,
  errorSection,
  impactSection,
  replacementSection,
  spokenSection,
  timeSection,
} from "./comment-sections";
import { summaryOf } from "./comment-summary";
import { type Uncovered, uncoveredOf } from "./coverage";
import { type Estate, estateOf, isComplete } from "./estate";
import { impactsOf } from "./impact-review";
import { colour, type Preview } from "./preview";
import { protectionReviews } from "./protection-review";
import { resourceChanges } from "./resource-change";
import { Secrets } from "./secret-text";
import { renderSections, sizeOf } from "./section";
import type { Diagnostic } from "./step";
import { unprotectedTimes } from "./unprotected-time";
import { Words } from "./words";

/** GitHub takes 65,536 characters; the rest is for what a workflow puts around it. */
const longestComment = 60_000;

/** Where a preview belongs when it doesn't say so itself, as one that failed at once. */
export interface Place {
  readonly project: string | undefined;
  readonly stack: string | undefined;
}

/**
 * The first line of every comment on a stack: it finds the comment again, and no other stack's of the pull request.
 * What it names can't end the HTML comment that it is.
 */
function markerOf({ project = "unknown", stack = "unknown" }: Place): string {
  const clean = (name: string): string => name.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, 100);
  return `<!-- cloudbackup-preview ${clean(project)}/${clean(stack)} -->`;
}

/**
 * A preview as one Markdown comment: the summary first, then what matters most. `printed` is what Pulumi said beside
 * the preview: it tells why one failed that doesn't say so itself.
 */
export function prComment(preview: Preview, fallback: Place, printed = ""): string {
  const secrets = new Secrets();
  for (const { oldInputs, newInputs, oldOutputs, newOutputs } of preview.steps) {
    secrets.learn([oldInputs, newInputs, oldOutputs, newOutputs]);
  }
  const words = new Words(secrets);
  const changes = resourceChanges(preview);
  const before = estateOf(changes, "before");
  const after = estateOf(changes, "after");
  const impacts = impactsOf(preview);
  const reviews = protectionReviews(preview, before, after, impacts);
  const uncovered = uncoveredIn(preview, before, after);
  const { errors, warnings, messages } = sorted(preview, printed);
  const { times, others } = unprotectedTimes(warnings);
  const place = { project: preview.project ?? fallback.project, stack: preview.stack ?? fallback.stack };
  const facts = {
    preview,
    place,
    changes,
    reviews,
    impacts,
    uncovered,
    before,
    after,
    errors,
    times,
    warnings: others,
  };
  const head = `${markerOf(place)}\n${summaryOf(facts, words)}\n`;
  const [machines, quietMachines] = machineSections(reviews, words);
  const sections = [
    errorSection(errors, words),
    machines,
    impactSection(impacts, preview, words),
    coverageSection(uncovered, words),
    timeSection(times, words),
    replacementSection(changes, preview, words),
    quietMachines,
    spokenSection("Warnings", ["warning", "warnings"], others, words),
    changeSection(changes, words),
    spokenSection("Messages", ["message", "messages"], messages, words),
  ];
  return `${head}\n${renderSections(sections, longestComment - sizeOf(head) - 1)}`.trimEnd().concat("\n");
}

/** Unchanged resources are not in the plain document: of what it leaves open nothing is known. */
function uncoveredIn(preview: Preview, before: Estate, after: Estate): readonly Uncovered[] {
  if (!isComplete(preview)) return [];
  return uncoveredOf(before, after).filter(({ isLost }) => isLost || preview.form === "events");
}

/** Where a program lies on the machine of the preview is nothing about the change. */
const fromPath = /^using pulumi-\S+ from \$PATH at /;

function isSaidElsewhere({ message }: Diagnostic): boolean {
  return message.trim() === "" || impactPattern.test(message) || fromPath.test(message);
}

/** What the preview said, by how much it matters. What becomes of recovery points has a table of its own. */
function sorted({ diagnostics, violations, outcome }: Preview, beside: string) {
  const policies = violations.map(({ policy, message, urn, isMandatory }): Diagnostic => {
    return { severity: isMandatory ? "error" : "warning", urn, message: `${policy}: ${message}` };
  });
  const said = [...policies, ...diagnostics.filter((each) => !isSaidElsewhere(each))];
  const errors = said.filter(({ severity }) => severity === "error");
  const printed = said.filter(({ severity }) => severity === "info#err");
  // A program that can't even be read says so on its error output only, a line at a time.
  const isUnsaid = (outcome === "failed" || outcome === "broken off") && errors.length === 0;
  const why = printed.length > 0 ? printed.map(textOf).join("\n") : endOf(beside);
  const failure: readonly Diagnostic[] = why === "" ? [] : [{ severity: "error", urn: undefined, message: why }];
  const quiet = isUnsaid ? [] : printed;
  return {
    errors: isUnsaid ? failure : errors,
    warnings: said.filter(({ severity }) => severity === "warning"),
    messages: [...said.filter(({ severity }) => !["error", "warning", "info#err"].includes(severity)), ...quiet],
  };
}

/** The end of what was printed, where the reason stands, without colours and what is said of paths. */
function endOf(printed: string): string {
  const lines = printed.replaceAll(colour, "").split(/\r?\n/);
  const told = lines.filter((line) => !fromPath.test(line.replace(/^warning: /, "")));
  const text = told.join("\n").trim();
  return text.length <= longestReason ? text : `…${text.slice(-longestReason)}`;
}

const longestReason = 2_500;

const textOf = ({ message }: Diagnostic): string => message;
