import { removePlan } from "../../provider/engine/alibaba/backup-plan";
import { removeGroup } from "../../provider/engine/alibaba/consistency-group";
import { detachInstanceRole, releaseMachine, removeDisk } from "../../provider/engine/alibaba/machine";
import { removeManualBackup } from "../../provider/engine/alibaba/manual-backup";
import { deletePolicy } from "../../provider/engine/alibaba/policy";
import { removeProtection } from "../../provider/engine/alibaba/protection";
import { deleteRamPolicy, deleteRole, detachPolicyFromRole } from "../../provider/engine/alibaba/ram";
import { removeRestore } from "../../provider/engine/alibaba/restore";
import { removeOverride } from "../../provider/engine/alibaba/retention-override";
import { removeDeployment } from "../../provider/engine/alibaba/script";
import { declare, type Life, of } from "./life";

const statement = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } };
const trust = { Version: "1", Statement: [statement] };
const actions = (action: string) => ({ Version: "1", Statement: [{ Effect: "Allow", Action: action, Resource: "*" }] });
const rules = (retention: number) => [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention }];

const machine = declare("machine", "ecs:Instance", { instanceName: "machine" });
const other = declare("other", "ecs:Instance", { instanceName: "other" });
const role = declare("role", "ram:Role", { roleName: "Role", assumeRolePolicyDocument: trust });
const ramPolicy = declare("actions", "ram:Policy", { policyName: "Actions", policyDocument: actions("ecs:*") });
const policy = declare("policy", "hbr:Policy", { rules: rules(30) });
const weekly = declare("weekly", "hbr:Policy", { rules: rules(90) });
const backup = declare("backup", "hbr:Backup", { instanceId: of("machine", "instanceId"), retention: { value: 1 } });
const another = declare("another", "hbr:Backup", { instanceId: of("machine", "instanceId"), retention: { value: 2 } });
const machineId = of("machine", "instanceId");
const otherId = of("other", "instanceId");
const away = declare("away", "ecs:Instance", { instanceName: "away", regionId: "me-central-1" });
const yonder = declare("yonder", "ecs:Instance", { instanceName: "yonder", regionId: "me-central-1" });
const group = declare("group", "hbr:ConsistencyGroup", { instanceIds: [machineId, otherId] });
const lone = declare("lone", "hbr:ConsistencyGroup", { instanceIds: [machineId] });
const grouped = declare("grouped", "hbr:Backup", { groupId: of("group", "groupId"), retention: { value: 3 } });
const schedules = [{ schedule: "I|1767225600|P1D" }];
const target = {
  instanceType: "ecs.g7.large",
  restoredNetwork: "vsw-1",
  securityGroup: "sg-1",
  restoredName: "again",
  restoredHostName: "again",
};

export const alibabaLives: Readonly<Record<string, Life>> = {
  "ecs:Disk": {
    needs: [machine],
    inputs: { instanceId: machineId, sizeGiB: 20 },
    update: { instanceId: machineId, sizeGiB: 30 },
    replace: { instanceId: machineId, sizeGiB: 20, category: "cloud_ssd" },
    lose: (context, id) => removeDisk(context, id),
  },
  "ecs:Instance": {
    needs: [],
    inputs: { osName: "CentOS  7.9 64 bit" },
    update: { osName: "Ubuntu  22.04 64 bit", status: "Stopped" },
    replace: { osName: "CentOS  7.9 64 bit", zoneId: "cn-hangzhou-b" },
    lose: (context, id) => releaseMachine(context, id),
  },
  "ecs:RamRoleAttachment": {
    needs: [role, machine, other],
    inputs: { ramRoleName: of("role", "roleName"), instanceIds: [machineId] },
    update: { ramRoleName: of("role", "roleName"), instanceIds: [of("other", "instanceId"), machineId] },
    replace: undefined,
    lose: async (context) => {
      const machines = await context.store.find("machine");
      await detachInstanceRole(context, { ramRoleName: "Role", instanceIds: machines.map(({ id }) => id) });
    },
  },
  "ecs:ScriptDeployment": {
    needs: [machine],
    inputs: { instanceIds: [machineId], preScript: { content: "freeze" }, postScript: { content: "thaw" } },
    update: {
      instanceIds: [machineId],
      preScript: { content: "hold" },
      postScript: { content: "thaw", path: "/opt/t" },
    },
    replace: undefined,
    lose: (context, id) => removeDeployment(context, id),
  },
  "hbr:Backup": {
    needs: [machine, other],
    inputs: { instanceId: machineId, retention: { value: 7 } },
    update: { instanceId: machineId, retention: { value: 1, unit: "YEAR" } },
    replace: { instanceId: of("other", "instanceId"), retention: { value: 7 } },
    lose: (context, jobId) => removeManualBackup(context, { jobId, deletePoint: true }),
  },
  "hbr:Backup of a group with copies": {
    type: "hbr:Backup",
    needs: [machine, other, group, lone],
    inputs: {
      groupId: of("group", "groupId"),
      retention: { value: 7 },
      doCopy: true,
      destinationRegionId: "cn-shanghai",
      destinationRetention: { value: 1, unit: "MONTH" },
      replicationEncryption: { mode: "KMS", kmsKeyId: "key-1" },
    },
    update: {
      groupId: of("group", "groupId"),
      retention: { value: 1, unit: "YEAR" },
      doCopy: true,
      destinationRegionId: "cn-shanghai",
      destinationRetention: { value: 1, unit: "MONTH" },
      replicationEncryption: { mode: "KMS", kmsKeyId: "key-1" },
    },
    replace: { groupId: of("lone", "groupId"), retention: { value: 7 } },
    lose: (context, jobId) => removeManualBackup(context, { jobId, deletePoint: true }),
  },
  "hbr:BackupPlan": {
    needs: [away, yonder],
    inputs: { instanceId: of("away", "instanceId"), rules: schedules, retention: 30 },
    update: {
      instanceId: of("away", "instanceId"),
      rules: [{ schedule: "C|1767225600|0 0 2 ? * 3,5,7" }, ...schedules],
      retention: 60,
      doCopy: true,
      destinationRegionId: "eu-central-1",
      disabled: true,
    },
    replace: { instanceId: of("yonder", "instanceId"), rules: schedules, retention: 30 },
    lose: (context, id) => removePlan(context, { id, deletePoints: false }),
  },
  "hbr:Clone": {
    needs: [machine, other],
    inputs: { instanceId: machineId, ...target },
    update: undefined,
    replace: { instanceId: otherId, ...target, bootAfterRestore: true },
    lose: (context, id) => removeRestore(context, { id, deleteMade: true }),
  },
  "hbr:Clone of a group": {
    type: "hbr:Clone",
    needs: [machine, other, group, lone],
    inputs: { groupId: of("group", "groupId"), ...target, onDestroy: "retain" },
    update: { groupId: of("group", "groupId"), ...target, onDestroy: "delete" },
    replace: { groupId: of("lone", "groupId"), ...target },
    lose: (context, id) => removeRestore(context, { id, deleteMade: true }),
  },
  "hbr:ConsistencyGroup": {
    needs: [machine, other],
    inputs: { instanceIds: [machineId] },
    update: { instanceIds: [otherId, machineId], groupName: "both" },
    replace: undefined,
    lose: (context, id) => removeGroup(context, id),
  },
  "hbr:InstanceProtection of a group": {
    type: "hbr:InstanceProtection",
    needs: [machine, other, group, lone, policy, weekly],
    inputs: { groupId: of("group", "groupId"), policyId: of("policy", "policyId") },
    update: {
      groupId: of("group", "groupId"),
      policyId: of("weekly", "policyId"),
      excludeDiskIdList: [of("other", "systemDiskId")],
      snapshotGroup: true,
    },
    replace: { groupId: of("lone", "groupId"), policyId: of("policy", "policyId") },
    lose: (context, id) => removeProtection(context, { id, deletePoints: false }),
  },
  "hbr:Restore": {
    needs: [machine, backup, another],
    inputs: { recoveryPointId: of("backup", "recoveryPointId"), ...target },
    update: { recoveryPointId: of("backup", "recoveryPointId"), ...target, onDestroy: "delete" },
    replace: { recoveryPointId: of("another", "recoveryPointId"), ...target },
    lose: (context, id) => removeRestore(context, { id, deleteMade: true }),
  },
  "hbr:Restore of a group": {
    type: "hbr:Restore",
    needs: [machine, other, group, grouped],
    inputs: { recoveryPointId: of("grouped", "recoveryPointId"), ...target },
    update: undefined,
    replace: { recoveryPointId: of("grouped", "recoveryPointId"), ...target, diskPerformanceLevel: "PL2" },
    lose: (context, id) => removeRestore(context, { id, deleteMade: true }),
  },
  "hbr:Restore of a disk": {
    type: "hbr:Restore",
    needs: [machine, other, backup],
    inputs: {
      restoreType: "UDM_ECS_DISK",
      recoveryPointId: of("backup", "recoveryPointId"),
      targetInstanceId: otherId,
    },
    update: undefined,
    replace: {
      restoreType: "UDM_ECS_DISK_ROLLBACK",
      recoveryPointId: of("backup", "recoveryPointId"),
      sourceInstanceId: machineId,
      forceRestore: true,
    },
    lose: (context, id) => removeRestore(context, { id, deleteMade: true }),
  },
  "hbr:RetentionOverride of a group": {
    type: "hbr:RetentionOverride",
    needs: [machine, other, group, grouped],
    inputs: {
      target: { select: { groupId: of("group", "groupId"), latest: true } },
      dimension: "GROUP",
      retentionDays: 90,
    },
    update: {
      target: { select: { groupId: of("group", "groupId"), latest: true } },
      dimension: "GROUP",
      neverExpire: true,
    },
    replace: { target: { recoveryPointId: of("grouped", "recoveryPointId") }, dimension: "DISK", neverExpire: true },
    lose: (context, id) => removeOverride(context, id),
  },
  "hbr:Policy with every rule": {
    type: "hbr:Policy",
    needs: [],
    inputs: {
      rules: [
        { ruleType: "BACKUP", schedule: "I|1767225600|P1D" },
        {
          ruleType: "TRANSITION",
          retention: 120,
          archiveDays: 30,
          retentionRules: [
            { advancedRetentionType: "YEARLY", retention: 730 },
            { advancedRetentionType: "WEEKLY", retention: 200, whichSnapshot: 1 },
          ],
        },
        { ruleType: "REPLICATION", replicationRegionId: "cn-shanghai", retention: 30 },
        { ruleType: "SECURITY", immutable: true },
        {
          ruleType: "TAG",
          tagFilters: [{ key: "backup", value: "daily" }],
          dataSourceFilters: [{ sourceType: "UDM_ECS" }],
        },
      ],
    },
    update: {
      rules: [
        { ruleType: "TAG", tagFilters: [{ key: "backup", operator: "NOT", value: "never" }] },
        { ruleType: "BACKUP", schedule: "C|1767225600|0 0 2 ? * 3,5,7", retention: 30 },
        { ruleType: "SECURITY", immutable: false },
      ],
    },
    replace: undefined,
    lose: (context, id) => deletePolicy(context, id),
  },
  "hbr:InstanceProtection": {
    needs: [machine, other, policy, weekly],
    inputs: { instanceId: machineId, policyId: of("policy", "policyId") },
    update: {
      instanceId: machineId,
      policyId: of("weekly", "policyId"),
      diskIdList: [of("machine", "systemDiskId")],
      allDisks: false,
      preScriptPath: "/opt/pre.sh",
      timeoutInSeconds: 60,
    },
    replace: { instanceId: of("other", "instanceId"), policyId: of("policy", "policyId") },
    lose: (context, id) => removeProtection(context, { id, deletePoints: false }),
  },
  "hbr:Policy": {
    needs: [],
    inputs: { rules: rules(7) },
    update: { rules: rules(14), policyDescription: "two weeks" },
    replace: { rules: rules(7), policyType: "STANDARD" },
    lose: (context, id) => deletePolicy(context, id),
  },
  "hbr:RetentionOverride": {
    needs: [machine, backup, another],
    inputs: { target: { recoveryPointId: of("backup", "recoveryPointId") }, retentionDays: 90 },
    update: { target: { recoveryPointId: of("backup", "recoveryPointId") }, neverExpire: true },
    replace: { target: { recoveryPointId: of("another", "recoveryPointId") }, retentionDays: 90 },
    lose: (context, id) => removeOverride(context, id),
  },
  "ram:Policy": {
    needs: [],
    inputs: { policyName: "Own", policyDocument: actions("ecs:*") },
    update: { policyName: "Own", policyDocument: JSON.stringify(actions("ecs:Describe*")), description: "less" },
    replace: { policyDocument: actions("ecs:*"), policyName: "Named" },
    lose: (context, id) => deleteRamPolicy(context, id),
  },
  "ram:Role": {
    needs: [],
    inputs: { roleName: "Own", assumeRolePolicyDocument: trust },
    update: { roleName: "Own", assumeRolePolicyDocument: trust, maxSessionDuration: 7200, tags: { team: "db" } },
    replace: { assumeRolePolicyDocument: trust, roleName: "Named" },
    lose: (context, id) => deleteRole(context, id),
  },
  "ram:RolePolicyAttachment": {
    needs: [role, ramPolicy, declare("reader", "ram:Policy", { policyDocument: actions("ecs:Describe*") })],
    inputs: { policyName: of("actions", "policyName"), roleName: of("role", "roleName") },
    update: undefined,
    replace: { policyName: of("reader", "policyName"), roleName: of("role", "roleName") },
    lose: (context) => detachPolicyFromRole(context, { policyType: "Custom", policyName: "Actions", roleName: "Role" }),
  },
};
