// Machines of Alibaba Cloud under a daily policy whose points live 30 days.
const { createMachine } = require("../../dist/engine/alibaba/machine");
const { putPolicy } = require("../../dist/engine/alibaba/policy");
const { putProtection } = require("../../dist/engine/alibaba/protection");
const { defaultSettings } = require("../../dist/engine/alibaba/protection-settings");

function diskOf(instanceId, account) {
  return {
    id: instanceId.replace("i-", "d-"),
    account: account,
    instanceId,
    type: "system",
    category: "cloud_essd",
    performanceLevel: null,
    sizeGiB: 40,
    fileSystem: "ext4",
    encrypted: false,
    kmsKeyId: null,
    multiAttach: "Disabled",
    usedGiB: null,
    device: "/dev/xvda",
    zoneId: "cn-hangzhou-a",
    regionId: "cn-hangzhou",
  };
}

function machineOf(id) {
  return {
    id,
    instanceName: id,
    regionId: "cn-hangzhou",
    zoneId: "cn-hangzhou-a",
    instanceType: "ecs.g7.large",
    osName: "CentOS 7.9 64 bit",
    osType: null,
    platform: null,
    status: "Running",
    publicIpAddress: null,
    cloudAssistantInstalled: true,
    cloudAssistantRunning: true,
    vssWritersHealthy: true,
    changeRatePercentPerDay: 5,
    tags: {},
  };
}

async function fillAlibaba(context, machineCount) {
  const policyId = "po-bench";
  await putPolicy(context, {
    id: policyId,
    policyName: "daily",
    policyDescription: null,
    policyType: "UDM_ECS_ONLY",
    rules: [
      {
        ruleId: "rule-1",
        ruleType: "BACKUP",
        backupType: "COMPLETE",
        schedule: `I|${context.now + 3600}|P1D`,
        retention: 30,
      },
    ],
  });
  for (let number = 0; number < machineCount; number++) {
    const instanceId = `i-bench${String(number).padStart(8, "0")}`;
    await createMachine(context, {
      machine: machineOf(instanceId),
      systemDisk: diskOf(instanceId, context.settings.account),
    });
    await putProtection(context, {
      id: instanceId.replace("i-", "pd-"),
      urn: null,
      sourceId: instanceId,
      policyId,
      disabled: false,
      settings: defaultSettings,
      requireConsistency: null,
    });
  }
}

module.exports = { fillAlibaba };
