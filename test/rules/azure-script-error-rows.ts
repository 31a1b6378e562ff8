import { expect } from "chai";
import { changeFile, type FileChange } from "../../provider/engine/azure/script-deployment";
import { pluginConfigPath } from "../../provider/engine/azure/script-plugin-config";
import { type HostFileState, setHostFile } from "../../provider/engine/azure/virtual-machine";
import { change, config, script, simulate } from "./azure-change";
import { type AzureRow, effect } from "./azure-row";
import { type AzureWorld, machineIdOf } from "./azure-world";
import { reasonsOf } from "./row";
import { day } from "./world";

/** What seed 003 prints for an error: its message in English, and what it recommends. */
export interface PrintedError {
  readonly message: string;
  readonly advice: string;
}

/** The table of seed 003, copied from there; it gives its advice in Japanese, which is here in English. */
export const printedErrors: Readonly<Record<string, PrintedError>> = {
  "Pre-ScriptExecutionFailed": {
    message: "Pre-Script returned an error so backup may not be application consistent.",
    advice: "Look at the failure logs of the script to fix the issue.",
  },
  "Post-ScriptExecutionFailed": {
    message: "The post-script returned an error that might impact application state.",
    advice: "Look at the failure logs of the script to fix the issue, and check the application state.",
  },
  "Pre-ScriptNotFound": {
    message:
      "The pre-script was not found at the location that's specified in the " +
      "VMSnapshotScriptPluginConfig.json config file.",
    advice:
      "Make sure that the pre-script is present at the path that's specified in the config file, to ensure an " +
      "application-consistent backup.",
  },
  "Post-ScriptNotFound": {
    message:
      "The post-script wasn't found at the location that's specified in the " +
      "VMSnapshotScriptPluginConfig.json config file.",
    advice:
      "Make sure that the post-script is present at the path that's specified in the config file, to ensure an " +
      "application-consistent backup.",
  },
  IncorrectPluginhostFile: {
    message:
      "The Pluginhost file, which comes with the VmSnapshotLinux extension, is corrupted, so " +
      "pre-script and post-script " +
      "cannot run and the backup won't be application-consistent.",
    advice: "Uninstall the VmSnapshotLinux extension; the next backup installs it again, which fixes the problem.",
  },
  IncorrectJSONConfigFile: {
    message:
      "The VMSnapshotScriptPluginConfig.json file is incorrect, so pre-script and post-script cannot " +
      "run and the backup " +
      "won't be application-consistent.",
    advice: "Download the copy from GitHub and configure it again.",
  },
  "InsufficientPermissionforPre-Script": {
    message:
      'For running scripts, "root" user should be the owner of the file and the file should have “700” permissions ' +
      '(that is, only "owner" should have “read”, “write”, and “execute” permissions).',
    advice:
      'Make sure that the "root" user is the "owner" of the script file, and that only the owner has "read", "write" ' +
      'and "execute" permissions.',
  },
  "InsufficientPermissionforPost-Script": {
    message:
      "For running scripts, root user should be the owner of the file and the file should have “700” permissions " +
      '(that is, only "owner" should have “read”, “write”, and “execute” permissions).',
    advice:
      'Make sure that the "root" user is the "owner" of the script file, and that only the owner has "read", "write" ' +
      'and "execute" permissions.',
  },
  "Pre-ScriptTimeout": {
    message: "The execution of the application-consistent backup pre-script timed-out.",
    advice:
      "Check the script, and increase the timeout in the VMSnapshotScriptPluginConfig.json file that's located at " +
      "/etc/azure.",
  },
  "Post-ScriptTimeout": {
    message: "The execution of the application-consistent backup post-script timed out.",
    advice:
      "Check the script, and increase the timeout in the VMSnapshotScriptPluginConfig.json file that's located at " +
      "/etc/azure.",
  },
};

const vmId = machineIdOf("db");
const paths = { preScript: "/opt/backup/pre.sh", postScript: "/opt/backup/post.sh" } as const;

type Spoil = (world: AzureWorld) => Promise<unknown>;

const host =
  (state: HostFileState): Spoil =>
  (world) =>
    world.engine.run(setHostFile, { vmId, state });

export const file =
  (path: string, done: FileChange): Spoil =>
  (world) =>
    world.engine.run(changeFile, { machineId: vmId, path, change: done });

interface Kind {
  readonly rule: AzureRow["rule"];
  readonly code: keyof typeof printedErrors;
  /** The number by which the extension knows it. */
  readonly number: number;
  readonly what: string;
  readonly spoil: Spoil;
  /** What is told beside the document's words. */
  readonly detail: string;
}

const chmod = (mode: string): FileChange => ({ kind: "chmod", mode });
const chown: FileChange = { kind: "chown", owner: "azureuser" };
const text = (keys: object) => JSON.stringify({ preScriptLocation: "/a", postScriptLocation: "/b", ...keys });

/** What keeps the scripts from running whatever they are (Z-10). */
const wholeFiles: readonly Kind[] = [
  ...(
    [
      ["UNPARSABLE", 304],
      ["MISSING", 313],
      ["WRONG_MODE", 314],
      ["WRONG_OWNER", 315],
    ] as const
  ).map(
    ([state, number]): Kind => ({
      rule: "Z-10",
      code: "IncorrectPluginhostFile",
      number,
      what: `the host file: ${state}`,
      spoil: host(state),
      detail: "",
    }),
  ),
  ...(
    [
      [305, "cut off", { kind: "edit", text: "{" }, "The file is no JSON"],
      [305, "a bad value", { kind: "edit", text: text({ timeoutInSeconds: 1801 }) }, "1801"],
      [305, "a missing path", { kind: "edit", text: '{"preScriptLocation":"/a"}' }, "the key is missing"],
      [316, "deleted", { kind: "delete" }, "It is not there."],
      [317, "mode 644", chmod("644"), "It has mode 644, must be 600."],
      [317, "mode 400", chmod("400"), "It has mode 400, must be 600."],
      [318, "another owner", chown, "It belongs to azureuser, must be root."],
    ] as const
  ).map(
    ([number, what, done, detail]): Kind => ({
      rule: "Z-10",
      code: "IncorrectJSONConfigFile",
      number,
      what: `the config file: ${what}`,
      spoil: file(pluginConfigPath, done),
      detail,
    }),
  ),
];

/** What goes wrong with the one script or the other. */
const singleScripts: readonly Kind[] = (["preScript", "postScript"] as const).flatMap((which): Kind[] => {
  const name = which === "preScript" ? "Pre" : "Post";
  const path = paths[which];
  const offset = which === "preScript" ? 0 : 1;
  const rerun = (values: Parameters<typeof simulate>[0]) => async (world: AzureWorld) => {
    simulate(values, which)(world);
    await world.done();
  };
  const permission = (what: string, done: FileChange, detail: string): Kind => ({
    rule: "Z-10",
    code: `InsufficientPermissionfor${name}-Script`,
    number: 306 + offset,
    what: `the ${which}: ${what}`,
    spoil: file(path, done),
    detail,
  });
  return [
    {
      rule: "Z-05",
      code: `${name}-ScriptExecutionFailed`,
      number: 300 + offset,
      what: `the ${which} fails`,
      spoil: rerun({ exitCode: 3 }),
      detail: `${path} ended with exit code 3.`,
    },
    {
      rule: "Z-10",
      code: `${name}-ScriptNotFound`,
      number: 302 + offset,
      what: `the ${which} is deleted`,
      spoil: file(path, { kind: "delete" }),
      detail: `${path} is not there.`,
    },
    permission("mode 755", chmod("755"), `${path} has mode 755 and belongs to root, must be 700 and root.`),
    permission("mode 500", chmod("500"), `${path} has mode 500 and belongs to root, must be 700 and root.`),
    permission("another owner", chown, `${path} has mode 700 and belongs to azureuser, must be 700 and root.`),
    {
      rule: "Z-11",
      code: `${name}-ScriptTimeout`,
      number: 308 + offset,
      what: `the ${which} takes too long`,
      spoil: rerun({ durationSeconds: 31 }),
      detail: `${path} takes 31 s per try, timeoutInSeconds is 30.`,
    },
  ];
});

/** The words of the document, with the extension's number and what is wrong here. */
function expectWords(message: string, { code, number, detail }: Kind): void {
  expect(message.startsWith(`${code} (${number}): ${printedErrors[code]?.message}`), message).to.equal(true);
  expect(message.toLowerCase()).to.contain(detail.toLowerCase());
}

/** A backup with this error, and the file system consistency that is left, in preview, refresh, job and point alike. */
function produced(kind: Kind): AzureRow {
  const { rule, code, number, what, spoil } = kind;
  return effect(rule, `${what}: ${code} (${number})`, async (world) => {
    await world.done();
    await world.advance(day);
    expect((await world.points()).map(({ level }) => level)).to.deep.equal(["APPLICATION"]);
    await spoil(world);
    await world.refresh();
    expect(world.outputs("protection").achievedLevel).to.equal("FILE_SYSTEM");
    const [reason, ...others] = reasonsOf(world);
    expect([reason?.rule, reason?.code, others]).to.deep.equal([rule, code, []]);
    expectWords(reason?.message ?? "", kind);
    expect(reason?.remedy).to.contain(printedErrors[code]?.advice);
    expect(reason?.source).to.contain("(seed 003)");
    await world.advance(day);
    const point = (await world.points()).at(-1);
    const job = (await world.jobs()).at(-1);
    expect([point?.level, job?.status, job?.level]).to.deep.equal([
      "FILE_SYSTEM",
      "CompletedWithWarnings",
      "FILE_SYSTEM",
    ]);
    expect(JSON.stringify(job?.reasons)).to.contain(`"code":"${code}"`);
  });
}

/** With continueBackupOnFailure false the job fails with the document's own message. */
function failing(kind: Kind): AzureRow {
  const { code, what, spoil } = kind;
  return effect("Z-06", `${what}, continueBackupOnFailure false: the job fails with ${code}`, async (world) => {
    config({ continueBackupOnFailure: false })(world);
    await world.done();
    await spoil(world);
    await world.advance(day);
    const [job, ...others] = await world.jobs();
    expect([job?.status, job?.errorCode, others]).to.deep.equal(["Failed", code, []]);
    expect(job?.errorMessage).to.equal(printedErrors[code]?.message);
    expect(await world.points()).to.deep.equal([]);
  });
}

/** A bad config or host file can't be read, nor what it says of failures: the backup goes on. */
function unread(kind: Kind): AzureRow {
  const { code, what, spoil } = kind;
  return effect("Z-10", `${what}, continueBackupOnFailure false: the backup goes on without ${code}`, async (world) => {
    config({ continueBackupOnFailure: false, fsFreezeEnabled: false })(world);
    await world.done();
    await world.advance(day);
    await spoil(world);
    await world.advance(day);
    expect((await world.points()).map(({ level }) => level)).to.deep.equal(["APPLICATION", "FILE_SYSTEM"]);
  });
}

/** Files that are written wrong from the start: allowed, and told. */
const written: readonly AzureRow[] = (
  [
    ["configMode", change("framework", { configMode: "640" }), "IncorrectJSONConfigFile"],
    ["configOwner", change("framework", { configOwner: "app" }), "IncorrectJSONConfigFile"],
    ["preScript.mode", script("preScript", { mode: "0750" }), "InsufficientPermissionforPre-Script"],
    ["postScript.owner", script("postScript", { owner: "app" }), "InsufficientPermissionforPost-Script"],
  ] as const
).map(([property, spoil, code]) =>
  effect("Z-10", `${property} that keeps the scripts from running: ${code}`, async (world) => {
    spoil(world);
    await world.done();
    expect(reasonsOf(world).map((reason) => reason.code)).to.deep.equal([code]);
    const told = world.engine.told.find((line) => line.startsWith("warning: ") && line.includes("no script is run"));
    expect(told).to.contain(property).and.to.contain("Z-10").and.to.contain("fix: leave it out, or set");
  }),
);

/** The numbers of all kinds of errors that the rows produce. */
export const producedNumbers: ReadonlySet<number> = new Set(
  [...wholeFiles, ...singleScripts].map(({ number }) => number),
);

export const azureScriptErrorRows: readonly AzureRow[] = [
  ...[...wholeFiles, ...singleScripts].map(produced),
  ...singleScripts.map(failing),
  ...wholeFiles.map(unread),
  ...written,
];
