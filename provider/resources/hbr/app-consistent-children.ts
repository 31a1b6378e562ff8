import {
  type Child,
  ChildOutput,
  type ComponentInputs,
  type Composition,
  Given,
  type Template,
  type TemplateMap,
} from "../../definition/component";
import type { Path } from "../../definition/path";
import { Unknown, unknown } from "../../definition/value";
import { groupForScripts } from "../shared/script-groups";
import { snapshotPermissions, snapshotTrust } from "../shared/snapshot-role";
import { type Machine, machinesIn, machinesOf } from "./app-consistent-machines";

const given = (...path: Path) => new Given(path);

/** Step 1: the role, what it may do, and the machines that carry it; each rests on the one before by data. */
const roleChildren: readonly Child[] = [
  {
    name: "snapshot-role",
    token: "cloudbackup:ram:Role",
    inputs: { roleName: given("ramRoleName"), assumeRolePolicyDocument: snapshotTrust },
  },
  {
    name: "snapshot-policy",
    token: "cloudbackup:ram:Policy",
    inputs: { policyName: given("ramPolicyName"), policyDocument: snapshotPermissions },
  },
  {
    name: "snapshot-grant",
    token: "cloudbackup:ram:RolePolicyAttachment",
    inputs: {
      policyName: new ChildOutput("snapshot-policy", "policyName"),
      roleName: new ChildOutput("snapshot-role", "roleName"),
    },
  },
  {
    name: "role-attachment",
    token: "cloudbackup:ecs:RamRoleAttachment",
    inputs: { ramRoleName: new ChildOutput("snapshot-grant", "roleName"), instanceIds: given("instanceIds") },
  },
];

/** Step 2, on the machines: the scripts, if there are any. */
function scriptChildren(properties: ComponentInputs, machines: readonly Machine[]) {
  const deploymentOf = new Map<string, string>();
  if (properties.preScript === undefined) return { children: [], deploymentOf };
  const places = new Map(machines.map(({ instanceId, index }) => [instanceId, index]));
  const groups = groupForScripts([...places.keys()]);
  const children = groups.map(({ number, instanceIds }): Child => {
    const name = `scripts-${number}`;
    for (const instanceId of instanceIds) deploymentOf.set(instanceId, name);
    return {
      name,
      token: "cloudbackup:ecs:ScriptDeployment",
      inputs: {
        instanceIds: instanceIds.map((instanceId) => given("instanceIds", places.get(instanceId) as number)),
        transport: given("transport"),
        application: given("application"),
        preScript: given("preScript"),
        postScript: given("postScript"),
      },
    };
  });
  return { children, deploymentOf };
}

/** Step 2, in Cloud Backup: what one machine's disks are, in the words of its protection. */
function diskInputs({ diskIdLists }: ComponentInputs, instanceId: string): TemplateMap {
  const isListed = machinesIn(diskIdLists).includes(instanceId);
  return {
    allDisks: diskIdLists instanceof Unknown ? unknown : !isListed,
    diskIdList: given("diskIdLists", instanceId),
    excludeDiskIdList: given("excludeDiskIdLists", instanceId),
  };
}

/** What all protections have in common. */
interface Common {
  readonly ramRoleName: Template;
  readonly policyId: Template;
}

function protectionChild(
  properties: ComponentInputs,
  { instanceId, index }: Machine,
  common: Common,
  deploymentName: string | undefined,
): Child {
  return {
    name: instanceId,
    token: "cloudbackup:hbr:InstanceProtection",
    inputs: {
      instanceId: given("instanceIds", index),
      ...common,
      appConsistent: true,
      ...(deploymentName === undefined ? {} : { scriptDeploymentId: new ChildOutput(deploymentName, "id") }),
      preScriptPath: given("preScript", "path"),
      postScriptPath: given("postScript", "path"),
      ...diskInputs(properties, instanceId),
      enableFsFreeze: given("enableFsFreeze"),
      enableWriters: given("enableWriters"),
      timeoutInSeconds: given("timeoutInSeconds"),
      replicationEncryption: given("replicationEncryption"),
      requireConsistency: given("requireConsistency"),
      onDestroy: given("onDestroy"),
    },
  };
}

/** Both steps of the procedure for the machines as far as they are known. */
export function appConsistentChildren(properties: ComponentInputs): Composition {
  const { known, complete } = machinesOf(properties);
  const scripts = scriptChildren(properties, known);
  const isNewPolicy = properties.policyId === undefined;
  const policyId = isNewPolicy ? new ChildOutput("policy", "policyId") : given("policyId");
  const roleName = new ChildOutput("role-attachment", "ramRoleName");
  // A preview can't attach the role to machines that it can't name yet: what the others would get is as uncertain.
  const common = { ramRoleName: complete ? roleName : unknown, policyId };
  const policyChild: Child = {
    name: "policy",
    token: "cloudbackup:hbr:Policy",
    inputs: {
      policyName: given("policyName"),
      policyDescription: given("policyDescription"),
      rules: given("rules"),
    },
  };
  const byMachine = (output: (machine: Machine) => Template | undefined): Template =>
    complete ? Object.fromEntries(known.map((machine) => [machine.instanceId, output(machine)])) : unknown;
  return {
    children: [
      ...roleChildren,
      ...scripts.children,
      ...(isNewPolicy ? [policyChild] : []),
      ...known.map((machine) =>
        protectionChild(properties, machine, common, scripts.deploymentOf.get(machine.instanceId)),
      ),
    ],
    outputs: {
      roleName,
      policyId,
      protectionIds: byMachine(({ instanceId }) => new ChildOutput(instanceId, "protectionId")),
      achievedLevels: byMachine(({ instanceId }) => new ChildOutput(instanceId, "achievedLevel")),
      scriptDeploymentIds: byMachine(({ instanceId }) => {
        const name = scripts.deploymentOf.get(instanceId);
        return name === undefined ? undefined : new ChildOutput(name, "id");
      }),
    },
  };
}
