import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Adoption, adopt } from "../../provider/cli/adopt/adoption";
import { adoptableTypes } from "../../provider/cli/adopt/candidate";
import type { KnownStack } from "../../provider/cli/adopt/known-stack";
import { importFile } from "../../provider/cli/adopt/program";
import { filesOf } from "../../provider/cli/adopt/project-files";
import { nextCommands } from "../../provider/cli/adopt/report";
import { typescriptProgram } from "../../provider/cli/adopt/typescript-program";
import { withResources } from "../../provider/cli/adopt/yaml-program";
import { defaultPolicyOf } from "../../provider/engine/alibaba/default-policy";
import { SimulatedEngine } from "../../provider/engine/engine";
import { preparationFor } from "../../provider/engine/prepare";
import { readInventory } from "../../provider/session/inventory-file";
import { expectGolden } from "../golden/golden";
import { declare } from "../session/life";
import { lives } from "../session/lives";
import { changesOf, emptyState, FakePulumi, type State } from "../support/fake-pulumi";
import { urnOfDeclaration } from "../support/program";
import { TestEngine, testSettings } from "../support/test-engine";
import { programOfTypescript, programOfYaml } from "./adopted-program";
import { Folder } from "./cli";

const example = "examples/adoption/inventory.json";

/** The stack that adopts: its state is what Pulumi has. */
function stackOf({ resources }: State): KnownStack {
  return { name: "stack", urnPrefix: "urn:pulumi:stack::project::", resources };
}

function adoptIn(engine: TestEngine, state: State, inventory?: unknown, only?: readonly string[]): Promise<Adoption> {
  const prepared = preparationFor(readInventory(inventory, "."));
  const machineIds = only === undefined ? null : new Set(only);
  const request = { stack: stackOf(state), machineIds, isYaml: true, isProtecting: true };
  return adopt(new SimulatedEngine(testSettings, engine.store, prepared), request);
}

/** Brings what was found under Pulumi, as the import file and the written programs say: nothing may change. */
async function takeOver(engine: TestEngine, { program }: Adoption): Promise<State> {
  const pulumi = new FakePulumi(() => engine.open());
  const { resources } = JSON.parse(importFile(program)) as { resources: { type: string; name: string; id: string }[] };
  const imported = await pulumi.import(resources);
  expect(imported.failure?.failures ?? imported.failure?.error).to.equal(undefined);
  const written = programOfYaml(withResources("", program));
  expect(programOfTypescript(typescriptProgram(program))).to.deep.equal(written);
  expect(new Set(written.map(urnOfDeclaration)).size).to.equal(resources.length);
  const preview = await pulumi.preview(written, imported.state);
  expect(preview.failure?.failures ?? preview.failure?.error).to.equal(undefined);
  expect(changesOf(preview)).to.deep.equal([]);
  expect(changesOf(await pulumi.refresh(imported.state))).to.deep.equal([]);
  return imported.state;
}

describe("adopt", () => {
  describe("takes over what a stack has lost", () => {
    const own: readonly string[] = adoptableTypes;
    for (const [name, life] of Object.entries(lives)) {
      const type = life.type ?? name;
      it(own.includes(type) ? name : `all but ${name}, which is a deed`, async () => {
        const engine = await TestEngine.inMemory();
        const { state, failure } = await new FakePulumi(() => engine.open()).up(
          [...life.needs, declare("it", type, life.inputs)],
          emptyState,
        );
        expect(failure).to.equal(undefined);
        const id = state.resources.find((resource) => resource.name === "it")?.id;
        const adoption = await adoptIn(engine, emptyState);
        const token = `cloudbackup:${type}`;
        const adopted = adoption.program.resources.find((each) => each.id === id && each.token === token);
        expect(adopted?.name, "as it was called, so that its program still stands for it").to.equal(
          own.includes(type) ? "it" : undefined,
        );
        const taken = await takeOver(engine, adoption);
        const again = await adoptIn(engine, taken);
        expect(again.adopted).to.deep.equal([]);
        expect(again.left).to.deep.equal(adoption.left);
      });
    }
  });

  it("takes over what an inventory tells, on both clouds, and finds it managed then", async () => {
    const engine = await TestEngine.inMemory({ inventory: example });
    const first = await adoptIn(engine, emptyState, example);
    const state = await takeOver(engine, first);
    expect(first.adopted).to.have.lengthOf(14);
    const again = await adoptIn(engine, state, example);
    expect([again.adopted, again.managed.length]).to.deep.equal([[], 11]);
  });

  it("takes over names and tags that mean something to languages; equal ones are told apart by places", async () => {
    const tags = JSON.parse('{"constructor":"c","__proto__":"p","policyId":"po-000shopdaily000000001"}') as object;
    const mine = JSON.parse(readFileSync(example, "utf8")) as Record<string, unknown>[];
    const twins = mine.slice(-5, -3).map((each) => {
      const twin = JSON.parse(
        JSON.stringify(each).replaceAll("/resourceGroups/backup/", "/resourceGroups/1st/"),
      ) as object;
      return { ...twin, resourceGroup: "1st", tags };
    });
    const [other] = twins as unknown as [{ id: string }];
    const merging = { ...other, id: other.id.replace("prod-vault", "v-2"), name: "v-2", tags: { "<<": "x" } };
    const instance = {
      InstanceId: "i-odd",
      RegionId: "cn-hangzhou",
      ZoneId: "cn-hangzhou-a",
      InstanceName: "\u001b[2J\n",
    };
    const detail = { AppConsistent: false, PreScriptPath: "", PostScriptPath: "", RamRoleName: "" };
    const bindings = [
      { PolicyId: "po-000shopdaily000000001", DataSourceId: "i-odd", AdvancedOptions: { UdmDetail: detail } },
    ];
    const added = [{ Instances: { Instance: [instance] } }, { PolicyBindings: bindings }, ...twins, merging];
    const inventory = JSON.stringify([...mine, ...added]);
    const engine = await TestEngine.inMemory({ inventory });
    const adoption = await adoptIn(engine, emptyState, inventory);
    const names = adoption.program.resources.map(({ name }) => name);
    expect(names).to.include.members(["vault-1st-prod-vault", "backup-prod-vault", "protection-2J"]);
    expect(names).to.include("EnhancedPolicy").and.not.include("v-2");
    expect(adoption.left.map(({ what, why }) => `${what}: ${why}`).join("\n")).to.contain(
      'Vault v-2: its key "<<" is a merge key in Pulumi YAML; --language typescript can say it',
    );
    await takeOver(engine, adoption);
    const alone = await adoptIn(engine, emptyState, inventory, ["i-odd"]);
    expect([alone.adopted.length, alone.left]).to.deep.equal([2, []]);
  });

  it("leaves another stack's resources alone, and takes what was made behind Pulumi's back", async () => {
    const engine = await TestEngine.inMemory();
    const [machine, rules] = [declare("m", "ecs:Instance", {}), [{ RuleType: "BACKUP", Schedule: "I|1767225600|P1D" }]];
    const made = await new FakePulumi(() => engine.open()).up(
      [
        machine,
        declare("p", "hbr:Policy", {
          rules: [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 7 }],
        }),
      ],
      emptyState,
    );
    const instanceId = made.state.resources.find(({ name }) => name === "m")?.id ?? "";
    const given = { PolicyName: `it's "$\{new}": #1`, Rules: JSON.stringify([{ ...rules[0], Retention: 9 }]) };
    const { PolicyId } = await engine.call("CreatePolicyV2", given);
    const bindings = JSON.stringify([{ DataSourceId: instanceId }]);
    await engine.call("CreatePolicyBindings", { PolicyId: String(PolicyId), PolicyBindingList: bindings });
    const request = { machineIds: null, isYaml: true, isProtecting: false };
    const stack = { ...stackOf(emptyState), urnPrefix: "urn:pulumi:other::project::" };
    const prepared = new SimulatedEngine(testSettings, engine.store, preparationFor({ instances: [], disks: [] }));
    const adoption = await adopt(prepared, { ...request, stack });
    expect(adoption.program.resources.map(({ name, token }) => [name, token])).to.deep.equal([
      ["it-s-new-1", "cloudbackup:hbr:Policy"],
      [
        (await engine.ask(({ store }) => store.get("machine", instanceId), undefined))?.instanceName,
        "cloudbackup:hbr:InstanceProtection",
      ],
    ]);
    expect(adoption.managed.map(({ candidate, stack: by }) => [candidate.token, by])).to.deep.equal([
      ["cloudbackup:hbr:Policy", "stack"],
    ]);
    expect(withResources("", adoption.program)).to.not.contain("protect");
    await takeOver(engine, adoption);
  });

  it("tells what stays outside: bindings by tag, built-in policies, deleted twins, damaged points", async () => {
    const engine = await TestEngine.inMemory();
    const web = { InstanceId: "i-web", RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-a", InstanceName: "web" };
    const tagged = { ...web, Tags: { Tag: [{ TagKey: "backup", TagValue: "daily" }] } };
    const daily = { RuleType: "BACKUP", Schedule: "I|1762300800|P1D", Retention: 30 };
    const rules = [daily, { RuleType: "TAG", TagFilters: [{ Key: "backup", Value: "daily" }] }];
    const mine = JSON.parse(readFileSync(example, "utf8")) as Record<string, unknown>[];
    const deleted = mine.at(-1) as { id: string; properties: object };
    const elsewhere = (text: string) => text.replaceAll("prod-vault", "other-vault");
    const copied = mine.slice(-5, -3).map((each) => JSON.parse(elsewhere(JSON.stringify(each))) as object);
    const policyId = elsewhere(String(mine.at(-4)?.id));
    const properties = {
      ...deleted.properties,
      policyId,
      protectionState: "Protected",
      isScheduledForDeferredDelete: false,
    };
    const machine = { id: (properties as { sourceResourceId?: string }).sourceResourceId, location: "westeurope" };
    const inventory = [
      ...mine,
      { Instances: { Instance: [tagged, { ...web, InstanceId: "i-plain", InstanceName: "plain" }] } },
      { Policies: [{ PolicyId: "po-tag", PolicyName: "by tag", Rules: rules }] },
      ...[...copied, machine, { ...deleted, id: elsewhere(deleted.id), properties }],
    ];
    await adoptIn(engine, emptyState, inventory);
    const prepared = new SimulatedEngine(testSettings, engine.store, preparationFor(readInventory(inventory, ".")));
    await prepared.run(async () => undefined, undefined);
    const builtIn = await engine.ask(defaultPolicyOf, "cn-hangzhou");
    const bindings = JSON.stringify([{ DataSourceId: "i-plain" }]);
    await engine.call("CreatePolicyBindings", { PolicyId: builtIn?.id ?? "", PolicyBindingList: bindings });
    await engine.advance(3 * 86_400);
    const [point] = await engine.ask(
      ({ store }) => store.find("recoveryPoint", { instanceId: "i-bp1shopdatabase0001" }),
      undefined,
    );
    await engine.call("DeleteSnapshot", { SnapshotId: `${point?.id}-0` });
    const { left, damagedPoints, adopted } = await adoptIn(engine, emptyState, inventory);
    const told = left.map(({ what, why }) => `${what}: ${why}`).filter((text) => !text.startsWith("script"));
    expect(told).to.deep.equal([
      "policy Default policy of cn-hangzhou: the region has it built in: it can't be deleted, and programs take it " +
        "by its id",
      "protection of web: a TAG rule of policy po-tag makes it, and takes it away again",
      "item of orders-old in vault prod-vault: soft-deleted until 2026-01-20 08:00 UTC: a ProtectedItem with " +
        'createMode "Recover" takes it back; vault other-vault protects the machine by now',
    ]);
    expect(adopted.map(({ label }) => label)).to.include.members(["plain", "by tag", "orders-old", "other-vault"]);
    expect(damagedPoints).to.deep.equal([point?.id]);
  });

  it("says why an import would be refused", async () => {
    const engine = await TestEngine.inMemory();
    const strict = { ...testSettings, requireConsistency: "APPLICATION" as const };
    const prepared = new SimulatedEngine(strict, engine.store, preparationFor(readInventory(example, ".")));
    const request = { stack: stackOf(emptyState), machineIds: null, isYaml: true, isProtecting: true };
    const { left, adopted } = await adopt(prepared, request);
    const refused = left.filter(({ what }) => what.startsWith("hbr:InstanceProtection"));
    expect(refused.map(({ what }) => what)).to.include("hbr:InstanceProtection shop-web (pd-000shopweb0000000001)");
    expect(refused[0]?.why).to.contain("APPLICATION");
    expect(adopted.map(({ label }) => label))
      .to.include("orders-db")
      .and.not.include("shop-web");
  });
});

describe("cloudbackup adopt", () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
    cpSync(example, join(folder.path, "inventory.json"));
    // Without the CLI no stack can be asked, whatever this machine has.
    folder.environment = { CLOUDBACKUP_PULUMI: join(folder.path, "none", "bin", "pulumi") };
    writeFileSync(join(folder.path, "Pulumi.yaml"), project);
  });
  afterEach(() => folder.remove());

  const project = "name: shop\nruntime: yaml\nconfig:\n  # Both clouds.\n  cloudbackup:inventory: inventory.json\n";
  const read = (name: string) => readFileSync(join(folder.path, name), "utf8");

  it("writes program and import file into the project, and says what comes next", async () => {
    const { stdout, exitCode } = await folder.run("adopt");
    expect(exitCode).to.equal(0);
    expectGolden("adopt-report", stdout.replace(/^no state was read.*\n/m, ""));
    expectGolden("adopt-yaml", read("Pulumi.yaml"));
    expect(JSON.parse(read("import.json")))
      .to.have.property("resources")
      .with.lengthOf(14);
  });

  it("writes a project of its own, in TypeScript, that finds the same engine", async () => {
    const { stdout } = await folder.run("adopt", "--out", "taken", "--language", "typescript", "--no-protect");
    expectGolden("adopt-typescript", read("taken/index.ts"));
    expect(read("taken/Pulumi.yaml"))
      .to.contain("runtime: nodejs")
      .and.contain("cloudbackup:inventory: ../inventory.json");
    expect(read("taken/Pulumi.yaml")).to.contain("cloudbackup:engineUrl: ../.cloudbackup/engine.db");
    expect(stdout).to.contain("  npm install --prefix taken\n  pulumi -C taken stack init <name>\n");
    expect(stdout).to.contain("--generate-code=false --protect=false --yes\n");
    expect(existsSync(join(folder.path, "taken/tsconfig.json"))).to.equal(true);
  });

  it("replaces nothing without --force, and keeps other resources with it", async () => {
    await folder.run("adopt", "--only", "shop-db");
    const before = read("Pulumi.yaml");
    const refused = await folder.run("adopt");
    expect([refused.exitCode, refused.stderr.split(":")[1]]).to.deep.equal([1, " Command.FileExists"]);
    expect(read("Pulumi.yaml")).to.equal(before);
    writeFileSync(join(folder.path, "Pulumi.yaml"), `${before}  other:\n    type: cloudbackup:ecs:Instance\n`);
    expect((await folder.run("adopt", "--force")).exitCode).to.equal(0);
    const names = programOfYaml(read("Pulumi.yaml")).map(({ name }) => name);
    expect(names).to.include("other").and.have.lengthOf(15);
    expect(read("Pulumi.yaml")).to.contain("# Both clouds.");
  });

  it("adopts only what protects the machines that are named, with all that it rests on", async () => {
    const { stdout } = await folder.run("adopt", "--only", "shop-web*", "ORDERS-api", "--json");
    const report = JSON.parse(stdout) as { adopted: { name: string }[]; notAdopted: unknown[]; stack: string | null };
    const names = report.adopted.map(({ name }) => name);
    expect(names).to.deep.equal(["web", "shop-web", "shop-web-2", "prod-vault", "EnhancedPolicy", "orders-api"]);
    expect([report.notAdopted, report.stack]).to.deep.equal([[], null]);
    expect((await folder.run("adopt", "--only", "nobody")).stderr).to.contain("no machine is called nobody");
  });

  it("says how Pulumi gets to know what only the command was told", async () => {
    writeFileSync(join(folder.path, "Pulumi.yaml"), "name: shop\nruntime: yaml\n");
    const { stdout } = await folder.run("adopt", "--inventory", "inventory.json");
    expect(stdout).to.contain("  pulumi config set cloudbackup:inventory inventory.json\n");
  });

  it("says that Pulumi must be told of a secret address, and writes it nowhere", () => {
    const args = { engineUrl: "postgres://me:secret@db/x" };
    const configuration = { args, projectDirectory: folder.path, overridden: {} };
    const destination = { directory: folder.path, language: "yaml", hasProject: false } as const;
    const stack = { why: "none", isHidden: false };
    const options = { currentDirectory: folder.path, isProtecting: true };
    const commands = nextCommands(destination, configuration, stack, options);
    expect(commands[1]).to.equal("pulumi config set --secret cloudbackup:engineUrl <address>");
    const program = { resources: [], nameOf: () => "", isProtecting: true };
    const files = filesOf({ ...destination, directory: join(folder.path, "new") }, program, configuration);
    expect(`${commands.join()}${JSON.stringify(files)}`)
      .to.not.contain("secret@")
      .and.not.contain("engineUrl:");
  });

  it("says so when there is only what can't have a program, each on a line of its own", async () => {
    const instance = {
      InstanceId: "i-1",
      RegionId: "cn-hangzhou",
      ZoneId: "cn-hangzhou-a",
      InstanceName: "a\n\u001b[2J",
    };
    const tagged = { ...instance, Tags: { Tag: [{ TagKey: "b", TagValue: "" }] } };
    const daily = { RuleType: "BACKUP", Schedule: "I|1762300800|P1D", Retention: 30 };
    const policy = { PolicyId: "po-s", PolicyName: "all", PolicyType: "STANDARD", Rules: [daily] };
    const binding = { PolicyBindingId: "pd-1", PolicyId: "po-s", DataSourceId: "i-1" };
    writeFileSync(
      join(folder.path, "inventory.json"),
      JSON.stringify([{ Instances: { Instance: [tagged] } }, { Policies: [policy] }, { PolicyBindings: [binding] }]),
    );
    const { stdout } = await folder.run("adopt", "--only", "i-1");
    expect(stdout.split("\n").slice(0, 2)).to.deep.equal([
      "nothing to adopt: what has no program can't have one as it is",
      "not adopted: hbr:InstanceProtection a\\u000a\\u001b[2J (pd-1): policyId: A-67: policy po-s is of type " +
        "STANDARD; ECS instances take policies of type UDM_ECS_ONLY",
    ]);
  });

  it("says so when there is nothing, and writes nothing", async () => {
    writeFileSync(join(folder.path, "Pulumi.yaml"), "name: shop\nruntime: yaml\n");
    const { stdout, exitCode } = await folder.run("adopt");
    expect([exitCode, stdout.split(":")[0]]).to.deep.equal([0, "nothing to adopt"]);
    expect(existsSync(join(folder.path, "import.json"))).to.equal(false);
  });

  it("refuses a project in another language", async () => {
    const other = mkdtempSync(join(tmpdir(), "cloudbackup-adopt-"));
    try {
      writeFileSync(join(other, "Pulumi.yaml"), "name: shop\nruntime: python\n");
      expect((await folder.run("adopt", "--out", other)).stderr).to.contain("Command.OtherLanguage");
      expect((await folder.run("adopt", "--language", "typescript")).stderr).to.contain("has the runtime yaml");
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});
