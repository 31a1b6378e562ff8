import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { run } from "../lib/run";
import { plainEnvironment } from "./child";
import { measureInTurn, type Result, samplesOf } from "./measure";

const protectionCount = 1000;
const targetMilliseconds = 1000;
const provider = "cloudbackup";
const quantity = `read and diff ${protectionCount.toLocaleString("en")} protections`;
const processorTime = "processor time of the same";
const script = path.join(__dirname, "refresh-run.cjs");

/** The provider's share of a refresh: from loading its code to the last answer, without the CLI. */
export async function measureRefresh(runs: number, parent: string): Promise<Result[]> {
  const folder = await mkdtemp(path.join(parent, "refresh-"));
  const environment = plainEnvironment();
  try {
    await run(process.execPath, [script, "prepare", folder, String(protectionCount)], { environment });
    const measure = async () => {
      const printed = await run(process.execPath, [script, "refresh", folder], { environment });
      const measured = JSON.parse(printed) as { milliseconds: number; processorMilliseconds: number };
      return { [quantity]: measured.milliseconds, [processorTime]: measured.processorMilliseconds };
    };
    const samples = await measureInTurn([{ name: provider, measure }], runs, { warmUp: false });
    const target = { of: "median", maximum: targetMilliseconds } as const;
    const base = { group: "refresh", contender: provider, unit: "ms" } as const;
    return [
      { ...base, quantity, samples: samplesOf(samples, provider, quantity), target },
      // Tells a slow provider from a machine that was busy with something else.
      { ...base, quantity: processorTime, samples: samplesOf(samples, provider, processorTime) },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
