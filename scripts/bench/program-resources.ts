import * as pulumi from "@pulumi/pulumi";
import { Declared } from "./declared";

/** The resources of the program, the stack's own aside. */
export const resourceCount = 500;
const machinesPerTeam = 10;
/** Role, policy and their attachment, role on the machines, scripts, backup policy. */
const sharedPerTeam = 6;
/** Machine, data disk, protection. */
const ownPerMachine = 3;

/** 500 resources of nine kinds whose inputs are other resources' outputs, as teams with ten machines each have them. */
export async function program(): Promise<void> {
  const teams = Math.floor(resourceCount / (sharedPerTeam + machinesPerTeam * ownPerMachine));
  const machines: Declared[] = [];
  for (let team = 0; team < teams; team++) machines.push(...declareTeam(`team${team}`));
  const left = resourceCount - teams * (sharedPerTeam + machinesPerTeam * ownPerMachine);
  for (const [index, machine] of machines.slice(0, left).entries()) declareDisk(`extra${index}`, machine);
}

function declare(token: string, name: string, inputs: pulumi.Inputs): Declared {
  return new Declared(token, name, inputs);
}

function declareDisk(name: string, machine: Declared): Declared {
  return declare("ecs:Disk", name, { instanceId: machine.id, sizeGiB: 100, category: "cloud_essd" });
}

function declareTeam(team: string): Declared[] {
  const role = declare("ram:Role", `${team}-role`, {
    roleName: `${team}-snapshots`,
    assumeRolePolicyDocument: documentOf({
      Action: "sts:AssumeRole",
      Principal: { Service: ["ecs.aliyuncs.com"] },
    }),
  });
  const grant = declare("ram:Policy", `${team}-grant`, {
    policyName: `${team}-snapshots`,
    policyDocument: documentOf({
      Action: ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:TagResources", "ecs:DescribeDisks"],
      Resource: ["*"],
    }),
  });
  const granted = declare("ram:RolePolicyAttachment", `${team}-granted`, { policyName: grant.id, roleName: role.id });
  const machines = Array.from({ length: machinesPerTeam }, (_, index) =>
    declare("ecs:Instance", `${team}-machine${index}`, { instanceName: `${team}-machine${index}` }),
  );
  const disks = machines.map((machine, index) => declareDisk(`${team}-data${index}`, machine));
  const instanceIds = machines.map((machine) => machine.id);
  const carried = declare("ecs:RamRoleAttachment", `${team}-carried`, {
    ramRoleName: granted.output("roleName"),
    instanceIds,
  });
  const scripts = declare("ecs:ScriptDeployment", `${team}-scripts`, {
    instanceIds,
    application: "MySQL",
    // Secret on both sides: with each secret in its state the CLI takes longer, whatever the provider does.
    preScript: { content: pulumi.secret("#!/bin/sh\ntimeout 10 fsfreeze --freeze /var/lib/mysql\n") },
    postScript: { content: pulumi.secret("#!/bin/sh\nfsfreeze --unfreeze /var/lib/mysql\n") },
  });
  const policy = declare("hbr:Policy", `${team}-daily`, {
    policyName: `${team}-daily`,
    rules: [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 }],
  });
  for (const [index, machine] of machines.entries()) {
    declare("hbr:InstanceProtection", `${team}-protection${index}`, {
      instanceId: machine.id,
      policyId: policy.id,
      appConsistent: true,
      ramRoleName: carried.output("ramRoleName"),
      scriptDeploymentId: scripts.id,
      excludeDiskIdList: index === 0 ? disks.slice(0, 1).map((disk) => disk.id) : [],
    });
  }
  return machines;
}

function documentOf(statement: object): object {
  return { Version: "1", Statement: [{ Effect: "Allow", ...statement }] };
}
