// Virtual machines of Azure under a daily policy whose points live 30 days.
const { machineIdOf, policyIdOf, vaultIdOf } = require("../../dist/engine/azure/arm-id");
const { putItem } = require("../../dist/engine/azure/protected-item");
const { putPolicy } = require("../../dist/engine/azure/protection-policy");
const { createVault } = require("../../dist/engine/azure/vault-change");
const { putMachine } = require("../../dist/engine/azure/virtual-machine");

const location = "westeurope";

function machineOf(armId, vmName) {
  return {
    armId,
    vmName,
    resourceGroupName: "bench",
    location,
    osType: "Linux",
    osName: null,
    deploymentModel: "Arm",
    powerState: "VM running",
    managedDisks: true,
    disks: [{ lun: -1, name: `${vmName}-os`, sizeGiB: 40, usedGiB: null, encrypted: false }],
    guestAgent: "Ready",
    vssHealthy: null,
    changeRatePercentPerDay: 5,
    tags: {},
  };
}

const vaultSettings = {
  sku: "Standard",
  identity: { type: "None", userAssignedIdentities: [] },
  redundancy: "GeoRedundant",
  crossRegionRestore: false,
  encryption: null,
  infrastructureEncryption: false,
  softDelete: { state: "Enabled", retentionDays: 14 },
  immutability: "Disabled",
  publicNetworkAccess: "Enabled",
};

const dailyPolicy = {
  policyType: "V1",
  timeZone: "UTC",
  instantRpRetentionRangeInDays: 2,
  snapshotConsistencyType: null,
  schedulePolicy: {
    scheduleRunFrequency: "Daily",
    scheduleRunTimes: ["01:00"],
    scheduleRunDays: [],
    hourlySchedule: null,
  },
  retentionPolicy: { daily: { count: 30 }, weekly: null, monthly: null, yearly: null },
  tieringPolicy: null,
};

async function fillAzure(context, machineCount) {
  const scope = { subscriptionId: context.settings.subscriptionId, resourceGroupName: "bench" };
  const vaultId = vaultIdOf(scope, "bench");
  const policyId = policyIdOf(vaultId, "daily");
  await createVault(context, {
    armId: vaultId,
    urn: null,
    vaultName: "bench",
    resourceGroupName: "bench",
    location,
    settings: vaultSettings,
    roleAssignments: [],
    tags: {},
  });
  await putPolicy(context, {
    urn: null,
    vaultId,
    policyName: "daily",
    properties: dailyPolicy,
  });
  for (let number = 0; number < machineCount; number++) {
    const vmName = `vm${String(number).padStart(8, "0")}`;
    const vmId = machineIdOf(scope, vmName);
    await putMachine(context, { machine: machineOf(vmId, vmName), origin: "PROGRAM" });
    await putItem(context, {
      vaultId,
      sourceResourceId: vmId,
      policyId,
      protectionState: "Protected",
      diskExclusion: null,
      createMode: "Default",
      urn: null,
      ownId: null,
      requireConsistency: null,
    });
  }
}

module.exports = { fillAzure };
