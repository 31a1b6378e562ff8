import { mysql } from "./cli";

export const trust = JSON.stringify({
  Version: "1",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } }],
});
export const untrusting = JSON.stringify({
  Version: "1",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["fc.aliyuncs.com"] } }],
});
export const grants = JSON.stringify({ Version: "1", Statement: { Effect: "Allow", Action: "ecs:*", Resource: "*" } });
export const others = JSON.stringify({ Version: "1", Statement: { Effect: "Allow", Action: "oss:*", Resource: "*" } });
export const daily = JSON.stringify([{ RuleType: "BACKUP", Schedule: "I|1767225600|P1D", Retention: 7 }]);
export const weekly = JSON.stringify([{ RuleType: "BACKUP", Schedule: "I|1767225600|P7D", Retention: 30 }]);
export const one = { InstanceIds: JSON.stringify([mysql]) };
export const machine = { InstanceId: mysql };
export const sh = (CommandContent: string, InstanceId = mysql) => ({ InstanceId, CommandContent });
export const script = { Name: "prescript.sh", TargetDir: "/tmp", Content: "sync", InstanceId: mysql };
export const scripts = "Instances.Instance.0.scripts";
export const attached = { RamRoleName: "Snap", ...one };
export const grant = { PolicyType: "Custom", PolicyName: "P", RoleName: "Snap" };
export const bound = { PolicyId: "{PolicyId}", SourceType: "UDM_ECS", DataSourceId: mysql };
export const hbr = { SourceType: "UDM_ECS" };

/** A machine where there is no Policy Center, with its tags. */
export const plan = "i-riyadh";
const schedules = JSON.stringify([{ Schedule: "I|1767225600|P1D" }]);
export const newPlan = { PlanName: "nightly", InstanceId: plan, Retention: "7", Rule: schedules };
export const cacheDisk = "d-bp1cachesystem00001";
export const riyadh = [
  {
    Instances: {
      Instance: [
        {
          InstanceId: plan,
          RegionId: "me-central-1",
          ZoneId: "me-central-1a",
          OSName: "Ubuntu  22.04 64 bit",
          Status: "Running",
          Tags: { Tag: [{ TagKey: "backup", TagValue: "daily" }] },
        },
      ],
    },
  },
  {
    Disks: {
      Disk: [
        {
          DiskId: "d-riyadh",
          InstanceId: plan,
          Type: "system",
          Category: "cloud_essd",
          Size: 40,
          Encrypted: true,
          AutoSnapshotPolicyId: "sp-1",
        },
      ],
    },
  },
  {
    Keys: {
      Key: [
        { KeyId: "key-known", RegionId: "cn-beijing", KeyState: "Enabled", granted: true },
        { KeyId: "key-unknown", RegionId: "cn-beijing" },
      ],
    },
  },
] as const;

/** A filter of a list. */
export function filters(Key: string, ...Values: readonly string[]): { readonly Filters: string } {
  return { Filters: JSON.stringify([{ Key, Values }]) };
}

/** The detail of a manual job or plan that is copied to a region. */
export function copyTo(destinationRegionId: string, more: object = {}): { readonly Detail: string } {
  return { Detail: JSON.stringify({ doCopy: true, destinationRegionId, ...more }) };
}

/** What a restore says about the machine that it makes. */
export const newMachine = JSON.stringify({
  diskCategory: "cloud_essd",
  instanceType: "ecs.g7.large",
  restoredNetwork: "vsw-1",
  securityGroup: "sg-1",
  restoredName: "again",
  restoredHostName: "again",
});
