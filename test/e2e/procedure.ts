import { asset, type CustomResourceOptions, output } from "@pulumi/pulumi";
import { callFunction, type Declared, declare } from "../support/declare";

/** A variation of the procedure: inputs that are laid over those of the resource of this name. */
export type Variation = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export const trust = {
  Version: "1",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } }],
};

export const snapshotActions = {
  Version: "1",
  Statement: [
    {
      Effect: "Allow",
      Action: ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:TagResources", "ecs:DescribeDisks"],
      Resource: "*",
    },
  ],
};

/** Scripts of which the provider has nothing to say. */
export const freeze = "#!/bin/sh\nlogger freeze\ntimeout 10 sync\n";
export const thaw = "#!/bin/sh\nexit 0\n";
export const schedule = "I|1767225600|P1D";

/** A machine of the inventory, as application-consistent backup wants it. */
export const inventoryMachine = "i-inventorydb";

/** Another one of the inventory, which the procedure leaves alone. */
export const spareMachine = "i-inventoryspare";

const [machines, disks] = [inventoryMachine, spareMachine].reduce<[object[], object[]]>(
  ([instances, attached], id) => [
    [
      ...instances,
      {
        InstanceId: id,
        RegionId: "cn-hangzhou",
        ZoneId: "cn-hangzhou-h",
        OSName: "CentOS 7.9 64 bit",
        OSType: "linux",
        Status: "Running",
        cloudAssistant: { installed: true, running: true },
        ramRoleName: null,
      },
    ],
    [
      ...attached,
      { DiskId: `d-${id}`, InstanceId: id, Type: "system", Category: "cloud_essd", Size: 40, fileSystem: "xfs" },
    ],
  ],
  [[], []],
);

export const inventory = JSON.stringify({ Instances: { Instance: machines }, Disks: { Disk: disks } });

/**
 * The whole procedure for two machines, one of the program and one of the inventory: every resource and function of
 * the registry, each taking what it rests on as data.
 */
export function procedure(variation: Variation = {}, options: Readonly<Record<string, CustomResourceOptions>> = {}) {
  return async (): Promise<Record<string, unknown>> => {
    const vary = (type: string, name: string, inputs: Readonly<Record<string, unknown>>): Declared =>
      declare(type, name, { ...inputs, ...variation[name] }, options[name]);
    const role = vary("ram:Role", "role", { roleName: "AppSnapshotRole", assumeRolePolicyDocument: trust });
    const ramPolicy = vary("ram:Policy", "grants", { policyDocument: JSON.stringify(snapshotActions) });
    const granted = vary("ram:RolePolicyAttachment", "granted", {
      policyName: ramPolicy.get("policyName"),
      roleName: role.get("roleName"),
    });
    const machine = vary("ecs:Instance", "app", { instanceName: "app" });
    const disk = vary("ecs:Disk", "data", { instanceId: machine.get("instanceId"), sizeGiB: 100, fileSystem: "xfs" });
    const machines = [disk.get("instanceId"), inventoryMachine];
    const attached = vary("ecs:RamRoleAttachment", "attached", {
      ramRoleName: granted.get("roleName"),
      instanceIds: machines,
    });
    const scripts = vary("ecs:ScriptDeployment", "scripts", {
      instanceIds: machines,
      preScript: { content: freeze },
      postScript: { source: new asset.StringAsset(thaw) },
    });
    const daily = vary("hbr:Policy", "daily", { rules: [{ ruleType: "BACKUP", schedule, retention: 30 }] });
    const weekly = vary("hbr:Policy", "weekly", {
      rules: [{ ruleType: "BACKUP", schedule: "C|1767225600|0 0 2 ? * 1", retention: 90 }],
    });
    const consistent = {
      appConsistent: true,
      ramRoleName: attached.get("ramRoleName"),
      scriptDeploymentId: scripts.id,
    };
    const protection = vary("hbr:InstanceProtection", "protected-app", {
      ...consistent,
      instanceId: disk.get("instanceId"),
      policyId: daily.get("policyId"),
    });
    const other = vary("hbr:InstanceProtection", "protected-db", {
      ...consistent,
      instanceId: inventoryMachine,
      policyId: weekly.get("policyId"),
    });
    const backup = vary("hbr:Backup", "before-release", {
      ...consistent,
      instanceId: protection.get("instanceId"),
      retention: { value: 7, unit: "DAY" },
    });
    const longer = vary("hbr:RetentionOverride", "longer", {
      target: { recoveryPointId: backup.get("recoveryPointId") },
      retentionDays: 20,
    });
    const explained = output([protection.get("instanceId"), other.id, longer.id]).apply(([instanceId]) =>
      callFunction("hbr:getConsistency", { instanceId }),
    );
    return { explained };
  };
}
