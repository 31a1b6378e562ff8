import { join, relative, sep } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { type Command, Option } from "commander";
import { type DriftClass, driftClasses } from "../../review/drift-finding";
import { driftJson } from "../../review/drift-json";
import { driftMarkdown } from "../../review/drift-markdown";
import { type DriftReport, isComplete, isUnread, reportDrift, worstClass } from "../../review/drift-report";
import { driftSarif } from "../../review/drift-sarif";
import { statusOf } from "../../review/drift-status";
import { digestEvents, type EventDigest } from "../../review/step";
import { packageVersion } from "../../session/version";
import type { GlobalOptions } from "../configuration";
import { driftText } from "../drift-text";
import { CommandFailure } from "../failure";
import { type Io, printJson } from "../io";
import { saidByPulumi } from "../pulumi-error";
import { selectStack } from "../select-stack";
import { type StackSurvey, surveyStack } from "../stack-survey";
import { Verdict } from "../verdict";

/** From which class on drift makes the exit code non-zero; each one stands for the worse ones too. */
const thresholds = ["never", "lost", "weakened", "stronger", "any"] as const;
type Threshold = (typeof thresholds)[number];

interface DriftOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly sarif?: boolean;
  readonly failOn: Threshold;
}

const closing = `
Runs Pulumi's read-only refresh and says what each difference means. It changes nothing: neither Pulumi's state nor the
engine. What lowers a protection (a script, a role, a machine) is told with the protection and not counted beside it.

Classes:
  LOST      no backup runs any more, or a recovery point can no longer be restored
  WEAKENED  a lower level, a longer RPO, shorter retention, fewer disks or copies, a lock off
  stronger  the opposite
  cosmetic  names, descriptions, tags: it changes no outcome
Exit codes:
  0  no drift, or none that --fail-on names
  1  wrong usage, or not everything could be read, whatever --fail-on says
  2  drift, the worst of it lost or weakened
  3  drift, the worst of it stronger or cosmetic
--fail-on lost: lost counts; weakened: and weakened; stronger: and stronger; any (default): all; never: none.
Examples:
  cloudbackup drift -C infra/backup --stack prod
  cloudbackup drift --stack prod --fail-on weakened --markdown > drift.md`;

export function configureDrift(command: Command, io: Io): void {
  command
    .addOption(new Option("--json", "print JSON").conflicts(["markdown", "sarif"]))
    .addOption(new Option("--markdown", "print the text of an issue").conflicts(["json", "sarif"]))
    .addOption(new Option("--sarif", "print SARIF 2.1.0 for code scanning").conflicts(["json", "markdown"]))
    .addOption(
      new Option("--fail-on <class>", "the least class that fails").choices([...thresholds]).default("any" as const),
    )
    .addHelpText("after", closing)
    .action(async (_options: unknown, called: Command) => {
      const options = called.optsWithGlobals<DriftOptions>();
      const started = io.stopwatch();
      const stack = await selectStack(options, io);
      const report = await lookForDrift(stack);
      const print = () => driftText(report, io, (io.stopwatch() - started) / 1000);
      if (options.json === true) printJson(io, driftJson(report));
      else if (options.sarif === true)
        printJson(io, driftSarif(report, { uri: placeOf(stack, io), version: packageVersion() }));
      else io.stdout(options.markdown === true ? driftMarkdown(report) : print());
      requireComplete(report);
      const exitCode = exitCodeOf(report, options.failOn);
      if (exitCode !== 0) throw new Verdict(exitCode);
    });
}

/** What went unread may be lost: drift that was found beside it does not hide that. */
function requireComplete(report: DriftReport): void {
  if (isComplete(report)) return;
  const { unread, unknownToEngine } = report;
  if (unread.length > 0) {
    const [first] = unread;
    const message = `${unread.length} of the stack's resources could not be read: ${first?.name}: ${first?.message}`;
    throw new CommandFailure("Command.NotRead", message, "see what the report says of each of them");
  }
  const message = `the engine does not know ${unknownToEngine.length} of the stack's resources: they were not checked`;
  const remedy = "point engineUrl to the engine that the stack was applied to";
  throw new CommandFailure("Command.ForeignEngine", message, remedy);
}

function exitCodeOf(report: DriftReport, threshold: Threshold): number {
  const worst = worstClass(report);
  if (worst === undefined || !failing(threshold).includes(worst)) return 0;
  return worst === "LOST" || worst === "WEAKENED" ? 2 : 3;
}

function failing(threshold: Threshold): readonly DriftClass[] {
  const count = { never: 0, lost: 1, weakened: 2, stronger: 3, any: 4 }[threshold];
  return driftClasses.slice(0, count);
}

async function lookForDrift(stack: Stack): Promise<DriftReport> {
  const state = await surveyStack(stack);
  const { own, others, pending, ignored } = state;
  const events = own.length === 0 ? [] : await refreshEvents(stack, state);
  const { steps, diagnostics } = digestEvents(events);
  const { name } = await stack.workspace.projectSettings();
  const otherPackages = Object.fromEntries([...others].map(([packageName, urns]) => [packageName, urns.length]));
  return reportDrift(steps, diagnostics, {
    ...statusOf(events),
    ...{ project: name, stack: stack.name, otherPackages, pending, ignored },
  });
}

/** Other providers' resources are left alone: they cost time and credentials, and say nothing of backups. */
async function refreshEvents(stack: Stack, { others }: StackSurvey): Promise<readonly EngineEvent[]> {
  const { CommandError } = require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation");
  const events: EngineEvent[] = [];
  const exclude = [...others.values()].flat();
  try {
    await stack.previewRefresh({ onEvent: (event) => void events.push(event), exclude, color: "never" });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const digest = digestEvents(events);
    // A resource that can't be read fails the run, after all the others were read.
    const unread = new Set(digest.steps.filter(isUnread).map(({ urn }) => urn));
    const isOfOne = digest.diagnostics.some(({ severity, urn = "" }) => severity === "error" && unread.has(urn));
    if (!isOfOne) throw whatWentWrong(error, digest);
  }
  return events;
}

/** What the CLI says on a failure. */
function whatWentWrong(error: Error, { diagnostics }: EventDigest): CommandFailure {
  const said = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
  const message = said.length > 0 ? [...new Set(said)].join("\n") : saidByPulumi(error);
  const remedy = message.includes("passphrase")
    ? "set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE, as for pulumi up"
    : "pulumi refresh --preview-only says it too: mend what it names, then run this again";
  return new CommandFailure("Command.RefreshFailed", `the stack can't be read: ${message}`, remedy);
}

/** The project's file from where the command runs, as code scanning wants it; its bare name from elsewhere. */
function placeOf({ workspace }: Stack, { currentDirectory }: Io): string {
  const path = relative(currentDirectory, join(workspace.workDir, "Pulumi.yaml"));
  const isBelow = path !== "" && !path.startsWith("..");
  return encodeURI(isBelow ? path.split(sep).join("/") : "Pulumi.yaml");
}
