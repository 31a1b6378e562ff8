import { all } from "@pulumi/pulumi";
import { callFunction, declare } from "../support/declare";

const place = { resourceGroupName: "prod", location: "westeurope" };
const group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/prod";
const network = `${group}/providers/Microsoft.Network/virtualNetworks/lan`;
const storageAccountId = `${group}/providers/Microsoft.Storage/storageAccounts/staging`;
const mysqlScripts = {
  config: { preScriptLocation: "/opt/backup/pre.sh", postScriptLocation: "/opt/backup/post.sh", timeoutInSeconds: 60 },
  preScript: { content: "#!/bin/sh\nlogger freeze\ntimeout 10 sync\n" },
  postScript: { content: "#!/bin/sh\nlogger thaw\nexit 0\n" },
};

/**
 * Every resource of Azure in one program; its functions' answers. What only the program knows, and no import can find,
 * is left out on demand; with it everything can be destroyed at once.
 */
export function azureEverything({ isImported }: { readonly isImported: boolean }): Record<string, unknown> {
  const own = isImported ? {} : { onDestroy: "delete" };
  const vm = declare("compute:VirtualMachine", "vm-db", {
    ...place,
    vmName: "db",
    dataDisks: [
      { lun: 0, sizeGiB: 128 },
      { lun: 1, sizeGiB: 64 },
    ],
  });
  const framework = declare("compute:ScriptFramework", "vm-db", { vmId: vm.get("vmId"), ...mysqlScripts });
  const vault = declare("recoveryservices:Vault", "vault", {
    ...place,
    softDelete: { state: "Disabled" },
    roleAssignments: [{ principalId: "operator", roleDefinitionName: "Backup Operator" }],
  });
  const vaultId = vault.get("vaultId");
  const policy = declare("recoveryservices:ProtectionPolicy", "nightly", {
    vaultId,
    policyType: "V2",
    timeZone: "W. Europe Standard Time",
    instantRpRetentionRangeInDays: 5,
    schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:30"] },
    retentionPolicy: {
      dailySchedule: { retentionDuration: { count: 30 } },
      weeklySchedule: { daysOfTheWeek: ["Sunday"], retentionDuration: { count: 12 } },
    },
  });
  const item = declare("recoveryservices:ProtectedItem", "vm-db", {
    vaultId,
    sourceResourceId: framework.get("vmId"),
    policyId: policy.get("policyId"),
    ...own,
    ...(isImported ? {} : { requireConsistency: "APPLICATION" }),
  });
  const itemId = item.get("itemId");
  const backup = declare("recoveryservices:Backup", "vm-db", { itemId });
  const recoveryPointId = backup.get("recoveryPointId");
  declare("recoveryservices:Restore", "vm-db-again", {
    recoveryPointId,
    recoveryType: "AlternateLocation",
    storageAccountId,
    targetVirtualMachineId: `${group}/providers/Microsoft.Compute/virtualMachines/again`,
    virtualNetworkId: network,
    subnetId: `${network}/subnets/default`,
    ...own,
  });
  const answer = (token: string, given: Readonly<Record<string, unknown>>) =>
    // Once all is there that a function may speak of.
    all([itemId, recoveryPointId]).apply(() => callFunction(token, given));
  const ofItem = (token: string, more: Readonly<Record<string, unknown>> = {}) =>
    all([itemId, recoveryPointId]).apply(([id]) => callFunction(token, { itemId: id, ...more }));
  return {
    "compute:getScriptFrameworkTemplate": answer("compute:getScriptFrameworkTemplate", {}),
    "compute:getVirtualMachines": answer("compute:getVirtualMachines", { nameContains: "d" }),
    "recoveryservices:getConsistency": framework
      .get("vmId")
      .apply((sourceResourceId) => callFunction("recoveryservices:getConsistency", { sourceResourceId })),
    "recoveryservices:getForecast": ofItem("recoveryservices:getForecast", { days: 40 }),
    "recoveryservices:getJobs": ofItem("recoveryservices:getJobs"),
    "recoveryservices:getRecoveryPointImpact": all([policy.get("policyId"), itemId]).apply(([policyId, id]) =>
      callFunction("recoveryservices:getRecoveryPointImpact", { policyId, itemId: id }),
    ),
    "recoveryservices:getRecoveryPoints": ofItem("recoveryservices:getRecoveryPoints"),
    "recoveryservices:getVaultUsage": answer("recoveryservices:getVaultUsage", {}),
  };
}
