import { Command, CommanderError, Option } from "commander";
import { packageVersion } from "../session/version";
import type { Io } from "./io";
import { Verdict } from "./verdict";

/** Gives a command its arguments, options and action. */
export type Configure = (command: Command, io: Io) => void;

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Configure;
}

/** Every command; what it needs is loaded when it is the one that was called. */
const entries: readonly Entry[] = [
  {
    name: "adopt",
    summary: "write a program and an import file for protection that no stack has yet",
    load: () => (require("./commands/adopt") as typeof import("./commands/adopt")).configureAdopt,
  },
  {
    name: "advance",
    summary: "move the engine's clock: backups run, recovery points expire",
    load: () => (require("./commands/advance") as typeof import("./commands/advance")).configureAdvance,
  },
  {
    name: "call",
    summary: "call an operation of the cloud by its real name, behind Pulumi's back",
    load: () => (require("./commands/call") as typeof import("./commands/call")).configureCall,
  },
  {
    name: "drift",
    summary: "say what was changed behind Pulumi's back, and what that means for recovery",
    load: () => (require("./commands/drift") as typeof import("./commands/drift")).configureDrift,
  },
  {
    name: "explain",
    summary: "explain what consistency backups of a machine have now, and why",
    load: () => (require("./commands/explain") as typeof import("./commands/explain")).configureExplain,
  },
  {
    name: "export",
    summary: "print the engine's state as lines of JSON, to compare or to keep as evidence",
    load: () => (require("./commands/export") as typeof import("./commands/export")).configureExport,
  },
  {
    name: "forecast",
    summary: "look ahead: next backups, points, gaps, storage and slots at risk",
    load: () => (require("./commands/forecast") as typeof import("./commands/forecast")).configureForecast,
  },
  {
    name: "jobs",
    summary: "list backup jobs, newest first",
    load: () => (require("./commands/jobs") as typeof import("./commands/jobs")).configureJobs,
  },
  {
    name: "points",
    summary: "list recovery points, newest first",
    load: () => (require("./commands/points") as typeof import("./commands/points")).configurePoints,
  },
  {
    name: "pr-comment",
    summary: "turn a preview into a comment for a pull request",
    load: () => (require("./commands/pr-comment") as typeof import("./commands/pr-comment")).configurePrComment,
  },
  {
    name: "rehearse-destroy",
    summary: "say what a destroy of the stack would fail at, keep and delete, without doing it",
    load: () =>
      (require("./commands/rehearse-destroy") as typeof import("./commands/rehearse-destroy")).configureRehearseDestroy,
  },
];

const closing = `
Options come before environment variables (CLOUDBACKUP_ENGINE_URL, CLOUDBACKUP_ACCOUNT, CLOUDBACKUP_REGION,
CLOUDBACKUP_EDITION, CLOUDBACKUP_INVENTORY), these before the stack's configuration file, and this one before the
project's (cloudbackup:engineUrl …).
Exit codes: 0 done, 1 refused, failed or wrongly used; a command with others tells them in its own help.`;

function buildProgram(io: Io): Command {
  const program = new Command("cloudbackup")
    .description("The operator's side of the simulated backup engine of a Pulumi project.")
    .version(packageVersion(), "-V, --version", "print the version")
    .option("-C, --directory <dir>", "folder of the Pulumi project (default: the current one)")
    .option("--stack <name>", "stack whose configuration counts (default: the only one, or PULUMI_STACK)")
    .option("--engine-url <url>", "where the engine keeps its state; relative paths start at the project")
    .option("--account <uid>", "uid of the account")
    .option("--region <id>", "region of what names none")
    .addOption(new Option("--edition <edition>", "whose rules apply").choices(["2025-11", "2021"]))
    .option("--inventory <path>", "the machines: a JSON file, or the JSON itself")
    .helpCommand("help [command]", "print the help of a command")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
    .exitOverride()
    .addHelpText("after", closing);
  for (const { name, summary } of entries) program.command(name).description(summary);
  return program.hook("preSubcommand", (_program, command) => {
    entries.find((entry) => entry.name === command.name())?.load()(command, io);
  });
}

/** Runs the operator's command; returns its exit code. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  try {
    await buildProgram(io).parseAsync([...argv], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof Verdict) return error.exitCode;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    const { reportFailure } = require("./failure") as typeof import("./failure");
    reportFailure(error, io);
    return 1;
  }
}
