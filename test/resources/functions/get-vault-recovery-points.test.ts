import { expect } from "chai";
import { deletePoint } from "../../../provider/engine/azure/point-deletion";
import { day } from "./estate";
import { protectedVm } from "./vault-estate";

interface Disk {
  readonly lun: number;
  readonly sizeGiB?: number;
}

interface Point {
  readonly recoveryPointId: string;
  readonly itemId: string;
  readonly vaultId: string;
  readonly vmId: string;
  readonly jobId: string;
  readonly recoveryPointTime: string;
  readonly recoveryPointType: string;
  readonly level: string;
  readonly reasons: readonly { rule: string }[];
  readonly tier: string;
  readonly recoveryPointTierDetails: readonly { type: string; status: string }[];
  readonly ruleName: string;
  readonly expiryTime?: string;
  readonly snapshotExpiryTime: string;
  readonly isSoftDeleted: boolean;
  readonly isRestorable: boolean;
  readonly recoveryPointDiskConfiguration: {
    readonly numberOfDisksAttachedToVm: number;
    readonly includedDiskList: readonly Disk[];
    readonly excludedDiskList: readonly Disk[];
  };
}

interface Answer {
  readonly recoveryPoints: readonly Point[];
  readonly total: number;
}

const token = "recoveryservices:getRecoveryPoints";

describe("recoveryservices:getRecoveryPoints", () => {
  it("tells points newest first with their tiers at this moment", async () => {
    const estate = await protectedVm();
    await estate.engine.advance(4 * day + 2 * 3600 + 300);
    const vaultId = estate.output("vault", "vaultId");
    const { recoveryPoints, total } = await estate.call<Answer>(token, { vaultId });
    expect(recoveryPoints.map(({ recoveryPointTime, tier }) => `${recoveryPointTime} ${tier}`)).to.deep.equal([
      "2026-01-05T02:00:00Z Snapshot",
      "2026-01-04T02:00:00Z Snapshot and vault",
      "2026-01-03T02:00:00Z Vault",
      "2026-01-02T02:00:00Z Vault",
      "2026-01-01T02:00:00Z Vault",
    ]);
    expect(total).to.equal(5);
    const [, point] = recoveryPoints;
    expect(point).to.deep.include({
      vaultId,
      itemId: estate.output("item", "itemId"),
      vmId: estate.output("vm", "vmId"),
      recoveryPointType: "FileSystemConsistent",
      level: "FILE_SYSTEM",
      ruleName: "Daily",
      isRestorable: true,
      isSoftDeleted: false,
      recoveryPointTierDetails: [
        { type: "InstantRP", status: "Valid" },
        { type: "HardenedRP", status: "Valid" },
      ],
    });
    const jobs = await estate.call<{ jobs: readonly { jobId: string }[] }>("recoveryservices:getJobs", { vaultId });
    expect(jobs.jobs.map(({ jobId }) => jobId)).to.include(point?.jobId);
    expect(point?.recoveryPointDiskConfiguration.includedDiskList.map(({ lun }) => lun)).to.deep.equal([-1, 0]);
  });

  it("filters: item, machine, time, level and tier; the limit leaves the total", async () => {
    const estate = await protectedVm();
    await estate.engine.advance(4 * day);
    const vaultId = estate.output("vault", "vaultId");
    const rows = [
      [{ vaultId }, 4],
      [{ itemId: estate.output("item", "itemId").toUpperCase() }, 4],
      [{ vmId: estate.output("vm", "vmId") }, 4],
      [{ vaultId, createdAfter: "2026-01-02T02:00:00Z" }, 2],
      [{ vaultId, createdBefore: "2026-01-02T02:00:00Z" }, 1],
      [{ vaultId, level: "APPLICATION" }, 0],
      [{ vaultId, level: "FILE_SYSTEM" }, 4],
      [{ vaultId, tier: "ArchivedRP" }, 0],
      [{ vaultId, tier: "HardenedRP" }, 4],
      [{ vaultId, tier: "InstantRP" }, 2],
    ] as const;
    for (const [args, total] of rows) {
      const answer = await estate.call<Answer>(token, args);
      expect([answer.total, answer.recoveryPoints.length], JSON.stringify(args)).to.deep.equal([total, total]);
    }
    const newest = await estate.call<Answer>(token, { vaultId, limit: 1 });
    expect([newest.total, newest.recoveryPoints[0]?.recoveryPointTime]).to.deep.equal([4, "2026-01-04T02:00:00Z"]);
  });

  it("tells disks that were left out, and what an outsider deleted", async () => {
    const estate = await protectedVm({
      item: { diskExclusionProperties: { diskLunList: [0], isInclusionList: false } },
    });
    await estate.engine.advance(day);
    const vaultId = estate.output("vault", "vaultId");
    const [point] = (await estate.call<Answer>(token, { vaultId })).recoveryPoints;
    const disks = point?.recoveryPointDiskConfiguration;
    expect(disks?.numberOfDisksAttachedToVm).to.equal(2);
    expect(disks?.includedDiskList.map(({ lun }) => lun)).to.deep.equal([-1]);
    expect(disks?.excludedDiskList.map(({ lun, sizeGiB }) => [lun, sizeGiB])).to.deep.equal([[0, 64]]);
    await estate.engine.run(deletePoint, point?.recoveryPointId ?? "");
    const [damaged] = (await estate.call<Answer>(token, { vaultId })).recoveryPoints;
    expect(damaged?.isRestorable).to.equal(false);
    expect(damaged?.recoveryPointTierDetails[0]?.status).to.equal("Deleted");
  });

  it("refuses what isn't there, and more or less than one of what it is to look at", async () => {
    const estate = await protectedVm();
    const vaultId = estate.output("vault", "vaultId");
    const vmId = estate.output("vm", "vmId");
    const rows = [
      [{}, "vaultId: ", "give one of vaultId, itemId or vmId"],
      [{ vaultId, vmId }, "vmId: ", "vaultId and vmId exclude each other"],
      [{ vaultId: `${vaultId}2` }, "vaultId: ", "there is no Recovery Services vault"],
      [{ vmId: `${vmId}2` }, "vmId: ", "no vault protects"],
      [{ itemId: `${estate.output("item", "itemId")}2` }, "itemId: ", "there is no protected item"],
    ] as const;
    for (const [args, property, message] of rows) {
      const refusal = await estate.refusal(token, args);
      expect(refusal, JSON.stringify(args)).to.satisfy((text: string) => text.startsWith(property));
      expect(refusal).to.contain(message);
    }
  });

  it("takes a caller who may read the vault (Z-20)", async () => {
    const reader = { principalId: "auditor", roleDefinitionName: "Backup Reader" };
    const estate = await protectedVm({ vault: { roleAssignments: [reader] } });
    const vaultId = estate.output("vault", "vaultId");
    const vmId = estate.output("vm", "vmId");
    const wanted: readonly Record<string, string>[] = [{ vaultId }, { vmId }];
    for (const args of wanted) {
      for (const list of [token, "recoveryservices:getJobs"]) {
        await estate.as({ caller: "auditor" }).call<Answer>(list, args);
        expect(await estate.as({ caller: "stranger" }).refusal(list, args)).to.contain("stranger has no role on vault");
      }
    }
  });
});
