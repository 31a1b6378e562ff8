import { expect } from "chai";
import { Reference } from "../support/program";
import type { Inputs } from "./any-world";
import { plainly, policy, protection, vault } from "./azure-change";
import { type AzureRow, effect } from "./azure-row";
import { type AzureWorld, days, groupId, storageAccountId } from "./azure-world";
import { expectError, expectRefusal } from "./row";
import { day } from "./world";

type Role = "Backup Reader" | "Backup Operator" | "Backup Contributor";

/** The owner makes everything and backs it up; from then on somebody else runs the program. */
async function runBy(world: AzureWorld, role: Role | undefined): Promise<void> {
  const roleAssignments = role === undefined ? [] : [{ principalId: "eve", roleDefinitionName: role }];
  plainly(vault({ roleAssignments }))(world);
  world.declare("backup", "recoveryservices:Backup", { itemId: new Reference("protection", "itemId") });
  await world.done();
  world.reconfigure({ caller: "eve" });
}

/** Without what the vault holds already: somebody who may not read it could not even run that part of the program. */
function alone(world: AzureWorld, name: string, type: string, inputs: Inputs): void {
  world.declare(name, type, inputs);
  if ((world.vault.roleAssignments as readonly unknown[]).length > 0) return;
  for (const other of ["vault", "policy", "machine", "protection", "backup"]) world.omitted.add(other);
}

function backUp(world: AzureWorld): void {
  const itemId = world.text("protection", "itemId");
  alone(world, "again", "recoveryservices:Backup", { itemId, recoveryPointExpiryTimeInUTC: "2026-03-01T00:00:00Z" });
}

function restore(world: AzureWorld): void {
  const recoveryPointId = world.text("backup", "recoveryPointId");
  const target = { recoveryType: "RestoreDisks", targetResourceGroupId: groupId, storageAccountId };
  alone(world, "restore", "recoveryservices:Restore", { recoveryPointId, ...target });
}

/** What somebody asks for, the resource that it is asked of, what it takes and the operation that is told. */
interface Deed {
  readonly what: string;
  readonly at: string;
  readonly ask: (world: AzureWorld) => void;
  readonly takes: string;
  readonly operation: string;
  readonly least: Role;
}

const deeds: readonly Deed[] = [
  {
    what: "a backup",
    at: "again",
    ask: backUp,
    takes: "back up",
    operation: "Backups_Trigger",
    least: "Backup Operator",
  },
  {
    what: "a restore",
    at: "restore",
    ask: restore,
    takes: "restore",
    operation: "Restores_Trigger",
    least: "Backup Operator",
  },
  {
    what: "another policy",
    at: "policy",
    ask: policy({ retentionPolicy: days(60) }),
    takes: "configure",
    operation: "ProtectionPolicies_CreateOrUpdate",
    least: "Backup Contributor",
  },
  {
    what: "a stop of the protection",
    at: "protection",
    ask: protection({ protectionState: "ProtectionStopped" }),
    takes: "configure",
    operation: "ProtectedItems_CreateOrUpdate",
    least: "Backup Contributor",
  },
  {
    what: "tags for the vault",
    at: "vault",
    ask: vault({ tags: { team: "db" } }),
    takes: "configure",
    operation: "Vaults_Update",
    least: "Backup Contributor",
  },
];

const shut = { takes: "read", operation: "Vaults_Get", least: "Backup Reader" } as const;

const ranks: readonly (Role | undefined)[] = [undefined, "Backup Reader", "Backup Operator", "Backup Contributor"];

const asked: readonly AzureRow[] = ranks.flatMap((role) =>
  deeds.map(({ what, at, ask, takes, operation, least }) => {
    const isEnough = ranks.indexOf(role) >= ranks.indexOf(least);
    return effect(
      "Z-20",
      `${what} by somebody with ${role ?? "no role"}: ${isEnough ? "done" : "refused"}`,
      async (world) => {
        await runBy(world, role);
        ask(world);
        if (isEnough) {
          await world.done();
          return;
        }
        const bytes = await world.engine.export();
        // Without a role the vault can't even be read, and the program ends there.
        const isShut = role === undefined && (at === "policy" || at === "protection");
        const first = isShut ? { ...shut, at: "vault" } : { takes, operation, least, at };
        const message =
          `eve has ${role ?? "no role"} on vault vault, which does not allow to ${first.takes}: ` +
          `${first.operation} is refused`;
        const remedy = `assign ${first.least} to eve in the vault's roleAssignments, or run as another caller`;
        expectRefusal(await world.preview(), first.at, "Z-20", message, remedy);
        expectRefusal(await world.up(), first.at, "Z-20", message, remedy);
        expect(await world.engine.export()).to.equal(bytes);
      },
    );
  }),
);

const reading: readonly AzureRow[] = [
  effect("Z-20", "Backup Reader refreshes, and runs a program that changes nothing", async (world) => {
    await runBy(world, "Backup Reader");
    expect((await world.refresh()).failure).to.equal(undefined);
    const { steps } = await world.done();
    expect(new Set(steps.map(({ operation }) => operation))).to.deep.equal(new Set(["same"]));
  }),
  ...(
    [
      ["vault", "Vaults_Get"],
      ["policy", "ProtectionPolicies_Get"],
      ["protection", "ProtectedItems_Get"],
      ["backup", "JobDetails_Get"],
    ] as const
  ).map(([name, operation]) =>
    effect("Z-20", `without a role nobody reads: ${operation}`, async (world) => {
      await runBy(world, undefined);
      const only = { vault: "vaultId", policy: "policyId", protection: "itemId", backup: "jobId" }[name];
      const id = world.text(name, only);
      const type = world.program().find((each) => each.name === name)?.type ?? "";
      const session = await world.engine.open();
      const request = { urn: `urn:pulumi:dev::p::${type}::x`, id, type, properties: undefined, inputs: undefined };
      const error = await session.read({ ...request, signal: new AbortController().signal }).catch((thrown) => thrown);
      await session.close();
      expectError(error, {
        rule: "Z-20",
        code: "AuthorizationFailed",
        message: `eve has no role on vault vault, which does not allow to read: ${operation} is refused`,
        remedy: "assign Backup Reader to eve",
      });
    }),
  ),
  effect("Z-20", "points are listed for a reader, and for nobody else", async (world) => {
    await runBy(world, "Backup Reader");
    const list = () => world.call("recoveryservices:getRecoveryPoints", { itemId: world.text("protection", "itemId") });
    expect((await list()).total).to.equal(1);
    world.reconfigure({ caller: "mallory" });
    const refusal = await list().catch((error: Error) => error.message);
    expect(refusal).to.contain("mallory has no role on vault vault").and.to.contain("RecoveryPoints_List is refused");
  }),
];

const roles: readonly AzureRow[] = [
  effect("Z-20", "the owner, which is the default, may do everything", async (world) => {
    await world.plain().done();
    await world.advance(day);
    policy({ retentionPolicy: days(60) })(world);
    await world.done();
    expect((await world.destroy()).failure?.error).to.include({ rule: "Z-29" });
  }),
  effect("Z-20", "whoever makes a vault must be able to manage it", async (world) => {
    world.config.caller = "eve";
    world.plain();
    const message = "eve would not be Backup Contributor on vault vault: Vaults_CreateOrUpdate is refused";
    const remedy = 'add {principalId: "eve", roleDefinitionName: "Backup Contributor"}';
    expectRefusal(await world.preview(), "vault", "Z-20", message, remedy);
    expectRefusal(await world.up(), "vault", "Z-20", message, remedy);
    vault({ roleAssignments: [{ principalId: "eve", roleDefinitionName: "Backup Contributor" }] })(world);
    await world.done();
  }),
  effect("Z-20", "a role on one vault is none on another", async (world) => {
    await runBy(world, "Backup Contributor");
    world.declare("other", "recoveryservices:Vault", {
      ...world.vault,
      vaultName: "other",
      roleAssignments: [{ principalId: "somebody", roleDefinitionName: "Backup Contributor" }],
    });
    expectRefusal(await world.up(), "other", "Z-20", "eve would not be Backup Contributor on vault other", "add {");
  }),
];

export const azureAccessRows: readonly AzureRow[] = [...asked, ...reading, ...roles];
