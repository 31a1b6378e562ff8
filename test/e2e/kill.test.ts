import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { exportStore } from "../../provider/store/export";
import { openStore } from "../../provider/store/open";
import { rowsOf } from "../support/engine";
import { ProviderClient, urnOf } from "../support/provider-client";
import { withStack } from "../support/pulumi";
import { inventory, inventoryMachine, procedure, schedule, spareMachine } from "./procedure";

const policyUrn = urnOf("cloudbackup:hbr:Policy", "daily");

/** A policy first; then, all at once, what takes its id. */
const dependents = (policyId: string): readonly (readonly [type: string, name: string, inputs: PropertyMap])[] => [
  ["cloudbackup:hbr:InstanceProtection", "db", { instanceId: inventoryMachine, policyId }],
  ["cloudbackup:hbr:InstanceProtection", "spare", { instanceId: spareMachine, policyId }],
  ["cloudbackup:hbr:Backup", "backup", { instanceId: spareMachine, retention: { value: 7, unit: "DAY" } }],
  ["cloudbackup:ecs:Instance", "new", { instanceName: "new" }],
];

async function start(directory: string): Promise<ProviderClient> {
  await mkdir(directory, { recursive: true });
  const client = await ProviderClient.spawn({ directory });
  await client.configure({ inventory });
  return client;
}

async function make(client: ProviderClient, urn: string, inputs: PropertyMap) {
  const checked = await client.check({ urn, news: inputs });
  expect(checked.failures).to.deep.equal([]);
  return client.create({ urn, properties: checked.inputs });
}

/** All of it; `answered` hears how many creates have been answered. */
async function makeAll(client: ProviderClient, answered: (count: number) => void): Promise<Record<string, string>> {
  let count = 0;
  const report = () => answered(++count);
  const policy = await make(client, policyUrn, { rules: [{ ruleType: "BACKUP", schedule, retention: 30 }] });
  report();
  const ids = dependents(policy.id).map(async ([type, name, inputs]) => {
    const made = await make(client, urnOf(type, name), inputs);
    report();
    return [name, made.id] as const;
  });
  return { daily: policy.id, ...Object.fromEntries(await Promise.all(ids)) };
}

async function engineOf(directory: string): Promise<string> {
  const store = await openStore(undefined, { projectDirectory: directory });
  const lines: string[] = [];
  await exportStore(store, (line) => void lines.push(line));
  await store.close();
  return lines.join("");
}

describe("a plugin that is killed", function () {
  this.timeout(180_000);

  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "cloudbackup-kill-"));
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("leaves an engine on which the same calls end as if nothing had happened, wherever it was killed", async () => {
    const undisturbed = path.join(directory, "undisturbed");
    const whole = await start(undisturbed);
    const expected = await makeAll(whole, () => {});
    await whole.close();
    const wanted = await engineOf(undisturbed);
    for (const killedAfter of [0, 1, 2, 4]) {
      const project = path.join(directory, `killed-${killedAfter}`);
      const client = await start(project);
      const killed = new Promise<void>((resolve) => {
        const end = (count: number) => count === killedAfter && resolve(client.close("SIGKILL").then(() => {}));
        makeAll(client, end).catch(() => {});
        // Before any answer: while the first create is under way.
        end(0);
      });
      await killed;
      const again = await start(project);
      expect(await makeAll(again, () => {})).to.deep.equal(expected);
      await again.close();
      expect(await engineOf(project), `killed after ${killedAfter} answers`).to.equal(wanted);
    }
  });

  it("makes nothing twice when Pulumi has lost all answers", async () => {
    await withStack(
      "lost",
      procedure(),
      async (stack) => {
        const first = await stack.up();
        const emptied = await stack.stack.exportStack();
        await stack.stack.importStack({ ...emptied, deployment: { manifest: emptied.deployment.manifest } });
        const tables = ["incarnation", "machine", "disk", "policy", "protection", "recoveryPoint", "job"] as const;
        const count = () => Promise.all(tables.map(async (table) => (await rowsOf(stack.folder, table)).length));
        const before = await count();
        const preview = await stack.preview();
        const second = await stack.up();
        expect(second.changes).to.deep.equal(first.changes);
        const ids = (run: typeof first) => Object.fromEntries(run.steps.map((step) => [step.name, step.id]));
        expect(ids(second)).to.deep.equal(ids(first));
        expect(ids(preview)).to.deep.equal(ids(first));
        expect(await count()).to.deep.equal(before);
        await stack.preview({ refresh: true, expectNoChanges: true });
      },
      { config: { "cloudbackup:inventory": inventory } },
    );
  });
});
