import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { settingsOf } from "../../provider/engine/azure/vault";
import { updateVault } from "../../provider/engine/azure/vault-change";
import { addRoleAssignment, removeRoleAssignment } from "../../provider/engine/azure/vault-role";
import type { EngineError } from "../../provider/engine/error";
import { itemRow, vaultId, vaultWith } from "../engine/azure/vault-rows";
import { changesOf, emptyState, FakePulumi, type Run, type State } from "../support/fake-pulumi";
import { TestEngine } from "../support/test-engine";
import { declare, type Inputs, of } from "./life";

const place = { vaultName: "vault", resourceGroupName: "backup", location: "westeurope" };
const program = (inputs: Inputs = {}) => [declare("vault", "recoveryservices:Vault", { ...place, ...inputs })];

/** `path rule` of each check failure. */
const refusals = ({ failure }: Run) =>
  (failure?.failures ?? []).map(({ property, reason }) => {
    const [, path = property, rule] = /^(?:(\S+): )?(Z-\d\d|[A-Z]\w+(?:\.\w+)?): /.exec(reason) ?? [];
    return `${path} ${rule}`;
  });

const operations = (run: Run) => {
  expect(run.failure).to.equal(undefined);
  return changesOf(run).map(({ operation, detailedDiff }) => [operation, ...Object.keys(detailedDiff)].join(" "));
};

/** A vault that a program made, and what happens to it. */
class World {
  state: State = emptyState;

  private constructor(
    readonly engine: TestEngine,
    private readonly config: PropertyMap,
  ) {}

  static async make(inputs: Inputs = {}): Promise<World> {
    const world = new World(await TestEngine.inMemory(), {});
    expect(operations(await world.up(inputs))).to.deep.equal(["create"]);
    return world;
  }

  static async empty(config: PropertyMap = {}): Promise<World> {
    return new World(await TestEngine.inMemory(config), config);
  }

  /** The same engine and state, by another caller. */
  as(caller: string): World {
    const config = { ...this.config, caller };
    const world = new World(new TestEngine(this.engine.store, config), config);
    world.state = this.state;
    return world;
  }

  get #pulumi(): FakePulumi {
    return new FakePulumi(() => this.engine.open());
  }

  preview(inputs: Inputs): Promise<Run> {
    return this.#pulumi.preview(program(inputs), this.state);
  }

  async up(inputs: Inputs): Promise<Run> {
    return this.#keep(await this.#pulumi.up(program(inputs), this.state));
  }

  async refresh(): Promise<Run> {
    return this.#keep(await this.#pulumi.refresh(this.state));
  }

  async destroy(): Promise<Run> {
    return this.#keep(await this.#pulumi.destroy(this.state));
  }

  async hold(): Promise<void> {
    await this.engine.run(({ store }) => store.put("protectedItem", [itemRow("web")]), undefined);
  }

  #keep(run: Run): Run {
    this.state = run.state;
    return run;
  }
}

const identity = { type: "SystemAssigned" };
const encryption = { keyUri: "https://k.vault.azure.net/keys/a", useSystemAssignedIdentity: true };

describe("what a program can't turn back", () => {
  const all = {
    identity,
    encryption: { ...encryption, infrastructureEncryption: true },
    crossRegionRestore: true,
    softDelete: { state: "AlwaysON" },
    immutability: "Locked",
  };
  const fixed = "encryption.infrastructureEncryption Z-29";
  const table: readonly (readonly [what: string, change: Inputs, expected: readonly string[]])[] = [
    ["a key", { encryption: null }, ["encryption Z-28"]],
    ["soft delete", { softDelete: { state: "Enabled" } }, ["softDelete.state Z-29"]],
    ["immutability", { immutability: "Unlocked" }, ["immutability Z-30"]],
    ["cross-region restore", { crossRegionRestore: false }, ["crossRegionRestore Z-31"]],
    [
      "redundancy while it holds data",
      { redundancy: "LocallyRedundant" },
      ["crossRegionRestore Z-31", "redundancy Z-31"],
    ],
    ["double encryption", { encryption }, [fixed]],
    ["its name", { vaultName: "other" }, ["vaultName Z-29"]],
    ["its place", { location: "North Europe", resourceGroupName: "x" }, ["resourceGroupName Z-29", "location Z-29"]],
    [
      "all of it at once",
      { vaultName: "other", encryption, crossRegionRestore: null, softDelete: null, immutability: null },
      ["vaultName Z-29", fixed, "softDelete.state Z-29", "immutability Z-30", "crossRegionRestore Z-31"],
    ],
  ];
  for (const [what, change, expected] of table) {
    it(`${what}: refused alike in preview and up, where it is said`, async () => {
      const world = await World.make(all);
      await world.hold();
      const inputs = { ...all, ...change };
      const preview = await world.preview(inputs);
      expect(refusals(preview)).to.deep.equal(expected);
      const up = await world.up(inputs);
      expect(up.failure?.failures).to.deep.equal(preview.failure?.failures);
      expect(operations(await world.up(all))).to.deep.equal([]);
    });
  }
});

describe("bad input of a vault", () => {
  it("is told all at once, each with its path", async () => {
    const world = await World.empty();
    const { failure } = await world.preview({
      vaultName: "1vault",
      resourceGroupName: "ends.",
      encryption: { keyUri: "https://example.com/keys/a" },
      softDelete: { state: "AlwaysOn", retentionDays: 13 },
      immutability: "locked",
      roleAssignments: [{ principalId: "a", roleDefinitionName: "Owner" }],
      tag: {},
    });
    const heads = (failure?.failures ?? []).map(({ property, reason }) => `${property} ${reason.split("\n")[0]}`);
    expect(heads.map((head) => head.replace(/^ /, "").split(/[ :]/)[0])).to.have.members([
      ...["vaultName", "resourceGroupName", "encryption.keyUri", "softDelete.state", "softDelete.retentionDays"],
      ...["immutability", "roleAssignments[0].roleDefinitionName", "tag"],
    ]);
  });

  const key = (keyUri: string) => ({ identity, encryption: { keyUri, useSystemAssignedIdentity: true } });
  for (const [uri, isKey] of [
    ["https://my-keys.vault.azure.net/keys/backup", true],
    ["https://My-Keys.Vault.Azure.net/keys/Backup/0123456789abcdef0123456789ABCDEF", true],
    ["https://hsm.managedhsm.azure.net/keys/backup/", true],
    ["https://k.vault.usgovcloudapi.net/keys/a", true],
    ["https://kxvaultxazure.net/keys/a", false],
    ["http://k.vault.azure.net/keys/a", false],
    ["https://k.vault.azure.net/secrets/a", false],
    ["https://k.vault.azure.net/keys/", false],
  ] as const) {
    it(`${uri} is ${isKey ? "a" : "no"} key`, async () => {
      const world = await World.empty();
      expect((await world.preview(key(uri))).failure?.failures.length ?? 0).to.equal(isKey ? 0 : 1);
    });
  }
});

describe("a vault without data", () => {
  it("is made anew elsewhere under its name, even when it was locked", async () => {
    const world = await World.make({ immutability: "Locked" });
    const moved = { location: "North Europe" };
    expect(operations(await world.preview(moved))).to.deep.equal(operations(await world.up(moved)));
    expect(operations(await world.up(moved))).to.deep.equal([]);
    const [vault, ...others] = await world.engine.ask(({ store }) => store.find("vault"), undefined);
    expect(others).to.deep.equal([]);
    expect(vault?.location).to.equal("northeurope");
    expect(vault && settingsOf(vault).immutability).to.equal("Disabled");
  });

  it("stays as it is when its names and its place are written in another way", async () => {
    const world = await World.make();
    const written = { vaultName: "VAULT", resourceGroupName: "Backup", location: "West Europe" };
    expect(operations(await world.up(written))).to.deep.equal([]);
    expect(operations(await world.up({ ...written, tags: { team: "db" } }))).to.deep.equal(["update tags.team"]);
    expect(operations(await world.refresh())).to.deep.equal([]);
    expect(world.state.resources[0]?.id).to.equal(vaultId);
  });
});

describe("what an outsider does to a vault", () => {
  it("a lock stays: drift in a refresh, and a refusal of what would open it", async () => {
    const world = await World.make({ immutability: "Unlocked" });
    await world.engine.run(updateVault, vaultWith({ immutability: "Locked" }));
    const changed = { immutability: "Unlocked", tags: { team: "db" } };
    for (const run of [await world.preview(changed), await world.up(changed)]) {
      expect(run.failure?.error).to.include({ rule: "Z-30", property: "immutability" });
    }
    expect(operations(await world.refresh())).to.deep.equal(["refresh immutability"]);
    expect(refusals(await world.preview({ immutability: "Unlocked" }))).to.deep.equal(["immutability Z-30"]);
    expect(operations(await world.up({ immutability: "Locked" }))).to.deep.equal([]);
  });

  it("a role that is taken away or given is drift, and comes back", async () => {
    const assignment = (principalId: string) => ({ principalId, roleDefinitionName: "Backup Operator" as const });
    const inputs = { roleAssignments: [assignment("a"), assignment("b")] };
    const world = await World.make(inputs);
    await world.engine.run(removeRoleAssignment, { vaultId, ...assignment("a") });
    await world.engine.run(addRoleAssignment, { vaultId, ...assignment("c") });
    expect(operations(await world.refresh())).to.have.length(1);
    expect(operations(await world.up(inputs))).to.have.length(1);
    expect(operations(await world.up({ roleAssignments: [assignment("b"), assignment("a")] }))).to.deep.equal([]);
  });

  it("a vault that holds data is not destroyed, and says why", async () => {
    const world = await World.make();
    await world.hold();
    const error = (await world.destroy()).failure?.error as EngineError;
    expect(error).to.include({ rule: "Z-29" });
    expect(error.message).to.contain("it holds 1 item: web (protected)");
    expect(world.state.resources).to.have.length(1);
    expect(operations(await world.refresh())).to.deep.equal([]);
  });
});

describe("who may do what with a vault (Z-20)", () => {
  const roleAssignments = ["Reader", "Operator", "Contributor"].map((role) => ({
    principalId: role,
    roleDefinitionName: `Backup ${role}`,
  }));
  const refused = (caller: string, operation: string, role: string) =>
    `${caller} has ${role} on vault vault, ${operation}`;
  /** A change is refused by the check, everything else when it is tried. */
  const outcome = ({ failure }: Run) => {
    if (failure === undefined) return "done";
    const [checked] = failure.failures.map(({ reason }) => reason);
    const { rule, message, remedy } = (failure.error ?? {}) as Partial<EngineError>;
    const told = checked ?? `${rule}: ${message}\n  fix: ${remedy}\n`;
    expect(told).to.match(/^Z-20: .*\n {2}fix: assign Backup (Reader|Contributor) to /);
    const [, who, , operation] = /^Z-20: (.*), which does not allow to (\w+): (\w+) is refused\n/.exec(told) ?? [];
    return `${who}, ${operation}`;
  };
  const table = [
    ["Nobody", "Vaults_Get", "Vaults_Update", "Vaults_Delete"],
    ["Reader", undefined, "Vaults_Update", "Vaults_Delete"],
    ["Operator", undefined, "Vaults_Update", "Vaults_Delete"],
    ["Contributor", undefined, undefined, undefined],
  ] as const;
  for (const [caller, onRead, onUpdate, onDelete] of table) {
    it(`${caller}: reads, changes, deletes`, async () => {
      const owner = await World.make({ roleAssignments });
      const role = caller === "Nobody" ? "no role" : `Backup ${caller}`;
      const expected = (operation: string | undefined) =>
        operation === undefined ? "done" : refused(caller, operation, role);
      const changed = { roleAssignments, tags: { team: "db" } };
      expect(outcome(await owner.as(caller).refresh())).to.equal(expected(onRead));
      expect(outcome(await owner.as(caller).preview(changed))).to.equal(expected(onUpdate));
      expect(outcome(await owner.as(caller).up(changed))).to.equal(expected(onUpdate));
      expect(outcome(await owner.as(caller).destroy())).to.equal(expected(onDelete));
    });
  }

  it("a caller makes a vault only that it may manage then", async () => {
    const world = await World.empty({ caller: "ci" });
    const reader = { principalId: "ci", roleDefinitionName: "Backup Operator" };
    const failed = await world.preview({ roleAssignments: [reader] });
    expect(refusals(failed)).to.deep.equal(["roleAssignments Z-20"]);
    expect(failed.failure?.failures[0]?.reason).to.contain(
      'fix: add {principalId: "ci", roleDefinitionName: "Backup Contributor"}, or run as the owner (no caller)',
    );
    const contributor = { principalId: "ci", roleDefinitionName: "Backup Contributor" };
    expect(operations(await world.up({ roleAssignments: [reader, contributor] }))).to.deep.equal(["create"]);
  });
});

describe("a vault whose items were left in it", () => {
  const vaultOf = (softDeleteState: string) =>
    declare("vault", "recoveryservices:Vault", { ...place, softDelete: { state: softDeleteState } });
  const machine = declare("machine", "compute:VirtualMachine", {
    resourceGroupName: "prod",
    location: "westeurope",
    vmName: "web",
  });
  const policy = declare("policy", "recoveryservices:ProtectionPolicy", {
    vaultId: of("vault", "vaultId"),
    schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
    retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
  });
  const item = (onDestroy: string) =>
    declare("item", "recoveryservices:ProtectedItem", {
      vaultId: of("vault", "vaultId"),
      sourceResourceId: of("machine", "vmId"),
      policyId: of("policy", "policyId"),
      onDestroy,
    });

  it("stays, says how to release it, and goes once that is done", async () => {
    const engine = await TestEngine.inMemory();
    const pulumi = new FakePulumi(() => engine.open());
    const made = await pulumi.up([vaultOf("Enabled"), machine, policy, item("retain")], emptyState);
    expect(made.failure?.failures).to.equal(undefined);
    await engine.advance(3 * 86_400);

    const refused = await pulumi.up([machine], made.state);
    const error = refused.failure?.error as EngineError;
    expect(error.message).to.contain("it holds 1 item: web (protection stopped, its points are kept for ever)");
    const [, id] = /pulumi import cloudbackup:recoveryservices:ProtectedItem <name> '([^']+)'/.exec(error.remedy) ?? [];

    const brought = { ...item("delete"), importId: id ?? "none" };
    const released = await pulumi.up([vaultOf("Disabled"), machine, policy, brought], refused.state);
    expect(released.failure?.failures ?? released.failure?.error).to.equal(undefined);
    const kept = await pulumi.up([vaultOf("Disabled"), machine, policy, item("delete")], released.state);
    expect(kept.failure?.failures ?? kept.failure?.error).to.equal(undefined);
    const gone = await pulumi.up([machine], kept.state);
    expect(gone.failure?.error).to.equal(undefined);
    expect(gone.state.resources.map(({ name }) => name)).to.deep.equal(["machine"]);
  });
});
