import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { secret } from "@pulumi/pulumi";
import { expect } from "chai";
import { callOperation, requireOperation } from "../../provider/engine/operations";
import type { DriftedResource } from "../../provider/review/drift";
import { inWords } from "../review/drift-row";
import { declare } from "../support/declare";
import { runInStack } from "../support/drift";
import { advanceDays, rowsOf, withEngine } from "../support/engine";
import { type TestStack, withStack } from "../support/pulumi";
import { type Ids, type Kind, kinds, secretTexts } from "./drift-kinds";
import { inventory, procedure } from "./procedure";

const place = { resourceGroupName: "prod", location: "westeurope" };
/** The project's caller: an outsider can take its role away, and then nothing of the vault can be read. */
const caller = "deployer";

async function program(): Promise<void> {
  await procedure()();
  declare("ecs:Instance", "lonely", { instanceName: "lonely" });
  const vm = declare("compute:VirtualMachine", "vm-db", {
    ...place,
    vmName: "db",
    dataDisks: [{ lun: 0, sizeGiB: 8 }],
  });
  const framework = declare("compute:ScriptFramework", "vm-db", {
    vmId: vm.get("vmId"),
    config: {
      preScriptLocation: "/opt/pre.sh",
      postScriptLocation: "/opt/post.sh",
      preScriptParams: [secret(secretTexts[0])],
    },
    preScript: { content: "#!/bin/sh\nlogger freeze\ntimeout 10 sync\n" },
    postScript: { content: "#!/bin/sh\nlogger thaw\nexit 0\n" },
  });
  const vault = declare("recoveryservices:Vault", "vault", {
    ...place,
    roleAssignments: [{ principalId: caller, roleDefinitionName: "Backup Contributor" }],
  });
  const vaultId = vault.get("vaultId");
  const policy = declare("recoveryservices:ProtectionPolicy", "nightly", {
    vaultId,
    schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:30"] },
    retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
  });
  declare("recoveryservices:ProtectedItem", "vm-db", {
    vaultId,
    sourceResourceId: framework.get("vmId"),
    policyId: policy.get("policyId"),
  });
}

/** Every file below a folder, by its name and the hash of its bytes. */
function bytesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    files
      .filter((file) => statSync(path.join(folder, file)).isFile())
      .map((file) => [
        file,
        createHash("sha256")
          .update(readFileSync(path.join(folder, file)))
          .digest("hex"),
      ]),
  );
}

/** Pulumi's state and the project with its engine. */
const watched = ({ folder }: TestStack) => [bytesOf(path.join(folder, "state")), bytesOf(path.join(folder, "project"))];

interface Told {
  readonly resources: readonly DriftedResource[];
}

function wordsOf({ name, findings }: DriftedResource): string {
  const [worst] = findings;
  return `${name} ${worst?.class}: ${worst?.what} [${inWords(worst?.amount)}] ${worst?.rule ?? ""}`;
}

describe("cloudbackup drift", function () {
  this.timeout(300_000);
  let stack: TestStack;
  let ids: Ids;
  let finish: () => void = () => {};
  let end: Promise<void>;
  const engine = () => path.join(stack.folder, "project", ".cloudbackup");
  const kept = () => path.join(stack.folder, "kept");

  before(async () => {
    const over = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await new Promise<void>((resolve, reject) => {
      const config = { "cloudbackup:inventory": inventory, "cloudbackup:caller": caller };
      end = withStack(
        "drift-command",
        program,
        async (made) => {
          stack = made;
          const { steps } = await made.up();
          await advanceDays(made.folder, 3);
          ids = await idsOf(made, new Map(steps.map(({ type, name, id }) => [`${type.slice(12)} ${name}`, id ?? ""])));
          cpSync(engine(), kept(), { recursive: true });
          resolve();
          await over;
        },
        { config },
      );
      end.catch(reject);
    });
  });

  after(async () => {
    finish();
    await end;
  });

  /** Brings the engine back to what it was after the up, and then does what an outsider does. */
  async function meddle(calls: Kind["calls"]): Promise<void> {
    rmSync(engine(), { recursive: true });
    cpSync(kept(), engine(), { recursive: true });
    await withEngine(stack.folder, async (opened) => {
      for (const [operation, parameters] of calls(ids)) {
        await callOperation(opened, requireOperation(operation), new Map(Object.entries(parameters)));
      }
    });
  }

  for (const { title, calls, expected, causes, exitCode } of kinds) {
    it(`tells ${title}`, async () => {
      await meddle(calls);
      const before = watched(stack);
      // At once, as two pipelines do; neither may disturb the other.
      const [first, second] = await Promise.all([
        runInStack(stack, "drift", "--stack", "test", "--json"),
        runInStack(stack, "drift", "--stack", "test", "--json", "--fail-on", "never"),
      ]);
      expect(watched(stack)).to.deep.equal(before);
      expect(first.stderr + second.stderr).to.equal("");
      expect(second.stdout).to.equal(first.stdout);
      const { resources } = JSON.parse(first.stdout) as Told;
      const counted = resources.filter(({ causeOf }) => causeOf.length === 0);
      expect(counted.map(wordsOf)).to.deep.equal(expected.map((text) => withPoints(text, ids)));
      const told = resources.filter(({ causeOf }) => causeOf.length > 0).map(({ name }) => name);
      expect(told.sort()).to.deep.equal(causes);
      expect([first.exitCode, second.exitCode]).to.deep.equal([exitCode, 0]);
      for (const text of secretTexts) expect(first.stdout).not.to.contain(text);
    });
  }

  it("tells what it could not read, and the rest all the same", async () => {
    const scope = ids("recoveryservices:Vault vault");
    const role = { scope, principalId: caller, roleDefinitionName: "Backup Contributor" };
    await meddle((known) => [
      ["RoleAssignments_Delete", role],
      [
        "DeletePolicyBinding",
        { PolicyId: known("hbr:Policy daily"), DataSourceIds: `["${known("ecs:Instance app")}"]` },
      ],
    ]);
    const { exitCode, stdout, stderr } = await runInStack(stack, "drift", "--stack", "test", "--json");
    expect(stderr).to.contain("error: Command.NotRead: 3 of the stack's resources could not be read");
    const report = JSON.parse(stdout) as Told & { readonly unread: readonly { name: string; message: string }[] };
    expect(report.resources.map(wordsOf)).to.deep.equal([
      "protected-app LOST: deleted: no backup runs any more [1→0 runs] A-45",
    ]);
    expect(report.unread.map(({ name }) => name)).to.deep.equal(["vm-db", "nightly", "vault"]);
    expect(report.unread[0]?.message).to.contain("Z-20");
    expect(exitCode).to.equal(1);
  });

  it("says what it did not look at: other providers' resources, and operations that were interrupted", async () => {
    await meddle(() => []);
    const file = path.join(stack.folder, "state", ".pulumi", "stacks", "drift-command", "test.json");
    const written = readFileSync(file, "utf8");
    const state = JSON.parse(written) as { checkpoint: { latest: { resources: { urn: string; type: string }[] } } };
    const { latest } = state.checkpoint;
    const own = latest.resources.filter(({ type }) => type.startsWith("cloudbackup:"));
    const urn = (type: string, name: string) => `urn:pulumi:test::drift-command::${type}::${name}`;
    const custom = (type: string, name: string) => ({ urn: urn(type, name), type, custom: true, id: name });
    // A provider that is not installed: a refresh that asked for it would fail.
    const provider = custom("pulumi:providers:other", "default");
    const bucket = { ...custom("other:index:Bucket", "logs"), provider: `${provider.urn}::${provider.id}` };
    const interrupted = { ...custom("cloudbackup:ecs:Disk", "half"), id: undefined };
    const changedState = {
      ...latest,
      resources: [...latest.resources, provider, bucket],
      pending_operations: [{ type: "creating", resource: interrupted }],
    };
    writeFileSync(file, JSON.stringify({ ...state, checkpoint: { ...state.checkpoint, latest: changedState } }));
    try {
      const { exitCode, stdout, stderr } = await runInStack(stack, "drift", "--stack", "test");
      expect(stderr).to.equal("");
      expect(stdout.split("\n").slice(0, -1)).to.deep.equal([
        `no drift; ${own.length} resources in order (0.9 s)`,
        "not checked, as they are other providers': other 1",
        "not known: half, as Pulumi was interrupted while creating it",
        "no protection of the stack covers: lonely",
      ]);
      expect(exitCode).to.equal(0);
    } finally {
      writeFileSync(file, written);
    }
  });

  it("takes an engine that does not know the stack for no stack in order", async () => {
    rmSync(engine(), { recursive: true });
    const { exitCode, stdout, stderr } = await runInStack(stack, "drift", "--stack", "test");
    expect(stdout)
      .to.contain("no drift in what could be read; 0 resources in order, ")
      .and.to.contain("the engine does not know them: ");
    expect(stderr).to.contain("error: Command.ForeignEngine: the engine does not know ").and.to.contain("engineUrl");
    expect([exitCode, existsSync(engine())]).to.deep.equal([1, false]);
  });

  it("says what keeps it from looking", async () => {
    const asked = { PULUMI_CONFIG_PASSPHRASE: "wrong" };
    const wrong = await runInStack(withEnvironment(stack, asked), "drift", "--stack", "test");
    expect(wrong.stderr).to.contain("incorrect passphrase").and.to.contain("fix: set PULUMI_CONFIG_PASSPHRASE");
    const none = await runInStack(stack, "drift", "--stack", "prod");
    expect(none.stderr).to.equal("error: Command.NoSuchStack: the project has no stack prod\n  fix: there are: test\n");
    expect([wrong.exitCode, none.exitCode, wrong.stdout + none.stdout]).to.deep.equal([1, 1, ""]);
    const nowhere = withEnvironment(stack, { PULUMI_BACKEND_URL: "file:///no/such/folder" });
    const { exitCode, stderr } = await runInStack(nowhere, "drift", "--stack", "test");
    expect(stderr).to.match(/^error: Command\.NoBackend: .*unable to open state directory.*\n {2}fix: log in to /);
    expect(exitCode).to.equal(1);
  });
});

/** The same stack, as somebody sees it whose environment is another one. */
function withEnvironment(stack: TestStack, envVars: Record<string, string>): TestStack {
  const workspace = Object.create(stack.stack.workspace, {
    envVars: { value: { ...stack.stack.workspace.envVars, ...envVars } },
  });
  return { ...stack, stack: Object.create(stack.stack, { workspace: { value: workspace } }) };
}

/** The ids of resources, and of the points that were made on the second of January. */
async function idsOf({ folder }: TestStack, byName: ReadonlyMap<string, string>): Promise<Ids> {
  const isOfThatDay = ({ createTime }: { createTime: number }) => new Date(createTime * 1000).getUTCDate() === 2;
  const instanceId = byName.get("ecs:Instance app");
  const points = (await rowsOf(folder, "recoveryPoint")).filter((point) => point.instanceId === instanceId);
  const vaultPoints = await rowsOf(folder, "vaultPoint");
  const all = new Map([
    ...byName,
    ["point of app", points.find(isOfThatDay)?.id ?? ""],
    ["point of vm-db", vaultPoints.find(isOfThatDay)?.armId ?? ""],
  ]);
  return (key) => {
    const id = all.get(key);
    if (id === undefined || id === "") throw new Error(`the stack has no ${key}; it has ${[...all.keys()].join(", ")}`);
    return id;
  };
}

function withPoints(text: string, ids: Ids): string {
  return text.replaceAll(/\{(.+?)\}/g, (_whole, key: string) => ids(key).split("/").at(-1) ?? "");
}
