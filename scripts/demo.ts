import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { declareBackups } from "../examples/app-consistent-mysql/program";
import { StoryConsole } from "./demo/console";
import { runOperatorCommand } from "./demo/operator-command";
import { comparePromises, isLess, levelChanges, type ProtectionLevel, protectionLevels } from "./demo/protection";
import { runStack, type StackRun, StackRunError } from "./demo/stack-run";
import { createInlineStack, projectFolderOf } from "./lib/inline-stack";
import { ensurePulumi } from "./pulumi-cli";

const exampleFolder = path.join(__dirname, "../examples/app-consistent-mysql");
const mysqlPrimary = "i-bp1mysqlprimary0001";
const weakening = "chmod 777 /tmp/prescript.sh";

const story = new StoryConsole();

async function main(): Promise<void> {
  const cli = await ensurePulumi();
  const startInMilliseconds = Date.now();
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interruption.abort());
  const folder = await mkdtemp(path.join(os.tmpdir(), "cloudbackup-demo-"));
  try {
    story.title(`cloudbackup: backups of three machines, declared, checked and mended with Pulumi ${cli.version}`);
    story.line(
      "The program is examples/app-consistent-mysql. No cloud account, no login, no network:\n" +
        "the real Pulumi CLI works against the provider's simulated backup engine, in a folder that goes at the end.",
    );
    const stack = await createInlineStack(folder, {
      projectName: "app-consistent-mysql",
      stackName: "demo",
      program: async () => ({ levels: declareBackups() }),
      config: { "cloudbackup:inventory": path.join(exampleFolder, "inventory.json") },
    });
    await tell(stack, projectFolderOf(folder), interruption.signal);
    const elapsedInSeconds = Math.round((Date.now() - startInMilliseconds) / 1000);
    story.title(`\nThat was all, in ${elapsedInSeconds} s. To try next:`);
    story.line(nextSteps);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    process.stderr.write("\nInterrupted; everything that the demo made is removed.\n");
    process.exitCode = 130;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The story: preview, up, a day of backups, drift, refresh, up, destroy. */
async function tell(stack: Stack, projectFolder: string, signal: AbortSignal): Promise<void> {
  const run = (operation: "preview" | "up" | "refresh" | "destroy") => runStack(stack, operation, signal);

  story.section("pulumi preview: all three ask for APPLICATION consistency, and the review sees what each will get");
  const preview = await run("preview");
  showLevels("will get", protectionLevels(preview.steps));
  happened(preview, `${count(preview, "create")} resources would be created; so far there is nothing.`);

  story.section("pulumi up: what the preview promised is what comes out");
  const up = await run("up");
  const { promised, broken } = comparePromises(preview.steps, up.steps);
  if (broken.length > 0) throw new StackRunError(`The preview was wrong about: ${broken.join(", ")}`);
  happened(
    up,
    `${count(up, "create")} resources created; all ${promised} values are as previewed, levels and ids included.`,
  );

  story.section("A day later: backups have run, and the same program still changes nothing");
  await operate(projectFolder, ["advance", "1d"]);
  const rest = await run("preview");
  happened(rest, `${changed(rest)} changes, ${count(rest, "same")} resources in order.`);

  story.section(`Behind Pulumi's back, somebody runs ${weakening} on mysql-primary`);
  await operate(projectFolder, ["call", "RunCommand", "--InstanceId", mysqlPrimary, "--CommandContent", weakening]);
  await operate(projectFolder, ["advance", "1d"]);
  story.line("The next backup succeeded, but it is no longer application-consistent, and nothing has said so.");

  story.section("pulumi refresh: the drift has a meaning, this protection got weaker");
  const drift = await run("refresh");
  const weakened = levelChanges(drift.steps);
  if (weakened.length === 0) throw new StackRunError("The refresh did not notice the drift.");
  for (const { machine, before, after } of weakened) {
    story.line(story.paint("yellow", `${machine}: WEAKENED, ${before} → ${after.achieved}`));
  }
  showLevels(
    "gets now",
    weakened.map((change) => change.after),
  );
  happened(drift, `${count(drift, "update")} resources differ from what was applied.`);

  story.section("pulumi up: the program still says mode 700, so this mends it");
  const mended = await run("up");
  showLevels(
    "gets",
    protectionLevels(mended.steps).filter(({ machine }) => weakened.some((change) => change.machine === machine)),
  );
  happened(mended, `${count(mended, "update")} resources updated, ${count(mended, "same")} in order.`);

  story.section("pulumi destroy: nothing is left");
  const destroyed = await run("destroy");
  happened(destroyed, `${count(destroyed, "delete")} resources deleted.`);
}

/** Works on the engine behind Pulumi's back; of the answer, the line that sums it up is told. */
async function operate(projectFolder: string, args: readonly string[]): Promise<void> {
  const words = args.map((word) => (word.includes(" ") ? `"${word}"` : word));
  story.line(story.paint("cyan", `$ cloudbackup ${words.join(" ")}`));
  const answer = await runOperatorCommand(projectFolder, args);
  if (args[0] === "advance") story.line(answer.trimEnd());
}

function showLevels(gets: string, levels: readonly ProtectionLevel[]): void {
  story.table(
    ["machine", "asked for", gets, "why, and how to mend it"],
    levels.map((level) => [
      level.machine,
      level.requested,
      story.paint(isLess(level) ? "yellow" : "green", level.achieved),
      level.reasons.map(({ rule, message, remedy }) => `${rule}  ${message}\nfix: ${remedy}`).join("\n") || "as asked",
    ]),
  );
}

function happened(run: StackRun, text: string): void {
  story.line(`${text} (${run.elapsedInSeconds.toFixed(1)} s)`);
}

function count(run: StackRun, operation: string): number {
  return run.steps.filter((step) => step.operation === operation).length;
}

function changed(run: StackRun): number {
  return run.steps.length - count(run, "same");
}

const nextSteps = `\
In examples/app-consistent-mysql/program.ts, give the cache's pre-script the mode "0700"; run the demo again.
Give mysql-primary's protection enableFsFreeze: false there, and see how requireConsistency stops the preview.
Run the program yourself: cd examples/app-consistent-mysql && pulumi up
Then ask the engine: ../../provider/bin/cloudbackup explain ${mysqlPrimary}`;

main().catch((error: Error) => {
  process.stderr.write(`\n${error instanceof StackRunError ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
