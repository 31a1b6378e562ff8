import { expect } from "chai";
import { createManualBackup, findManualBackup } from "../../provider/engine/alibaba/manual-backup";
import { defaultSettings, type ProtectionSettings } from "../../provider/engine/alibaba/protection-settings";
import { emptyState, FakePulumi } from "../support/fake-pulumi";
import { TestEngine } from "../support/test-engine";

describe("rows of earlier versions", () => {
  it("of a manual backup say neither copy nor encryption, and show no change", async () => {
    const engine = await TestEngine.inMemory();
    const pulumi = new FakePulumi(() => engine.open());
    const machine = { name: "machine", type: "cloudbackup:ecs:Instance", inputs: { instanceName: "machine" } };
    const { state } = await pulumi.up([machine], emptyState);
    const instanceId = String(state.resources[0]?.outputs.instanceId);
    const { replicationEncryption: _later, ...earlier } = defaultSettings;
    await engine.run(async (context) => {
      const retention = { value: 1, unit: "DAY" as const };
      const request = { jobId: "job-earlier", sourceId: instanceId, settings: defaultSettings, retention, copy: null };
      const { job } = await createManualBackup(context, request);
      await context.store.put("job", [{ ...job, detail: { settings: earlier, retention } }]);
    }, undefined);
    const found = await engine.ask(findManualBackup, "job-earlier");
    expect(found?.request.copy).to.equal(null);
    expect(found?.request.settings).to.deep.equal(defaultSettings satisfies ProtectionSettings);
    const old = { name: "backup", type: "cloudbackup:hbr:Backup", id: "job-earlier" };
    const imported = await pulumi.import([old]);
    expect(imported.failure).to.equal(undefined);
    expect(imported.state.resources[0]?.inputs).to.not.have.property("replicationEncryption");
  });
});
