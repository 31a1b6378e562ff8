import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as cloudbackup from "pulumi-cloudbackup";

/** Ids of the machines in inventory.json. */
const mysqlPrimary = "i-bp1mysqlprimary0001";
const cache = "i-bp1cacheserver00001";
const reporting = "i-bp1reporting0000001";

export interface Levels {
  readonly mysqlPrimary: pulumi.Output<string>;
  readonly cache: pulumi.Output<string>;
  readonly reporting: pulumi.Output<string>;
}

/**
 * The whole protection of three machines that ask for application-consistent backups, by the five steps of the
 * procedure: a role that may take snapshots, the role on the machines, the scripts, the policy, the protections.
 */
export function declareBackups(): Levels {
  const ramRoleName = attachSnapshotRole([mysqlPrimary, cache, reporting]);
  const daily = new cloudbackup.hbr.Policy("daily", {
    policyName: "daily",
    policyDescription: "Every day at 00:00 UTC, kept for 30 days",
    rules: [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 }],
  });
  const asked = { policyId: daily.policyId, appConsistent: true, ramRoleName };
  const mysqlProtection = new cloudbackup.hbr.InstanceProtection("mysql-primary", {
    ...asked,
    instanceId: mysqlPrimary,
    scriptDeploymentId: deployMysqlScripts().id,
    requireConsistency: "APPLICATION", // The merge gate: with less than this, preview and up fail.
  });
  const cacheProtection = new cloudbackup.hbr.InstanceProtection("cache", {
    ...asked,
    instanceId: cache,
    scriptDeploymentId: deployCacheScripts().id,
  });
  const reportingProtection = new cloudbackup.hbr.InstanceProtection("reporting", {
    ...asked,
    instanceId: reporting,
  });
  return {
    mysqlPrimary: mysqlProtection.achievedLevel,
    cache: cacheProtection.achievedLevel,
    reporting: reportingProtection.achievedLevel,
  };
}

/** Every name comes from the output of the step before it: so the order is right, whatever runs in parallel. */
function attachSnapshotRole(instanceIds: string[]): pulumi.Output<string> {
  const role = new cloudbackup.ram.Role("app-snapshot", {
    roleName: "AppSnapshotRoleName",
    assumeRolePolicyDocument: {
      Version: "1",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } }],
    },
  });
  const permissions = new cloudbackup.ram.Policy("app-snapshot", {
    policyName: "AppSnapshotPolicy",
    policyDocument: {
      Version: "1",
      Statement: [
        {
          Effect: "Allow",
          Action: ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:TagResources", "ecs:DescribeDisks"],
          Resource: "*",
        },
      ],
    },
  });
  const granted = new cloudbackup.ram.RolePolicyAttachment("app-snapshot", {
    policyName: permissions.policyName,
    roleName: role.roleName,
  });
  const attached = new cloudbackup.ecs.RamRoleAttachment("app-snapshot", {
    ramRoleName: granted.roleName,
    instanceIds,
  });
  return attached.ramRoleName;
}

function deployMysqlScripts(): cloudbackup.ecs.ScriptDeployment {
  return new cloudbackup.ecs.ScriptDeployment("mysql", {
    instanceIds: [mysqlPrimary],
    application: "MySQL",
    preScript: { source: scriptFile("freeze.sh"), fileMode: "0700" },
    postScript: { source: scriptFile("thaw.sh"), fileMode: "0700" },
  });
}

/** Everybody may read and run this pre-script, so the service won't run it: the cache gets FILE_SYSTEM only. */
function deployCacheScripts(): cloudbackup.ecs.ScriptDeployment {
  return new cloudbackup.ecs.ScriptDeployment("cache", {
    instanceIds: [cache],
    application: "Redis",
    preScript: { content: '#!/bin/sh\nlogger -t backup "redis: save"\nexec redis-cli save\n', fileMode: "0755" },
    postScript: {
      content: '#!/bin/sh\nlogger -t backup "redis: still there?"\nexec redis-cli ping\n',
      fileMode: "0700",
    },
  });
}

function scriptFile(name: string): pulumi.asset.Asset {
  return new pulumi.asset.FileAsset(path.join(__dirname, "scripts", name));
}
