// One measurement of the engine, in a process of its own so that its peak of memory can be told: a year of daily
// backups of <machines> machines of <cloud>, alibaba or azure, on a store at <path>. Runs on the built provider: ts-node
// would count as memory.
const { SimulatedEngine } = require("../../dist/engine/engine");
const { advance } = require("../../dist/engine/advance");
const { preparationFor } = require("../../dist/engine/prepare");
const { openStore } = require("../../dist/store/open");
const { fillAlibaba } = require("./alibaba-machines.cjs");
const { fillAzure } = require("./azure-machines.cjs");

const [cloud, machineCount, storePath] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const secondsPerYear = 365 * 86_400;
const fill = { alibaba: fillAlibaba, azure: fillAzure }[cloud];
const tables = { alibaba: ["recoveryPoint", "job"], azure: ["vaultPoint", "vaultJob"] }[cloud];
const settings = {
  account: "1000000000000001",
  caller: null,
  subscriptionId: "00000000-0000-0000-0000-000000000001",
  region: "cn-hangzhou",
  edition: "2025-11",
  requireConsistency: null,
  seed: 0,
  clock: "manual",
  wallTime: () => 0,
};

async function main() {
  const store = await openStore(storePath, { projectDirectory: process.cwd() });
  const engine = new SimulatedEngine(settings, store, preparationFor({ instances: [], disks: [] }));
  await engine.run(fill, machineCount);
  const now = await engine.ask(async (context) => context.now, undefined);
  const startTime = performance.now();
  const startUsage = process.cpuUsage();
  const summary = await engine.run(advance, { until: now + secondsPerYear });
  const milliseconds = performance.now() - startTime;
  const usage = process.cpuUsage(startUsage);
  const processorMilliseconds = (usage.user + usage.system) / 1000;
  const points = summary.backups.APPLICATION + summary.backups.FILE_SYSTEM + summary.backups.CRASH;
  let rows = 0;
  for (const table of tables) rows += await engine.ask(({ store: reader }) => reader.count(table), undefined);
  await store.close();
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ milliseconds, processorMilliseconds, points, rows, peakMiB }));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
