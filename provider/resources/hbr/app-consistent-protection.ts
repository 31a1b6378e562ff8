import { z } from "zod";
import { defineComponent } from "../../definition/component";
import { scriptDeploymentResource } from "../ecs/script-deployment";
import { ramPolicyResource } from "../ram/policy";
import { roleResource } from "../ram/role";
import { achievedLevel, settingsShape } from "../shared/consistency";
import { appConsistentChildren } from "./app-consistent-children";
import { appConsistentFindings } from "./app-consistent-rules";
import { instanceProtectionResource } from "./instance-protection";
import { policyResource } from "./policy";

const role = roleResource.inputs.shape;
const permissions = ramPolicyResource.inputs.shape;
const deployment = scriptDeploymentResource.inputs.shape;
const policy = policyResource.inputs.shape;
const protection = instanceProtectionResource.inputs.shape;

const disksByMachine = z.record(z.string(), z.array(z.string().min(1)).min(1)).default({});

const inputs = z.strictObject({
  instanceIds: z
    .array(z.string().min(1))
    .min(1)
    .meta({
      description:
        "The machines, 1 to 99 (A-49), each with a protection of its own (A-03). Adding one leaves the others as " +
        "they are. Source: seed 000, step 2.",
      set: true,
    }),
  ramRoleName: role.roleName.optional().meta({
    description:
      "Name of the RAM role that takes the snapshots (the document's AppSnapshotRoleName). Default: made from the " +
      "component's name, so that several components don't collide. Source: seed 000, step 1.2; RAM CreateRole.",
  }),
  ramPolicyName: permissions.policyName.optional().meta({
    description:
      "Name of the RAM policy that the role gets (the document's AppSnapshotPolicy). Default: made from the " +
      "component's name. Source: seed 000, step 1.3; RAM CreatePolicy.",
  }),
  preScript: deployment.preScript.optional().meta({
    description:
      "Linux: the script that freezes the application, for all machines; needs postScript too. Windows needs none. " +
      "Default: no scripts, which gives Linux machines FILE_SYSTEM at most (A-13, A-14). Source: seed 000, step 2.",
  }),
  postScript: deployment.postScript.optional().meta({
    description:
      "Linux: the script that thaws the application; it runs whenever the pre-script ran; needs preScript too " +
      "(A-13, A-14). Source: seed 000, step 2.",
  }),
  transport: deployment.transport,
  application: deployment.application,
  policyId: protection.policyId.optional().meta({
    description: "An existing policy, of type UDM_ECS_ONLY; either this or rules. Source: HBR CreatePolicyBindings.",
  }),
  policyName: policy.policyName.optional().meta({
    description:
      "Name of the policy that is made from rules. Default: made from the component's name. Source: HBR " +
      "CreatePolicyV2.",
  }),
  policyDescription: policy.policyDescription,
  rules: policy.rules.optional().meta({
    description:
      "The rules of a policy that is made for these machines; either this or policyId. Source: HBR " +
      "CreatePolicyV2.",
  }),
  diskIdLists: disksByMachine.meta({
    description:
      "By machine: the only disks to cover; disks attached later are not (A-22). Default: all disks of every " +
      "machine. Source: seed 000, step 2; HBR udmDetail.",
  }),
  excludeDiskIdLists: disksByMachine.meta({
    description:
      "By machine: disks to leave out; disks attached later are covered (A-22). Default: none. Source: HBR udmDetail.",
  }),
  enableFsFreeze: settingsShape.enableFsFreeze,
  enableWriters: settingsShape.enableWriters,
  timeoutInSeconds: settingsShape.timeoutInSeconds,
  replicationEncryption: protection.replicationEncryption,
  requireConsistency: protection.requireConsistency,
  onDestroy: protection.onDestroy,
});

const outputs = z.object({
  roleName: z.string().meta({ description: "Name of the RAM role that takes the snapshots." }),
  policyId: z.string().meta({ description: "Id of the backup policy, po-…." }),
  protectionIds: z.record(z.string(), z.string()).meta({ description: "By machine: id of its protection, pd-…." }),
  achievedLevels: z
    .record(z.string(), achievedLevel)
    .meta({ description: "By machine: the consistency that backups would have now." }),
  scriptDeploymentIds: z.record(z.string(), z.string()).meta({
    description: "By machine: id of the ecs:ScriptDeployment that brings its scripts, sd-…; empty without scripts.",
  }),
});

export const appConsistentProtectionComponent = defineComponent({
  token: "cloudbackup:hbr:AppConsistentProtection",
  source: "seed 000",
  description:
    "Application-consistent backup of 1 to 99 machines, the whole procedure of seed 000: the RAM role that takes the " +
    "snapshots, its policy and the machines that carry it, the scripts that freeze and thaw the application, the " +
    "backup policy, and a protection for each machine (A-03). The scripts go to all machines: give Windows machines " +
    "a component of their own, without scripts.",
  inputs,
  outputs,
  check: appConsistentFindings,
  build: appConsistentChildren,
});
