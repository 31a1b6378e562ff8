import { cache, mysql } from "./cli";
import { cacheDisk, hbr } from "./parameters";
import { gives, refused, type Story } from "./story";

const snapshot = { SnapshotId: "{SnapshotId}" };
const own = { SnapshotId: "{PointId}-0" };
const backUp = { ...hbr, InstanceId: cache, Retention: "1" };
const disks = { diskIds: cacheDisk };

/** Snapshots as ECS sees them, Cloud Backup's and others. */
export const snapshotStories: readonly Story[] = [
  {
    title: "snapshots that ECS takes keep the disk busy",
    rows: [
      ["CreateSnapshot", { DiskId: "d-none" }, refused("InvalidDiskId.NotFound")],
      ["CreateSnapshot", { DiskId: cacheDisk, RetentionDays: "0" }, refused("InvalidRetentionDays.Malformed")],
      ["CreateSnapshot", { DiskId: cacheDisk, RetentionDays: "3" }, "done"],
      ["CreateSnapshot", { DiskId: cacheDisk }, refused("IncorrectDiskStatus.CreatingSnapshot")],
      ["CreateBackupJob", backUp, refused("IncorrectDiskStatus.CreatingSnapshot")],
      ["CreateDisk", { ...snapshot, InstanceId: cache }, refused("Engine.SnapshotNotReady")],
      ["CreateImage", snapshot, refused("Engine.SnapshotNotReady")],
      ["DescribeSnapshots", {}, gives("Snapshots.Snapshot.0.Status", "progressing")],
      ["DescribeSnapshots", { PageSize: "many" }, refused("InvalidParameter.PageSize")],
      ["advance", { seconds: "93" }, "done"],
      ["DescribeSnapshots", { SnapshotIds: "{SnapshotId}" }, gives("Snapshots.Snapshot.0.Status", "accomplished")],
      ["DescribeSnapshots", { DiskId: cacheDisk }, gives("Snapshots.Snapshot.0.RetentionDays", 3)],
      ["DescribeSnapshots", { RegionId: "cn-beijing" }, gives("TotalCount", 0)],
      ["ModifySnapshotAttribute", { ...snapshot, RetentionDays: "2" }, refused("InvalidRetentionDays.Malformed")],
      ["ModifySnapshotAttribute", { SnapshotId: "s-none", RetentionDays: "2" }, refused("InvalidSnapshotId.NotFound")],
      ["ModifySnapshotAttribute", { ...snapshot, RetentionDays: "4" }, "done"],
      ["DescribeSnapshots", {}, gives("Snapshots.Snapshot.0.ExpireTime", "2026-01-05T00:00:00Z")],
      ["CreateDisk", { ...snapshot, InstanceId: mysql, DiskCategory: "cloud_ssd" }, "done"],
      ["DescribeDisks", { DiskIds: "{DiskId}" }, gives("Disks.Disk.0.Category", "cloud_ssd")],
      ["DescribeSnapshots", {}, gives("Snapshots.Snapshot.0.Usage", "disk")],
      ["DeleteSnapshot", snapshot, refused("SnapshotCreatedDisk")],
      ["CreateImage", snapshot, "done"],
      ["DeleteSnapshot", snapshot, refused("SnapshotCreatedImage")],
      ["DeleteSnapshot", { ...snapshot, Force: "true" }, "done"],
      ["DescribeSnapshots", {}, gives("TotalCount", 0)],
    ],
  },
  {
    title: "Cloud Backup's snapshots end with their point, but for those that were used",
    rows: [
      ["CreateBackupJob", backUp, "done"],
      ["CreateSnapshot", { DiskId: cacheDisk }, refused("IncorrectDiskStatus.CreatingSnapshot")],
      ["advance", { seconds: "600" }, "done"],
      ["DescribeSnapshots", { InstanceId: cache }, gives("Snapshots.Snapshot.0.CreationMethod", "Cloud Backup")],
      ["DescribeSnapshots", { InstanceId: cache }, gives("Snapshots.Snapshot.0.RetentionDays", undefined)],
      ["shareSnapshot", { ...own, accountId: "42" }, "done"],
      ["DescribeSnapshots", { InstanceId: cache }, gives("Snapshots.Snapshot.0.sharedWith", ["42"])],
      ["shareSnapshot", { SnapshotId: "s-none", accountId: "42" }, refused("InvalidSnapshotId.NotFound")],
      ["CreateBackupJob", { ...backUp, InstanceId: mysql }, "done"],
      ["advance", { seconds: "7200" }, "done"],
      ["CreateDisk", { ...own, InstanceId: mysql }, "done"],
      ["DescribeSnapshots", {}, gives("TotalCount", 3)],
      ["advance", { seconds: "86400" }, "done"],
      ["DescribeUdmSnapshots", hbr, gives("TotalCount", 0)],
      ["DescribeSnapshots", {}, gives("TotalCount", 1)],
      ["DescribeSnapshots", {}, gives("Snapshots.Snapshot.0.SnapshotId", "{PointId}-0")],
    ],
  },
  {
    title: "the snapshot service beside Cloud Backup",
    rows: [
      ["ApplyAutoSnapshotPolicy", { ...disks, autoSnapshotPolicyId: "sp-1" }, "done"],
      ["DescribeDisks", { DiskIds: cacheDisk }, gives("Disks.Disk.0.AutoSnapshotPolicyId", "sp-1")],
      [
        "ApplyAutoSnapshotPolicy",
        { diskIds: "d-none", autoSnapshotPolicyId: "sp-1" },
        refused("InvalidDiskId.NotFound"),
      ],
      ["CancelAutoSnapshotPolicy", { diskIds: "d-none" }, refused("InvalidDiskId.NotFound")],
      ["CancelAutoSnapshotPolicy", disks, "done"],
      ["DescribeDisks", { DiskIds: cacheDisk }, gives("Disks.Disk.0.AutoSnapshotPolicyId", undefined)],
    ],
  },
];
