// One measurement of the engine, in a process of its own so that its peak of memory can be told: a year of daily
// backups of <machines> machines on a store at <path>. Runs on the built provider: ts-node would count as memory.
const { SimulatedEngine } = require("../../dist/engine/engine");
const { advance } = require("../../dist/engine/alibaba/advance");
const { createMachine } = require("../../dist/engine/alibaba/machine");
const { putPolicy } = require("../../dist/engine/alibaba/policy");
const { putProtection } = require("../../dist/engine/alibaba/protection");
const { defaultSettings } = require("../../dist/engine/alibaba/protection-settings");
const { preparationFor } = require("../../dist/engine/prepare");
const { openStore } = require("../../dist/store/open");

const [machineCount, storePath] = [Number(process.argv[2]), process.argv[3]];
const secondsPerYear = 365 * 86_400;
const settings = {
  account: "1000000000000001",
  caller: null,
  region: "cn-hangzhou",
  edition: "2025-11",
  requireConsistency: null,
  seed: 0,
  clock: "manual",
  wallTime: () => 0,
};

function diskOf(instanceId) {
  return {
    id: instanceId.replace("i-", "d-"),
    account: settings.account,
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

async function fill(context) {
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
    await createMachine(context, { machine: machineOf(instanceId), systemDisk: diskOf(instanceId) });
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
  return context.now;
}

async function main() {
  const store = await openStore(storePath, { projectDirectory: process.cwd() });
  const engine = new SimulatedEngine(settings, store, preparationFor({ instances: [], disks: [] }));
  const now = await engine.run(fill, undefined);
  const startTime = performance.now();
  const startUsage = process.cpuUsage();
  const summary = await engine.run(advance, { until: now + secondsPerYear });
  const milliseconds = performance.now() - startTime;
  const usage = process.cpuUsage(startUsage);
  const processorMilliseconds = (usage.user + usage.system) / 1000;
  const points = summary.backups.APPLICATION + summary.backups.FILE_SYSTEM + summary.backups.CRASH;
  const kept = await engine.ask(({ store: reader }) => reader.count("recoveryPoint"), undefined);
  const jobs = await engine.ask(({ store: reader }) => reader.count("job"), undefined);
  await store.close();
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ milliseconds, processorMilliseconds, points, rows: kept + jobs, peakMiB }));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
