import { expect } from "chai";
import type { PropertyMap } from "../../../provider/definition/value";
import { Reference } from "../../support/program";
import { backupRule, day, Estate } from "./estate";
import { protectedVm } from "./vault-estate";

interface Impact {
  readonly summary: string;
  readonly total: number;
  readonly kept: number;
  readonly pruned: number;
  readonly shortened: number;
  readonly extended: number;
  readonly oldestLeft?: string;
  readonly newestLeft?: string;
  readonly machines: readonly (PropertyMap & { machineName: string; noneLeft: boolean; pruned: number })[];
  readonly reasons: readonly { fate: string; rule: string; message: string; source: string; count: number }[];
  readonly points: readonly (PropertyMap & { fate: string; reason: string; recoveryPointId: string })[];
}

/** Two machines under a policy of 10 days, after 20 of them. */
async function estateWith(): Promise<Estate> {
  const estate = await Estate.make();
  for (const name of ["db", "cache"]) {
    estate.declare(name, "ecs:Instance", { instanceName: name, systemDisk: { usedGiB: 1 } });
  }
  estate
    .declare("daily", "hbr:Policy", { rules: [backupRule("P1D", 10)] })
    .declare("short", "hbr:Policy", { policyName: "short", rules: [backupRule("P1D", 3)] })
    .declare("standard", "hbr:Policy", { policyType: "STANDARD", rules: [backupRule("P1D", 3)] });
  for (const name of ["db", "cache"]) {
    const [instanceId, policyId] = [new Reference(name, "instanceId"), new Reference("daily", "policyId")];
    estate.declare(`${name}-protection`, "hbr:InstanceProtection", { instanceId, policyId });
  }
  await estate.up();
  await estate.engine.advance(20 * day);
  return estate;
}

const token = "hbr:getRecoveryPointImpact";

describe("hbr:getRecoveryPointImpact", () => {
  let estate: Estate;
  let policyId: string;

  before(async () => {
    estate = await estateWith();
    policyId = estate.output("daily", "policyId");
  });

  it("tells what other rules would do, point by point, and does nothing", async () => {
    const asIs = await estate.engine.export();
    const impact = await estate.call<Impact>(token, { policyId, rules: [backupRule("P1D", 4)] });
    const { total, kept, pruned, shortened, extended } = impact;
    expect([total, kept, pruned, shortened, extended]).to.deep.equal([20, 0, 12, 8, 0]);
    expect(impact.summary).to.equal(
      "retention 10 → 4 days prunes 12 of 20 recovery points on 2 machines (cache: 6, db: 6), shortens 8; " +
        "oldest left 2026-01-18",
    );
    expect([impact.oldestLeft, impact.newestLeft]).to.deep.equal(["2026-01-18T00:00:00Z", "2026-01-21T00:00:00Z"]);
    const told = impact.machines.map(({ machineName, pruned: gone, noneLeft }) => [machineName, gone, noneLeft]);
    expect(told).to.deep.equal([
      ["cache", 6, false],
      ["db", 6, false],
    ]);
    expect(impact.reasons.map(({ fate, rule, message, count }) => [fate, rule, message, count])).to.deep.equal([
      ["PRUNED", "A-37", "older than 4 days", 12],
      ["SHORTENED", "A-36", "within 4 days", 8],
    ]);
    expect(impact.points).to.have.length(20);
    expect(impact.points.at(0)).to.include({
      createdTime: "2026-01-21T00:00:00Z",
      fate: "SHORTENED",
      rule: "A-36",
      reason: "within 4 days",
      expireTime: "2026-01-31T00:00:00Z",
      newExpireTime: "2026-01-25T00:00:00Z",
    });
    expect(await estate.engine.export()).to.equal(asIs);
  });

  it("lists no more points than asked for", async () => {
    const impact = await estate.call<Impact>(token, { policyId, rules: [backupRule("P1D", 4)], limit: 3 });
    expect([impact.points.length, impact.total]).to.deep.equal([3, 20]);
  });

  it("tells what another policy would do to one machine", async () => {
    const instanceId = estate.output("db", "instanceId");
    const impact = await estate.call<Impact>(token, { policyId: estate.output("short", "policyId"), instanceId });
    expect([impact.total, impact.pruned, impact.shortened]).to.deep.equal([10, 7, 3]);
    expect(impact.summary).to.match(/^policy \S+ → short prunes 7 of 10 recovery points on 1 machine \(db: 7\)/);
    const protectionId = estate.output("db-protection", "protectionId");
    const same = await estate.call<Impact>(token, { policyId, protectionId });
    expect([same.total, same.kept]).to.deep.equal([10, 10]);
  });

  it("says what holds a point", async () => {
    const own = await estateWith();
    const instanceId = own.output("db", "instanceId");
    const points = await own.engine.ask(({ store }) => store.find("recoveryPoint", { instanceId }), undefined);
    const SnapshotId = points[0]?.id ?? "";
    await own.engine.call("extendUdmSnapshot", { SnapshotId, neverExpire: "true" });
    const rules = [backupRule("P1D", 4)];
    const impact = await own.call<Impact>(token, { policyId: own.output("daily", "policyId"), rules });
    const held = impact.points.find(({ recoveryPointId }) => recoveryPointId === SnapshotId);
    expect(held).to.include({ fate: "KEPT", reason: "held by an override for ever", rule: "A-38" });
    expect(held).not.to.have.property("newExpireTime");
  });

  it("says nothing of a policy that protects nothing", async () => {
    const rules = [backupRule("P1D", 4)];
    const impact = await estate.call<Impact>(token, { policyId: estate.output("short", "policyId"), rules });
    expect([impact.total, impact.summary]).to.deep.equal([0, ""]);
  });

  it("refuses what can't be asked", async () => {
    const rules = [backupRule("P1D", 4)];
    const protectionId = estate.output("db-protection", "protectionId");
    expect(await estate.refusal(token, { policyId, rules, protectionId })).to.include("exclude each other");
    expect(await estate.refusal(token, { policyId })).to.include("one of rules, protectionId, instanceId or groupId");
    expect(await estate.refusal(token, { policyId: "po-none", rules })).to.include("policyId: EntityNotExist.Policy");
    expect(await estate.refusal(token, { policyId, rules: [backupRule("PT1M", 4)] })).to.include("schedule");
    const standard = estate.output("standard", "policyId");
    expect(await estate.refusal(token, { policyId: standard, protectionId })).to.include("STANDARD");
  });
});

describe("recoveryservices:getRecoveryPointImpact", () => {
  const vaultToken = "recoveryservices:getRecoveryPointImpact";
  const keeping = (count: number) => ({ dailySchedule: { retentionDuration: { count } } });
  let estate: Estate;
  let policyId: string;

  before(async () => {
    const vault = { roleAssignments: [{ principalId: "reader", roleDefinitionName: "Backup Reader" }] };
    estate = await protectedVm({ vault });
    await estate
      .declare("other", "recoveryservices:ProtectionPolicy", {
        vaultId: new Reference("vault", "vaultId"),
        policyType: "V2",
        policyName: "other",
        schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
        retentionPolicy: keeping(60),
      })
      .up();
    await estate.engine.advance(20 * day);
    policyId = estate.output("policy", "policyId");
  });

  it("tells what another retention would do, and does nothing", async () => {
    const asIs = await estate.engine.export();
    const impact = await estate.call<Impact>(vaultToken, { policyId, retentionPolicy: keeping(7) });
    expect([impact.total, impact.pruned, impact.shortened]).to.deep.equal([20, 13, 7]);
    expect(impact.summary).to.match(/^daily 30 → 7 days prunes 13 of 20 recovery points on 1 machine \(web: 13\)/);
    expect(impact.machines[0]?.machineId).to.equal(estate.output("vm", "vmId"));
    expect(impact.points[0]?.machineId).to.equal(estate.output("vm", "vmId"));
    expect(impact.points[0]).to.include({ fate: "SHORTENED", rule: "Z-27", reason: "within 7 days" });
    expect(await estate.engine.export()).to.equal(asIs);
  });

  it("tells what another policy would do to one item", async () => {
    const itemId = estate.output("item", "itemId");
    const impact = await estate.call<Impact>(vaultToken, { policyId: estate.output("other", "policyId"), itemId });
    expect([impact.total, impact.extended]).to.deep.equal([20, 20]);
    expect(impact.summary).to.match(/→ other extends all 20 recovery points/);
  });

  it("is for readers of the vault, and refuses what can't be asked", async () => {
    const itemId = estate.output("item", "itemId");
    const retentionPolicy = keeping(7);
    expect(await estate.refusal(vaultToken, { policyId, itemId, retentionPolicy })).to.include("exclude each other");
    expect(await estate.refusal(vaultToken, { policyId, retentionPolicy: keeping(3) })).to.include("7 to 9999");
    const stranger = await estate.as({ caller: "stranger" }).refusal(vaultToken, { policyId, retentionPolicy });
    expect(stranger).to.include("AuthorizationFailed");
    const reader = estate.as({ caller: "reader" });
    expect(await reader.call<Impact>(vaultToken, { policyId, retentionPolicy })).to.include({ total: 20 });
  });

  it("is what the list of points shows once it is done, before the clock moves", async () => {
    await estate
      .declare("policy", "recoveryservices:ProtectionPolicy", {
        vaultId: new Reference("vault", "vaultId"),
        policyType: "V2",
        schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
        retentionPolicy: keeping(7),
      })
      .up();
    const vaultId = estate.output("vault", "vaultId");
    for (const limit of [100, 3]) {
      const list = await estate.call<{ recoveryPoints: readonly object[]; total: number }>(
        "recoveryservices:getRecoveryPoints",
        { vaultId, limit },
      );
      expect([list.recoveryPoints.length, list.total]).to.deep.equal([Math.min(7, limit), 7]);
    }
  });
});
