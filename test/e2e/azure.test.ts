import { expect } from "chai";
import { callOperation, requireOperation } from "../../provider/engine/operations";
import { declare } from "../support/declare";
import { advanceDays, withEngine } from "../support/engine";
import { type RunResult, type TestStack, withStack } from "../support/pulumi";

const place = { resourceGroupName: "prod", location: "westeurope" };
const named = { resourceGroupName: "prod", vmName: "db" };

/** A MySQL server on Azure, with scripts that freeze it; `onDestroy` says what becomes of its points. */
const protect =
  (onDestroy: "retain" | "delete", createMode = "Default") =>
  async () => {
    const machine = declare("compute:VirtualMachine", "db", {
      ...place,
      vmName: "db",
      dataDisks: [{ lun: 0, sizeGiB: 64 }],
    });
    const framework = declare("compute:ScriptFramework", "mysql", {
      vmId: machine.get("vmId"),
      config: { preScriptLocation: "/opt/pre.sh", postScriptLocation: "/opt/post.sh" },
      preScript: { content: "#!/bin/sh\nlogger freeze\ntimeout 9 sync\n" },
      postScript: { content: "#!/bin/sh\nlogger thaw\n" },
    });
    const vault = declare("recoveryservices:Vault", "vault", { ...place, vaultName: "backups" });
    const vaultId = vault.get("vaultId");
    const policy = declare("recoveryservices:ProtectionPolicy", "nightly", {
      vaultId,
      schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
      retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
    });
    declare("recoveryservices:ProtectedItem", "item", {
      vaultId,
      sourceResourceId: framework.get("vmId"),
      policyId: policy.get("policyId"),
      onDestroy,
      createMode,
    });
  };

function changed(result: RunResult): Record<string, string> {
  const steps = result.steps.filter((step) => step.operation !== "same");
  return Object.fromEntries(steps.map((step) => [step.name, step.operation]));
}

function call(stack: TestStack, operation: string, given: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const parameters = new Map(Object.entries({ ...named, ...given }));
  return withEngine(stack.folder, (engine) => callOperation(engine, requireOperation(operation), parameters));
}

describe("a protected Azure machine through the CLI", function () {
  this.timeout(180_000);

  it("what outsiders do shows as drift with its reason, and up repairs it in place", async () => {
    await withStack("azure-drift", protect("retain"), async (stack) => {
      const item = (await stack.up()).step("item");
      expect(item.newOutputs).to.include({ achievedLevel: "APPLICATION", recoveryPointType: "AppConsistent" });
      await call(stack, "VirtualMachines_RunCommand", { script: "chmod 755 /opt/pre.sh" });
      const looked = await stack.previewRefresh();
      const refresh = await stack.refresh();
      expect(changed(looked)).to.deep.equal(changed(refresh));
      expect(changed(refresh)).to.deep.equal({ mysql: "update", item: "update" });
      const { newOutputs } = refresh.step("item");
      expect(newOutputs).to.include({ achievedLevel: "FILE_SYSTEM", recoveryPointType: "FileSystemConsistent" });
      expect(JSON.stringify(newOutputs.reasons)).to.contain("InsufficientPermissionforPre-Script");
      expect(changed(await stack.up())).to.deep.equal({ mysql: "update", item: "update" });

      await call(stack, "VirtualMachines_Deallocate");
      const stopped = await stack.refresh();
      expect(stopped.step("item").newOutputs).to.include({ achievedLevel: "CRASH" });
      expect(changed(await stack.up())).to.deep.equal({ db: "update", item: "update" });
      await stack.preview({ refresh: true, expectNoChanges: true });
    });
  });

  it("its points hold the vault: destroy says until when, the item comes back by undelete", async () => {
    await withStack("azure-hold", protect("delete"), async (stack) => {
      await stack.up();
      await advanceDays(stack.folder, 3);
      const refused = await stack.destroy({ expectFailure: true });
      const [problem] = refused.diagnostics.filter(({ message }) => message.includes("can't be deleted"));
      expect(problem?.message).to.contain("2026-01-18").and.contain("Z-29");
      const again = await stack.preview({ expectFailure: true });
      expect(again.diagnostics.map(({ message }) => message).join("\n")).to.contain('set createMode to "Recover"');
      await stack.up({ program: protect("delete", "Recover") });
      const { value } = (await call(stack, "RecoveryPoints_List")) as { value: readonly unknown[] };
      expect(value).to.have.length(3);
      await stack.preview({ refresh: true, expectNoChanges: true });
    });
  });
});
