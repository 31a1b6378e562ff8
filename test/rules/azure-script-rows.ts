import { expect } from "chai";
import { detailOfVaultJob } from "../../provider/engine/azure/vault-job";
import { all, config, machine, protection, simulate } from "./azure-change";
import { type AzureRow, effect, level, refused } from "./azure-row";
import { file } from "./azure-script-error-rows";
import type { AzureWorld } from "./azure-world";
import { expectTold, reasonsOf, rulesOf } from "./row";
import { day } from "./world";

const slot = Date.parse("2026-01-01T02:00:00Z") / 1000;

/** The guest's part of the first backup. */
async function guestRun(world: AzureWorld) {
  await world.done();
  await world.advance(day);
  const [job] = await world.jobs();
  if (job === undefined) throw new Error("there is no job");
  return { job, detail: detailOfVaultJob(job), run: detailOfVaultJob(job).guestRun };
}

/** Tries of a whole job, as [seconds after the slot, outcome, code]. */
async function attempts(world: AzureWorld) {
  const { detail } = await guestRun(world);
  return detail.attempts.map(({ startTime, outcome, code }) => [startTime - slot, outcome, code ?? null]);
}

const good: readonly AzureRow[] = [
  effect("Z-03", "both scripts end well: AppConsistent, with what they did", async (world) => {
    const { job, run } = await guestRun(world);
    expect(world.outputs("protection")).to.deep.include({
      requestedLevel: "APPLICATION",
      achievedLevel: "APPLICATION",
      recoveryPointType: "AppConsistent",
      reasons: [],
    });
    expect([job.status, (await world.point()).level]).to.deep.equal(["Completed", "APPLICATION"]);
    expect(run).to.deep.equal({
      preScript: { path: "/opt/backup/pre.sh", outcome: "SUCCESS", exitCode: 0, tries: 1, seconds: 3 },
      isFrozen: true,
      postScript: { path: "/opt/backup/post.sh", outcome: "SUCCESS", exitCode: 0, tries: 1, seconds: 3 },
    });
  }),
  effect("Z-03", "scripts that end well at the last of their tries", async (world) => {
    all(config({ preScriptNoOfRetries: 2 }), simulate({ failingTries: 2 }, "preScript"))(world);
    const { run } = await guestRun(world);
    expect([run?.preScript.outcome, run?.preScript.tries]).to.deep.equal(["SUCCESS", 3]);
    expect((await world.point()).level).to.equal("APPLICATION");
  }),
];

const fallbacks: readonly AzureRow[] = [
  level("Z-05", "a script fails and fsFreezeEnabled is false", all(config({ fsFreezeEnabled: false }), exits(1)), {
    level: "CRASH",
    message: "Pre-ScriptExecutionFailed (300)",
    remedy: "Look at the failure logs",
    code: "Pre-ScriptExecutionFailed",
  }),
  effect("Z-05", "what is left is told with its own remedy, beside what went wrong", async (world) => {
    all(config({ fsFreezeEnabled: false }), exits(1))(world);
    await world.done();
    expect(reasonsOf(world).map(({ code }) => code)).to.deep.equal([
      "Pre-ScriptExecutionFailed",
      "Post-ScriptExecutionFailed",
      undefined,
    ]);
    const last = reasonsOf(world).at(-1);
    expect(last?.message).to.contain("the backup goes on, but nothing is at rest");
    expect(last?.remedy).to.contain("set fsFreezeEnabled to true");
  }),
  effect("Z-06", "a backup that may not go on is tried 3 times in all, with pauses", async (world) => {
    all(config({ continueBackupOnFailure: false }), exits(1))(world);
    // Two scripts of 3 seconds as the extension notices, then 300 seconds of pause.
    const failed = "Pre-ScriptExecutionFailed";
    expect(await attempts(world)).to.deep.equal([0, 306, 612].map((time) => [time, "Failed", failed]));
    expect(await world.points()).to.deep.equal([]);
    expect((await world.jobs()).map(({ status }) => status)).to.deep.equal(["Failed"]);
  }),
  effect("Z-06", "what fails for a while ends well at a later try", async (world) => {
    all(config({ continueBackupOnFailure: false }), simulate({ failingTries: 2 }, "preScript"))(world);
    expect(await attempts(world)).to.deep.equal([
      [0, "Failed", "Pre-ScriptExecutionFailed"],
      [306, "Failed", "Pre-ScriptExecutionFailed"],
      [612, "Succeeded", null],
    ]);
    expect((await world.point()).level).to.equal("APPLICATION");
    expect(world.outputs("protection").reasons).to.deep.equal([]);
  }),
  effect("Z-06", "continueBackupOnFailure true: tried once", async (world) => {
    exits(1)(world);
    expect(await attempts(world)).to.deep.equal([[0, "Succeeded", "Pre-ScriptExecutionFailed"]]);
    expect((await world.point()).level).to.equal("FILE_SYSTEM");
  }),
  level("Z-06", "two disks", all(config({ continueBackupOnFailure: false }), exits(1)), {
    level: "NONE",
    message: "continueBackupOnFailure is false: the backup fails, after 3 tries in all",
    remedy: "set continueBackupOnFailure to true",
  }),
  level(
    "Z-06",
    "a single disk",
    all(config({ continueBackupOnFailure: false }), exits(1), machine({ dataDisks: [] })),
    {
      level: "CRASH",
      message: "continueBackupOnFailure is false: after 3 tries a VM with a single disk falls back",
      remedy: "mend the scripts",
    },
  ),
  effect("Z-06", "a single disk: the last of three tries leaves a crash-consistent point", async (world) => {
    all(config({ continueBackupOnFailure: false }), exits(1), machine({ dataDisks: [] }))(world);
    const failed = "Pre-ScriptExecutionFailed";
    expect(await attempts(world)).to.deep.equal([
      [0, "Failed", failed],
      [306, "Failed", failed],
      [612, "Succeeded", failed],
    ]);
    expect((await world.point()).level).to.equal("CRASH");
  }),
  refused(
    "Z-05",
    "requireConsistency, and the scripts fail",
    "protection",
    all(exits(1), protection({ requireConsistency: "APPLICATION" })),
    ["would get FILE_SYSTEM", "Z-05 Pre-ScriptExecutionFailed (300)", "Z-05 Post-ScriptExecutionFailed (301)"],
    "mend what is listed",
  ),
];

function exits(exitCode: number): (world: AzureWorld) => void {
  return simulate({ exitCode });
}

const times: readonly AzureRow[] = [
  effect("Z-11", "the post-script runs whenever the pre-script ran, also when that failed", async (world) => {
    simulate({ exitCode: 1 }, "preScript")(world);
    const { run } = await guestRun(world);
    expect([run?.preScript.outcome, run?.postScript.outcome]).to.deep.equal(["FAILED", "SUCCESS"]);
  }),
  effect("Z-11", "a script that is not there: neither runs, as nothing would thaw what was frozen", async (world) => {
    await world.done();
    await file("/opt/backup/post.sh", { kind: "delete" })(world);
    await world.advance(day);
    const [job] = await world.jobs();
    expect(job && detailOfVaultJob(job).guestRun).to.equal(null);
  }),
  effect("Z-11", "one time-out for all tries of a script, which is not tried again then", async (world) => {
    all(config({ preScriptNoOfRetries: 5 }), simulate({ exitCode: 1, durationSeconds: 12 }, "preScript"))(world);
    const { run } = await guestRun(world);
    expect(run?.preScript).to.deep.include({ outcome: "TIMED_OUT", exitCode: null, tries: 3, seconds: 30 });
  }),
  effect("Z-11", "each script has a time-out of its own", async (world) => {
    simulate({ durationSeconds: 30 })(world);
    const { run } = await guestRun(world);
    expect([run?.preScript.outcome, run?.postScript.outcome]).to.deep.equal(["SUCCESS", "SUCCESS"]);
  }),
  effect("Z-11", "the extension looks every ScriptsExecutionPollTimeSeconds", async (world) => {
    all(config({ ScriptsExecutionPollTimeSeconds: 5 }), simulate({ durationSeconds: 11 }, "preScript"))(world);
    const { run } = await guestRun(world);
    expect([run?.preScript.seconds, run?.postScript.seconds]).to.deep.equal([15, 5]);
  }),
  effect("Z-11", "keys that a given file does not have: a time-out of 10 s, a look every 3 s", async (world) => {
    const keys = { preScriptLocation: "/opt/backup/pre.sh", postScriptLocation: "/opt/backup/post.sh" };
    Object.assign(world.framework, { config: undefined, configFile: { content: JSON.stringify(keys) } });
    simulate({ durationSeconds: 11 }, "preScript")(world);
    const { run } = await guestRun(world);
    expect([run?.preScript.outcome, run?.preScript.seconds, run?.postScript.seconds]).to.deep.equal([
      "TIMED_OUT",
      10,
      3,
    ]);
  }),
  ...[0, 1801, 30.5].map((timeoutInSeconds) =>
    refused(
      "Z-11",
      `a time-out of ${timeoutInSeconds} s`,
      "framework",
      config({ timeoutInSeconds }),
      ["config.timeoutInSeconds", String(timeoutInSeconds)],
      "use 1 to 1800",
    ),
  ),
  ...[-1, 0.5].map((preScriptNoOfRetries) =>
    refused(
      "Z-11",
      `${preScriptNoOfRetries} retries`,
      "framework",
      config({ preScriptNoOfRetries }),
      ["config.preScriptNoOfRetries", String(preScriptNoOfRetries)],
      "0 makes one try",
    ),
  ),
  refused(
    "Z-11",
    "a relative path",
    "framework",
    config({ preScriptLocation: "backup/pre.sh" }),
    ["config.preScriptLocation", "the full path of the pre-script on the VM"],
    "write the path from the root",
  ),
  refused(
    "Z-11",
    "a path without a script",
    "framework",
    ({ framework }) => void Object.assign(framework, { postScript: undefined }),
    ["postScriptLocation names a script that is not given"],
    "give postScript",
  ),
];

const keys: readonly AzureRow[] = [
  ...[2.5, 0, 6].map((ScriptsExecutionPollTimeSeconds) =>
    refused(
      "Z-12",
      `a poll time of ${JSON.stringify(ScriptsExecutionPollTimeSeconds)}`,
      "framework",
      config({ ScriptsExecutionPollTimeSeconds }),
      ["config.ScriptsExecutionPollTimeSeconds"],
      "use 1, 2, 3, 4 or 5",
    ),
  ),
  refused(
    "Z-12",
    "a poll time in quotes",
    "framework",
    config({ ScriptsExecutionPollTimeSeconds: "2" }),
    ["config.ScriptsExecutionPollTimeSeconds"],
    "write it without quotes: 2",
  ),
  refused(
    "Z-12",
    "another pluginName",
    "framework",
    config({ pluginName: "MyRunner" }),
    ["config.pluginName"],
    'leave pluginName as it is in the template, "ScriptRunner"',
  ),
  refused(
    "Z-12",
    "a parameter that is no text",
    "framework",
    config({ preScriptParams: ["--host", 10] }),
    ["config.preScriptParams[1]"],
    "put every parameter in quotes",
  ),
  refused(
    "Z-12",
    "a file with a poll time of 2.5",
    "framework",
    ({ framework }) => {
      const content = JSON.stringify({ preScriptLocation: "/a", postScriptLocation: "/b", ...poll(2.5) });
      Object.assign(framework, { config: undefined, configFile: { content } });
    },
    ["configFile", "at /ScriptsExecutionPollTimeSeconds: must be strictly an integer from 1 to 5, seconds, is 2.5"],
    "use 1, 2, 3, 4 or 5",
  ),
  effect("Z-12", "pluginName and a look every 3 s are what the file has when nobody says so", async (world) => {
    await world.done();
    const written = JSON.parse(world.text("framework", "configJson"));
    expect([written.pluginName, written.ScriptsExecutionPollTimeSeconds]).to.deep.equal(["ScriptRunner", 3]);
  }),
];

function poll(ScriptsExecutionPollTimeSeconds: number): object {
  return { ScriptsExecutionPollTimeSeconds };
}

function noScripts(world: AzureWorld): void {
  Object.assign(world.framework, { preScript: undefined, postScript: undefined });
  config({ preScriptLocation: "", postScriptLocation: "" })(world);
}

const freezing: readonly AzureRow[] = [
  level("Z-13", "fsFreezeEnabled false without scripts", all(noScripts, config({ fsFreezeEnabled: false })), {
    level: "CRASH",
    message: "fsFreezeEnabled is false and no scripts are named: nothing is brought to rest",
    remedy: "set fsFreezeEnabled to true, or name the scripts",
  }),
  effect("Z-13", "fsFreezeEnabled false with scripts that end well: AppConsistent, not frozen", async (world) => {
    config({ fsFreezeEnabled: false })(world);
    const { run } = await guestRun(world);
    expect([run?.isFrozen, rulesOf(world), (await world.point()).level]).to.deep.equal([false, [], "APPLICATION"]);
  }),
  effect(
    "Z-13",
    "fsFreezeEnabled true without scripts: FileSystemConsistent, as without a framework",
    async (world) => {
      noScripts(world);
      await world.done();
      expect(world.outputs("protection")).to.deep.include({
        requestedLevel: "FILE_SYSTEM",
        achievedLevel: "FILE_SYSTEM",
        reasons: [],
      });
      expectTold(world, "warning", "Z-11", "the script paths are still empty as in the template");
    },
  ),
];

export const azureScriptRows: readonly AzureRow[] = [...good, ...fallbacks, ...times, ...keys, ...freezing];
