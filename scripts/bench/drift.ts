import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "../lib/run";
import { ensurePulumi } from "../pulumi-cli";
import { createStack, projectFolder, stackEnvironment, timed } from "./bench-stack";
import { plainEnvironment, root } from "./child";
import { Declared } from "./declared";
import { type Contender, measureInTurn, type Result, samplesOf } from "./measure";
import type { NoopProvider } from "./noop";

const protectionCount = 1000;
const provider = "cloudbackup";
const refresh = "refresh --preview-only";
const drift = "cloudbackup drift";

/**
 * A nightly look at a stack without drift, through the CLI: Pulumi's read-only refresh beside that of a provider that
 * does nothing, and `cloudbackup drift`, which says what differences mean, beside the same.
 */
export async function measureDrift(runs: number, noop: NoopProvider, parent: string): Promise<Result[]> {
  const own = await deploy(path.join(root, "provider/bin"), parent);
  const other = await deploy(path.dirname(noop.executable), parent);
  try {
    const contenders: Contender[] = [
      { name: provider, measure: async () => ({ [refresh]: await timeRefresh(own), [drift]: await timeDrift(own) }) },
      { name: noop.name, measure: async () => ({ [refresh]: await timeRefresh(other) }) },
    ];
    const samples = await measureInTurn(contenders, runs, { warmUp: true });
    const base = { group: `drift of ${protectionCount.toLocaleString("en")} protections`, unit: "ms" } as const;
    const floor = samplesOf(samples, noop.name, refresh);
    const baseline = { contender: `${noop.name}'s ${refresh}`, samples: floor };
    return [
      ...[refresh, drift].map((quantity) => ({
        ...{ ...base, quantity, contender: provider, baseline },
        samples: samplesOf(samples, provider, quantity),
      })),
      { ...base, quantity: refresh, contender: noop.name, samples: floor },
    ];
  } finally {
    for (const folder of [own, other]) await rm(folder, { recursive: true, force: true });
  }
}

/** A stack of one policy and many protections of machines that exist already, as most are; returns its folder. */
async function deploy(pluginFolder: string, parent: string): Promise<string> {
  const folder = await mkdtemp(path.join(parent, "drift-"));
  const stack = await createStack(folder, pluginFolder, program);
  const inventory = path.join(folder, "inventory.json");
  await writeFile(inventory, JSON.stringify(machines));
  await stack.setConfig("cloudbackup:inventory", { value: inventory });
  await stack.up();
  return folder;
}

const machineIds = Array.from({ length: protectionCount }, (_, number) => `i-bench${number}`);

/** As DescribeInstances and DescribeDisks answer. */
const machines = [
  {
    Instances: {
      Instance: machineIds.map((id) => ({
        InstanceId: id,
        InstanceName: id,
        RegionId: "cn-hangzhou",
        ZoneId: "cn-hangzhou-a",
        OSName: "CentOS 7.9 64 bit",
        Status: "Running",
      })),
    },
  },
  {
    Disks: {
      Disk: machineIds.map((id) => ({
        DiskId: `d-${id}`,
        InstanceId: id,
        Type: "system",
        Category: "cloud_essd",
        Size: 40,
        fileSystem: "ext4",
      })),
    },
  },
];

async function program(): Promise<void> {
  const policy = new Declared("hbr:Policy", "daily", {
    rules: [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 }],
  });
  for (const instanceId of machineIds) {
    new Declared("hbr:InstanceProtection", `protection-${instanceId}`, { instanceId, policyId: policy.id });
  }
}

async function timeRefresh(folder: string): Promise<number> {
  const { command } = await ensurePulumi();
  const args = ["refresh", "--preview-only", "--expect-no-changes", "--non-interactive", "--stack", "bench"];
  const environment = { ...plainEnvironment(), ...stackEnvironment(folder) };
  return timed(() => run(command, args, { folder: projectFolder(folder), environment }));
}

async function timeDrift(folder: string): Promise<number> {
  const command = path.join(root, "provider/bin/cloudbackup");
  const environment = {
    ...plainEnvironment(),
    ...stackEnvironment(folder),
    CLOUDBACKUP_PULUMI: (await ensurePulumi()).command,
  };
  return timed(() => run(process.execPath, [command, "drift"], { folder: projectFolder(folder), environment }));
}
