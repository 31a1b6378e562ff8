import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { Asset, type PropertyMap, Secret, type Value } from "../../provider/definition/value";
import { changeFile, type FileChange } from "../../provider/engine/azure/script-deployment";
import { findFramework } from "../../provider/engine/azure/script-framework";
import { pluginConfigPath, pluginConfigTemplate } from "../../provider/engine/azure/script-plugin-config";
import * as template from "../../provider/resources/compute/functions/get-script-framework-template";
import { scriptDialect } from "../../provider/resources/compute/script-dialect";
import { lintScripts } from "../../provider/resources/shared/script-lint";
import { changesOf, emptyState, FakePulumi, type Run, type State } from "../support/fake-pulumi";
import { type Program, Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";

const secret = 'hunter"2\\';
const freeze = { content: "#!/bin/sh\nlogger freeze\n" };
const thaw = { content: "#!/bin/sh\nlogger thaw\n" };
const paths = { preScriptLocation: "/opt/pre.sh", postScriptLocation: "/opt/post.sh" };
const scripts = { preScript: freeze, postScript: thaw };

type Inputs = { readonly [name: string]: Value };

function program(inputs: Inputs, machine: PropertyMap = {}): Program {
  return [
    {
      name: "db",
      type: "cloudbackup:compute:VirtualMachine",
      inputs: { vmName: "db", resourceGroupName: "prod", location: "westeurope", ...machine },
    },
    {
      name: "framework",
      type: "cloudbackup:compute:ScriptFramework",
      inputs: { vmId: new Reference("db", "vmId"), ...inputs },
    },
  ];
}

describe("compute:ScriptFramework", () => {
  let engine: TestEngine;
  let pulumi: FakePulumi;
  let state: State;

  beforeEach(async () => {
    engine = await TestEngine.inMemory();
    pulumi = new FakePulumi(() => engine.open());
    state = emptyState;
  });

  const up = async (inputs: Inputs): Promise<Run> => {
    const run = await pulumi.up(program(inputs), state);
    expect(run.failure?.failures ?? run.failure?.error).to.equal(undefined);
    state = run.state;
    return run;
  };

  const outputs = (): PropertyMap => state.resources.find(({ name }) => name === "framework")?.outputs ?? {};
  const vmId = (): string => state.resources.find(({ name }) => name === "framework")?.id ?? "";
  const change = (file: string, what: FileChange) =>
    engine.run(changeFile, { machineId: vmId(), path: file, change: what });
  const onMachine = () => engine.ask(findFramework, vmId());

  const failuresOf = async (inputs: Inputs, machine: PropertyMap = {}): Promise<string[]> => {
    const { failure } = await pulumi.preview(program(inputs, machine), emptyState);
    return (failure?.failures ?? []).map(
      ({ property, reason }) => `${property}${property === "" ? "" : ": "}${reason}`,
    );
  };

  it("writes the file as the template has it, with our own defaults", async () => {
    await up({ config: paths, ...scripts });
    const { configJson } = outputs();
    const written = { ...pluginConfigTemplate, ...paths, preScriptParams: [], postScriptParams: [] };
    expect(configJson).to.equal(`${JSON.stringify(written, null, 2)}\n`);
    expect(outputs().files).to.deep.include({
      path: pluginConfigPath,
      present: true,
      mode: "600",
      owner: "root",
      sha256: outputs().configSha256,
    });
    expect(outputs().lintFindings).to.deep.equal([]);
    expect((await onMachine())?.config.values).to.deep.include({ timeoutInSeconds: 30, fsFreezeEnabled: true });
  });

  it("keeps parameters and scripts out of store and log, and hides a file that holds a secret one", async () => {
    const config = { ...paths, preScriptParams: ["-u", new Secret(secret)] };
    await up({ config, ...scripts });
    expect(outputs().configJson).to.be.instanceOf(Secret);
    const text = (outputs().configJson as Secret).value as string;
    expect(JSON.parse(text).preScriptParams).to.deep.equal(["-u", secret]);
    const kept = JSON.stringify([engine.log, await engine.export()]);
    for (const hidden of [secret, JSON.stringify(secret).slice(1, -1), "logger freeze"]) {
      expect(kept).not.to.contain(hidden).and.not.to.contain(JSON.stringify(hidden).slice(1, -1));
    }
    await up({ config: { ...paths, preScriptParams: ["-u"] }, ...scripts });
    expect(outputs().configJson).to.be.a("string");
  });

  it("takes a config that is secret as a whole, and names none of its keys", async () => {
    const inputs = (timeoutInSeconds: number) => ({
      config: new Secret({ ...paths, timeoutInSeconds, postScriptParams: [secret] }),
      ...scripts,
    });
    await up(inputs(40));
    expect(outputs().configJson).to.be.instanceOf(Secret);
    expect(changesOf(await pulumi.preview(program(inputs(40)), state))).to.deep.equal([]);
    const [step] = changesOf(await up(inputs(50)));
    expect([step?.operation, Object.keys(step?.detailedDiff ?? {})]).to.deep.equal(["update", ["config"]]);
    expect(await engine.export()).not.to.contain("hunter");
    const [failure = ""] = await failuresOf({ config: new Secret({ ...paths, timeoutInSeconds: 4711 }), ...scripts });
    expect(failure).to.contain("Z-11").and.not.to.contain("4711");
  });

  it("is the same machine, and the same mode, however they are written", async () => {
    await up({ config: paths, ...scripts });
    const id = vmId();
    const [machine, framework] = program({ config: paths, ...scripts, configMode: "0600" });
    const again = [machine, { ...framework, inputs: { ...framework?.inputs, vmId: id.toUpperCase() } }] as Program;
    expect(changesOf(await pulumi.preview(again, state))).to.deep.equal([]);
  });

  it("takes the file that is there, byte by byte, and keeps it secret", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "cloudbackup-framework-"));
    const file = path.join(folder, "VMSnapshotScriptPluginConfig.json");
    const text = `{"pluginName":"ScriptRunner", "preScriptLocation":"/a", "postScriptLocation":"/b"}`;
    writeFileSync(file, text);
    await up({ configFile: { source: new Asset({ path: file }) }, ...scripts });
    rmSync(folder, { recursive: true });
    expect(outputs().configJson).to.deep.equal(new Secret(text));
    expect((await onMachine())?.config.values).to.deep.include({ timeoutInSeconds: 10, preScriptLocation: "/a" });
  });

  for (const [what, file, done, seen] of [
    ["a chmod on a script", "/opt/pre.sh", { kind: "chmod", mode: "0755" }, "preScript.mode"],
    ["a chown of the config", pluginConfigPath, { kind: "chown", owner: "app" }, "configOwner"],
    ["a chmod on the config", pluginConfigPath, { kind: "chmod", mode: "644" }, "configMode"],
    ["a script that is gone", "/opt/post.sh", { kind: "delete" }, "postScript.content"],
    ["another script", "/opt/pre.sh", { kind: "edit", text: "exit 1" }, "preScript.content"],
    ["a config that is gone", pluginConfigPath, { kind: "delete" }, "config"],
    ["a config that is broken", pluginConfigPath, { kind: "edit", text: `{"${secret}` }, "config"],
  ] as const satisfies readonly (readonly [string, string, FileChange, string])[]) {
    it(`sees ${what}, and repairs it in place`, async () => {
      const inputs = { config: { ...paths, preScriptParams: [new Secret(secret)] }, ...scripts };
      await up(inputs);
      const before = JSON.stringify(outputs().files);
      await change(file, done);
      const preview = await pulumi.preview(program(inputs), state);
      expect(
        changesOf(preview)
          .flatMap(({ detailedDiff }) => Object.keys(detailedDiff))
          .join(),
      ).to.match(/files/);
      const refreshed = await pulumi.refresh(state);
      state = refreshed.state;
      expect(JSON.stringify(outputs().files)).not.to.equal(before);
      const repair = await up(inputs);
      const [step] = changesOf(repair);
      expect(step?.operation).to.equal("update");
      expect(Object.keys(step?.detailedDiff ?? {}).map((name) => name.replace(/^configFile.*/, "config"))).to.include(
        seen,
      );
      expect(JSON.stringify(outputs().files)).to.equal(before);
      expect(await engine.export()).not.to.contain("hunter");
    });
  }

  it("tells an outsider's edit by the keys that it changed", async () => {
    const config = { ...paths, preScriptParams: [new Secret(secret)] };
    await up({ config, ...scripts });
    const text = ((outputs().configJson as Secret).value as string).replace(": 30", ": 60");
    await change(pluginConfigPath, { kind: "edit", text });
    state = (await pulumi.refresh(state)).state;
    const { detailedDiff } = changesOf(await pulumi.preview(program({ config, ...scripts }), state))[0] ?? {};
    expect(Object.keys(detailedDiff ?? {})).to.deep.equal(["config.timeoutInSeconds"]);
  });

  it("finds the script where the config says, and nowhere else", async () => {
    await up({ config: paths, ...scripts });
    const text = String(outputs().configJson).replace("/opt/pre.sh", "/opt/moved.sh");
    await change(pluginConfigPath, { kind: "edit", text });
    expect((await onMachine())?.preScript).to.include({ path: "/opt/moved.sh", present: false });
    expect((await onMachine())?.postScript).to.include({ path: "/opt/post.sh", present: true });
  });

  it("brings a deleted file back as it was", async () => {
    await up({ config: paths, ...scripts });
    const before = await onMachine();
    await change("/opt/pre.sh", { kind: "delete" });
    expect((await onMachine())?.preScript.present).to.equal(false);
    await change("/opt/pre.sh", { kind: "restore" });
    expect(await onMachine()).to.deep.equal(before);
  });

  it("deletes its files from the machine when it is destroyed", async () => {
    await up({ config: paths, ...scripts });
    const id = vmId();
    const [machine = { name: "", type: "", inputs: {} }] = program({});
    await pulumi.up([machine], state);
    expect(await engine.ask(findFramework, id)).to.equal(undefined);
  });

  it("is told, with all that is wrong, by property, rule, source and fix", async () => {
    const failures = await failuresOf({
      config: {
        preScriptLocation: "scripts/pre.sh",
        postScriptLocation: "/opt/post.sh",
        timeoutInSeconds: 1801,
        preScriptNoOfRetries: -1,
        ScriptsExecutionPollTimeSeconds: 2.5,
        pluginName: "MyRunner",
        PreScriptParams: [],
      },
      ...scripts,
    });
    const found = (name: string) => failures.find((failure) => failure.startsWith(`config.${name}: `)) ?? "";
    expect(found("preScriptLocation")).to.contain("Z-11: must be the full path").and.to.contain("fix: ");
    expect(found("timeoutInSeconds")).to.contain("Z-11: ").and.to.contain("source: ");
    expect(found("preScriptNoOfRetries")).to.contain("Z-11: ");
    expect(found("ScriptsExecutionPollTimeSeconds")).to.contain("Z-12: must be an integer, got the number 2.5");
    expect(found("pluginName")).to.contain("Z-12: ");
    expect(found("PreScriptParams")).to.contain("did you mean preScriptParams");
    expect(failures).to.have.lengthOf(6);
  });

  for (const [what, inputs, machine, parts] of [
    ["Windows", { config: paths, ...scripts }, { osType: "Windows" }, ["vmId: Z-09", "Windows"]],
    [
      "a classic machine",
      { config: paths, ...scripts },
      { deploymentModel: "Classic" },
      ["vmId: Z-09", "Service Manager"],
    ],
    ["no config", { ...scripts }, {}, ["config: Z-10", "either config or configFile"]],
    [
      "a script without a path",
      { config: { ...paths, preScriptLocation: "" }, ...scripts },
      {},
      ["config.preScriptLocation: Z-11", "still empty"],
    ],
    ["a path without a script", { config: paths, preScript: freeze }, {}, ["postScript: Z-11", "not given"]],
    [
      "two scripts at one path",
      { config: { ...paths, postScriptLocation: "/opt/pre.sh" }, ...scripts },
      {},
      ["postScript: Z-11", "differ"],
    ],
    [
      "a script over the config",
      { config: { ...paths, preScriptLocation: pluginConfigPath }, ...scripts },
      {},
      ["config.preScriptLocation: Z-11"],
    ],
    [
      "a broken file",
      { configFile: { content: `{"preScriptLocation": "${"x"}", }` }, ...scripts },
      {},
      ["configFile.content: Z-10", "comma"],
    ],
    [
      "a script that no shell reads",
      { config: paths, preScript: { content: "#!/bin/sh\nif\n" }, postScript: thaw },
      {},
      ["preScript.content: Z-36"],
    ],
    [
      "a hash of nothing",
      { configFile: { content: `sha256:${"0".repeat(64)}` }, ...scripts },
      {},
      ["configFile: Z-10", "hash"],
    ],
  ] as const satisfies readonly (readonly [string, Inputs, PropertyMap, readonly string[]])[]) {
    it(`refuses ${what}`, async () => {
      const failures = await failuresOf(inputs, machine);
      expect(failures.join("\n")).to.contain("fix: ").and.to.contain("source: ");
      for (const part of parts) expect(failures.join("\n")).to.contain(part);
    });
  }

  it("refuses scripts where only crash-consistent backups are asked for", async () => {
    const [machine = { name: "", type: "", inputs: {} }, framework = machine] = program({ config: paths, ...scripts });
    const declare = (name: string, type: string, inputs: Program[number]["inputs"]) => ({
      ...{ name, type: `cloudbackup:recoveryservices:${type}`, inputs },
    });
    const vaultId = new Reference("vault", "vaultId");
    const crashOnly = [
      machine,
      declare("vault", "Vault", { resourceGroupName: "backup", location: "westeurope" }),
      declare("policy", "ProtectionPolicy", {
        ...{ vaultId, policyType: "V2", snapshotConsistencyType: "OnlyCrashConsistent" },
        schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
        retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
      }),
      declare("item", "ProtectedItem", {
        ...{ vaultId, policyId: new Reference("policy", "policyId") },
        sourceResourceId: new Reference("db", "vmId"),
      }),
    ];
    state = (await pulumi.up(crashOnly, emptyState)).state;
    const { failure } = await pulumi.preview([...crashOnly, framework], state);
    expect(failure?.failures.map(({ property, reason }) => `${property}: ${reason}`).join()).to.match(/^vmId: Z-08/);
  });

  it("warns about modes and owners with which no script is run, and about scripts without a log", async () => {
    const silent = { content: "#!/bin/sh\nmysql -e 'SELECT 1'\n", mode: "0755", owner: "mysql" };
    await up({ config: paths, configMode: "644", preScript: silent, postScript: thaw });
    const log = engine.log.join("\n");
    for (const path of [
      "configMode: Z-10",
      "preScript.mode: Z-10",
      "preScript.owner: Z-10",
      "preScript.content: Z-36",
    ]) {
      expect(log).to.contain(path);
    }
    const [finding] = outputs().lintFindings as readonly PropertyMap[];
    expect(finding).to.include({ script: "preScript", severity: "warning", rule: "Z-36" });
  });

  it("takes the documented template as it is: nothing but fsfreeze, and a warning", async () => {
    const content = JSON.stringify(pluginConfigTemplate, null, 4);
    await up({ configFile: { content } });
    expect(engine.log.join("\n")).to.contain("still empty as in the template");
    expect(outputs().files).to.have.lengthOf(1);
  });
});

describe("compute:getScriptFrameworkTemplate", () => {
  it("gives what ScriptFramework takes without a finding", async () => {
    const engine = await TestEngine.inMemory();
    const pulumi = new FakePulumi(() => engine.open());
    const { inputs, call } = template.getScriptFrameworkTemplateFunction;
    const answer = await engine.ask(call, inputs.parse({ mysql: { password: "hunter2" }, scriptFolder: "/opt/x/" }));
    const { config, preScript, postScript, configJson, documentedJson } = answer;
    expect(config.preScriptLocation).to.equal("/opt/x/pre-mysql.sh");
    expect(JSON.parse(documentedJson)).to.deep.equal(pluginConfigTemplate);
    const given = {
      config: config as unknown as Value,
      preScript: { content: preScript },
      postScript: { content: postScript },
    };
    const run = await pulumi.up(program(given), emptyState);
    expect(run.failure?.failures ?? run.failure?.error).to.equal(undefined);
    const framework = run.state.resources.find(({ name }) => name === "framework");
    expect(framework?.outputs.lintFindings).to.deep.equal([]);
    expect(framework?.outputs.configJson).to.equal(configJson);
    expect(engine.told.filter((line) => line.startsWith("warning"))).to.deep.equal([]);
    const script = (text: string) => ({ text, fileMode: "700" });
    const linted = { preScript: script(preScript), postScript: script(postScript) };
    const found = await lintScripts({ scripts: linted, dialect: scriptDialect });
    expect(found).to.deep.equal({ preScript: [], postScript: [] });
  });
});
