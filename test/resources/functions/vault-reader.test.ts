import { expect } from "chai";
import type { Estate } from "./estate";
import { protectedVm } from "./vault-estate";

interface Machines {
  readonly virtualMachines: readonly {
    readonly vmName: string;
    readonly protectedItem?: { readonly itemId: string };
  }[];
}

describe("functions that tell of what a vault holds (Z-20)", () => {
  let estate: Estate;
  before(async () => {
    const roleAssignments = [{ principalId: "auditor", roleDefinitionName: "Backup Reader" }];
    estate = await protectedVm({ vault: { roleAssignments } });
  });

  it("take Backup Reader", async () => {
    const sourceResourceId = estate.output("vm", "vmId");
    const policyId = estate.output("policy", "policyId");
    const table = [
      ["recoveryservices:getConsistency", { sourceResourceId }, "ProtectedItems_Get"],
      ["recoveryservices:getConsistency", { sourceResourceId, policyId }, "ProtectedItems_Get"],
      ["recoveryservices:getForecast", { sourceResourceId, days: 3 }, "RecoveryPoints_List"],
      ["recoveryservices:getJobs", { vmId: sourceResourceId }, "BackupJobs_List"],
      ["recoveryservices:getRecoveryPoints", { vmId: sourceResourceId }, "RecoveryPoints_List"],
      ["recoveryservices:getVaultUsage", { vaultId: estate.output("vault", "vaultId") }, "Vaults_Get"],
    ] as const;
    for (const [name, given, operation] of table) {
      await estate.as({ caller: "auditor" }).call(name, given);
      const refused = await estate.as({ caller: "stranger" }).refusal(name, given);
      expect(refused, name).to.contain("stranger has no role on vault vault").and.contain(`${operation} is refused`);
    }
  });

  it("leave machines to everybody, and what protects them to readers", async () => {
    const seen = async (caller: string) => {
      const found = await estate.as({ caller }).call<Machines>("compute:getVirtualMachines");
      return found.virtualMachines.map(({ vmName, protectedItem }) => [vmName, protectedItem !== undefined]);
    };
    expect(await seen("auditor")).to.deep.equal([["web", true]]);
    expect(await seen("stranger")).to.deep.equal([["web", false]]);
  });
});
