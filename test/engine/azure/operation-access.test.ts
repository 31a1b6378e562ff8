import { expect } from "chai";
import { azureOperations } from "../../../provider/engine/azure/operations";
import { type BackupRole, backupRoles } from "../../../provider/engine/azure/vault";
import { isOwnOperation } from "../../../provider/engine/core/operation";
import { type Engine, SimulatedEngine } from "../../../provider/engine/engine";
import { EngineError } from "../../../provider/engine/error";
import { callOperation, requireOperation } from "../../../provider/engine/operations";
import { preparationFor } from "../../../provider/engine/prepare";
import { daily, protectedMachine, vault } from "../../cli/stories-azure-protection";
import { machines, vmId } from "../../cli/stories-virtual-machine";
import { openInventory, type Row, tell } from "../../cli/story";
import { testSettings } from "../../support/test-engine";

const group = vmId.replace(/\/providers\/.*/, "");
const db = { vmId };
const policy = { ...vault, policyName: "daily" };
const vaultId = `${group.replace(/Prod$/, "backup")}/providers/Microsoft.RecoveryServices/vaults/vault`;
const assignment = { scope: vaultId, principalId: "eve", roleDefinitionName: "Backup Reader" };
const staging = `${group}/providers/Microsoft.Storage/storageAccounts/staging`;
const disks = { recoveryType: "RestoreDisks", targetResourceGroupId: group, storageAccountId: staging };

/** A call that its owner gets through, the least role for it, and what a refusal calls it if not by its own name. */
interface Access {
  readonly given: (recoveryPointId: string) => Readonly<Record<string, string>>;
  readonly least: BackupRole;
  readonly told?: string;
}

const table: Readonly<Record<string, Access>> = {
  Vaults_Get: { given: () => vault, least: "Backup Reader" },
  Vaults_CreateOrUpdate: { given: () => vault, least: "Backup Contributor", told: "Vaults_Update" },
  Vaults_Delete: { given: () => vault, least: "Backup Contributor" },
  RoleAssignments_Create: { given: () => assignment, least: "Backup Contributor" },
  RoleAssignments_Delete: { given: () => assignment, least: "Backup Contributor" },
  ProtectionPolicies_Get: { given: () => policy, least: "Backup Reader" },
  ProtectionPolicies_List: { given: () => vault, least: "Backup Reader" },
  ProtectionPolicies_CreateOrUpdate: {
    given: () => ({ ...policy, properties: JSON.stringify(daily) }),
    least: "Backup Contributor",
  },
  ProtectionPolicies_Delete: { given: () => ({ ...vault, policyName: "idle" }), least: "Backup Contributor" },
  ProtectedItems_Get: { given: () => db, least: "Backup Reader" },
  ProtectedItems_List: { given: () => ({ vaultId }), least: "Backup Reader" },
  ProtectedItems_CreateOrUpdate: { given: () => db, least: "Backup Contributor" },
  ProtectedItems_Delete: { given: () => db, least: "Backup Contributor" },
  RecoveryPoints_List: { given: () => db, least: "Backup Reader" },
  BackupJobs_List: { given: () => db, least: "Backup Reader" },
  Backups_Trigger: { given: () => db, least: "Backup Operator" },
  Restores_Trigger: { given: (recoveryPointId) => ({ recoveryPointId, ...disks }), least: "Backup Operator" },
  deleteRecoveryPoint: {
    given: (recoveryPointId) => ({ recoveryPointId }),
    least: "Backup Contributor",
    told: "RecoveryPoints_Delete",
  },
};

/** What tells only what the caller may see, and what lies beyond the vault's boundary: a key, a resource group. */
const beyond = ["Vaults_ListBySubscriptionId", "setVaultKey", "deleteInstantSnapshot"];

/** A vault with a policy, a machine under it and a point; one principal has each role. */
async function estate(rows: readonly Row[]): Promise<{ engine: Engine; recoveryPointId: string }> {
  const engine = await tell(rows, await openInventory(machines));
  const [point] = await engine.ask(({ store }) => store.find("vaultPoint"), undefined);
  return { engine, recoveryPointId: point?.armId ?? "" };
}

const vaultRows = backupRoles.map(
  (role): Row => [
    "RoleAssignments_Create",
    { scope: "{vault.id}", principalId: role, roleDefinitionName: role },
    "done",
  ],
);
const idle: Row = [
  "ProtectionPolicies_CreateOrUpdate",
  { ...vault, policyName: "idle", properties: JSON.stringify(daily) },
  "done",
];
const full: readonly Row[] = [
  ...protectedMachine,
  ...vaultRows,
  ["RoleAssignments_Create", { ...assignment, scope: "{vault.id}" }, "done"],
  ["Backups_Trigger", db, "done"],
  ["advance", { seconds: "7200" }, "done"],
  idle,
];
const empty: readonly Row[] = [protectedMachine[0] as Row, ...vaultRows];

describe("operations on what a vault holds (Z-20)", () => {
  it("are all in the table, or beyond the vault's boundary", () => {
    const bounded = azureOperations.filter(
      (operation) => operation.product !== "compute" || (isOwnOperation(operation) && beyond.includes(operation.name)),
    );
    expect(bounded.map(({ name }) => name)).to.have.members([...Object.keys(table), ...beyond]);
  });

  const callers = ["nobody", ...backupRoles];
  for (const [name, { given, least, told = name }] of Object.entries(table)) {
    it(`${name} takes ${least}`, async () => {
      for (const caller of callers) {
        const { engine, recoveryPointId } = await estate(name === "Vaults_Delete" ? empty : full);
        const prepare = preparationFor({ instances: [], disks: [] });
        const own = new SimulatedEngine({ ...testSettings, caller }, engine.store, prepare);
        const parameters = new Map(Object.entries(given(recoveryPointId)));
        const refused = await callOperation(own, requireOperation(name), parameters).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (callers.indexOf(caller) >= callers.indexOf(least)) {
          expect(refused, caller).to.equal(undefined);
          continue;
        }
        if (!(refused instanceof EngineError)) throw new Error(`${name} was not refused to ${caller}`);
        expect(refused, caller).to.include({ rule: "Z-20", code: "AuthorizationFailed" });
        const role = caller === "nobody" ? "no role" : caller;
        expect(refused.message).to.contain(`${caller} has ${role} on vault vault`).and.contain(`${told} is refused`);
        expect(refused.remedy).to.contain(`assign ${least} to ${caller}`);
      }
    });
  }

  it("list what the caller may read, and nothing else", async () => {
    const { engine } = await estate(full);
    const prepare = preparationFor({ instances: [], disks: [] });
    for (const [caller, count] of [
      ["nobody", 0],
      ["Backup Reader", 1],
    ] as const) {
      const own = new SimulatedEngine({ ...testSettings, caller }, engine.store, prepare);
      for (const name of ["Vaults_ListBySubscriptionId", "ProtectedItems_List"]) {
        const { value } = await callOperation(own, requireOperation(name), new Map());
        expect(value, `${name} of ${caller}`).to.have.lengthOf(count);
      }
    }
  });
});
