import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { run } from "../lib/run";
import { plainEnvironment } from "./child";
import { type Contender, measureInTurn, type Result, type Samples, samplesOf } from "./measure";

const fewMachines = 1000;
const manyMachines = 10_000;
const group = "engine: one year of daily backups kept 30 days, SQLite";
type Cloud = "alibaba" | "azure";
/** What is measured at both sizes; Azure, whose rows are long as its ids are, stands beside it at the small one. */
const firstCloud: Cloud = "alibaba";
const otherCloud: Cloud = "azure";
const targetOfMany = { milliseconds: 10_000, peakMiB: 512 } as const;
/** Ten times the machines may cost this many times the processor time, which other work on the machine leaves alone. */
const targetGrowth = 11;
const script = path.join(__dirname, "engine-run.cjs");

/** How long the clock takes to move by a year, and the process's peak of memory; growth when both sizes are run. */
export async function measureEngine(runs: number, isFull: boolean, folder: string): Promise<Result[]> {
  const sizes = isFull ? [fewMachines, manyMachines] : [fewMachines];
  const contenders = [
    ...sizes.map((count) => contender(firstCloud, count, folder)),
    contender(otherCloud, fewMachines, folder),
  ];
  const samples = await measureInTurn(contenders, runs, { warmUp: false });
  const results = sizes.flatMap((count) => resultsOf(firstCloud, count, samples));
  const others = [...resultsOf(otherCloud, fewMachines, samples), beside(nameOf(otherCloud, fewMachines), samples)];
  return [...results, ...(isFull ? [growthOf(samples)] : []), ...others];
}

function nameOf(cloud: Cloud, machineCount: number): string {
  const machines = `${machineCount.toLocaleString("en")} machines`;
  return cloud === "azure" ? `${machines} of Azure` : machines;
}

interface Measured {
  readonly milliseconds: number;
  readonly processorMilliseconds: number;
  readonly points: number;
  readonly rows: number;
  readonly peakMiB: number;
}

function contender(cloud: Cloud, machineCount: number, parent: string): Contender {
  return {
    name: nameOf(cloud, machineCount),
    measure: async () => {
      const folder = await mkdtemp(path.join(parent, "engine-"));
      try {
        const args = [script, cloud, String(machineCount), path.join(folder, "engine.db")];
        const measured = JSON.parse(await run(process.execPath, args, { environment: plainEnvironment() })) as Measured;
        const { milliseconds, processorMilliseconds, peakMiB, points, rows } = measured;
        if (points !== machineCount * 365) throw new Error(`${points} backups of ${machineCount} machines`);
        return {
          time: milliseconds,
          "processor time": processorMilliseconds,
          "peak memory": peakMiB,
          "rows left per second": (rows / milliseconds) * 1000,
        };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function resultsOf(cloud: Cloud, machineCount: number, samples: Samples): Result[] {
  const contenderName = nameOf(cloud, machineCount);
  const result = (quantity: string, unit: Result["unit"], maximum?: number): Result => ({
    group,
    quantity,
    contender: contenderName,
    unit,
    samples: samplesOf(samples, contenderName, quantity),
    ...(maximum === undefined ? {} : { target: { of: "median" as const, maximum } }),
  });
  const isMany = machineCount === manyMachines;
  return [
    result("time", "ms", isMany ? targetOfMany.milliseconds : undefined),
    result("processor time", "ms"),
    result("peak memory", "MiB", isMany ? targetOfMany.peakMiB : undefined),
    result("rows left per second", "rows/s"),
  ];
}

function growthOf(samples: Samples): Result {
  const many = nameOf(firstCloud, manyMachines);
  return { ...beside(many, samples), target: { of: "median", maximum: targetGrowth } };
}

/** How many times the processor time of the first cloud's few machines it takes. */
function beside(contenderName: string, samples: Samples): Result {
  const baseline = nameOf(firstCloud, fewMachines);
  const times = samplesOf(samples, baseline, "processor time");
  return {
    group,
    quantity: "processor time",
    contender: `${contenderName} beside ${baseline}`,
    unit: "times",
    samples: samplesOf(samples, contenderName, "processor time").map((time, run) => time / (times[run] ?? Number.NaN)),
  };
}
