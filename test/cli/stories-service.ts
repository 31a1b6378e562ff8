import { cache, mysql } from "./cli";
import { bound, copyTo, daily, hbr, machine, riyadh } from "./parameters";
import { gives, refused, type Story } from "./story";

const backUp = { ...hbr, InstanceId: cache, Retention: "5" };
const key = { KeyId: "{KeyId}" };
const copies = { ...hbr, UdmRegionId: "cn-beijing" };
const replicated = JSON.stringify([
  ...JSON.parse(daily),
  { RuleType: "REPLICATION", ReplicationRegionId: "cn-beijing" },
]);
const encryptedWith = (DestinationKmsKeyId: string) => JSON.stringify({ UdmDetail: { DestinationKmsKeyId } });

/** The account, its keys, and what goes wrong in the cloud itself. */
export const serviceStories: readonly Story[] = [
  {
    title: "an account without Cloud Backup, and the role of the first binding",
    rows: [
      ["OpenHbrService", {}, refused("Engine.ServiceState")],
      ["closeHbrService", {}, "done"],
      ["closeHbrService", {}, refused("Engine.ServiceState")],
      ["CreateBackupJob", backUp, refused("Engine.ServiceNotActivated")],
      ["OpenHbrService", {}, "done"],
      ["CheckRole", {}, refused("EntityNotExist.Role")],
      ["CreatePolicyV2", { PolicyName: "daily", Rules: daily }, "done"],
      ["CreatePolicyBindings", { PolicyId: "{PolicyId}", "PolicyBindingList.1.DataSourceId": mysql }, "done"],
      ["CheckRole", { CheckRoleType: "UdmRole" }, gives("RoleName", "AliyunServiceRoleForHbrEcsBackup")],
      ["DescribeRegions", {}, gives("Regions.Region.0.appConsistent", true)],
      ["DescribeRegions", { regionId: "cn-atlantis" }, refused("InvalidRegionId.NotFound")],
    ],
  },
  {
    title: "keys of copies",
    inventory: riyadh,
    rows: [
      ["ListKeys", {}, gives("TotalCount", 2)],
      ["ListKeys", { PageNumber: "one" }, refused("InvalidParameter.PageNumber")],
      ["ListKeys", { RegionId: "cn-beijing" }, gives("Keys.Key.1.KeyState", undefined)],
      ["CreateKey", { RegionId: "cn-atlantis" }, refused("InvalidRegionId.NotFound")],
      ["CreateKey", { RegionId: "cn-beijing" }, "done"],
      ["CreateBackupJob", { ...backUp, Detail: '{"destinationKmsKeyId":"key-known"}' }, refused("InvalidParameter")],
      [
        "CreateBackupJob",
        {
          ...backUp,
          Detail: '{"doCopy":true,"destinationRegionId":"cn-beijing","destinationKmsKeyId":"key-unknown"}',
        },
        "done",
      ],
      ["advance", { seconds: "600" }, "done"],
      ["DescribeUdmSnapshots", copies, gives("UdmSnapshots.0.Status", "FAILED")],
      ["CreatePolicyV2", { PolicyName: "copied", Rules: replicated }, "done"],
      [
        "CreatePolicyBindings",
        {
          PolicyId: "{PolicyId}",
          "PolicyBindingList.1.DataSourceId": mysql,
          "PolicyBindingList.1.AdvancedOptions.UdmDetail.DestinationKmsKeyId": "{KeyId}",
        },
        "done",
      ],
      ["advance", { seconds: "86400" }, gives("failedCopies", 1)],
      ["CreateGrant", key, "done"],
      ["CreateGrant", { KeyId: "key-none" }, refused("Forbidden.KeyNotFound")],
      ["DisableKey", key, "done"],
      ["DisableKey", { KeyId: "key-none" }, refused("Forbidden.KeyNotFound")],
      ["advance", { seconds: "86400" }, gives("failedCopies", 1)],
      ["UpdatePolicyBinding", { ...bound, AdvancedOptions: encryptedWith("key-known") }, "done"],
      ["UpdatePolicyBinding", { ...bound, AdvancedOptions: encryptedWith("{KeyId}") }, "done"],
      ["EnableKey", key, "done"],
      ["EnableKey", { KeyId: "key-none" }, refused("Forbidden.KeyNotFound")],
      ["advance", { seconds: "86400" }, gives("copied", 1)],
      ["UpdatePolicyBinding", { ...bound, AdvancedOptions: encryptedWith("key-known") }, refused("Engine.KeyInUse")],
      ["UpdatePolicyBinding", { ...bound, AdvancedOptions: encryptedWith("") }, refused("Engine.KeyInUse")],
      ["UpdatePolicyBinding", { ...bound, Disabled: "true" }, "done"],
    ],
  },
  {
    title: "faults come and go; the engine's own operations are never throttled",
    rows: [
      ["clearFault", { kind: "THROTTLING" }, refused("Engine.NoFault")],
      ["setFault", { kind: "EARTHQUAKE", seconds: "60" }, refused("InvalidParameter.kind")],
      ["setFault", { kind: "THROTTLING", seconds: "0" }, refused("InvalidParameter.seconds")],
      ["setFault", { kind: "THROTTLING", regionId: "cn-beijing", seconds: "9" }, refused("InvalidParameter.regionId")],
      ["setFault", { kind: "THROTTLING", seconds: "3600" }, "done"],
      ["StopInstance", machine, refused("Throttling.User")],
      ["DescribeInstances", {}, refused("Throttling.User")],
      ["clearFault", { kind: "THROTTLING" }, "done"],
      ["StopInstance", machine, "done"],
      // A request is tried again for a while before it fails.
      ["setFault", { kind: "THROTTLING", seconds: "20" }, "done"],
      ["StartInstance", machine, "done"],
      ["advance", { seconds: "60" }, "done"],
      ["setFault", { kind: "METADATA_SYNC", regionId: "cn-beijing", seconds: "3600" }, "done"],
      ["CreateBackupJob", { ...backUp, ...copyTo("cn-beijing") }, "done"],
      ["advance", { seconds: "600" }, "done"],
      ["DescribeUdmSnapshots", copies, gives("UdmSnapshots.0.Status", "FAILED")],
      ["DescribeUdmSnapshots", { ...hbr, InstanceId: cache }, gives("UdmSnapshots.0.Status", "COMPLETE")],
    ],
  },
];
