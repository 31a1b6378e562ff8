import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { run } from "../lib/run";
import { plainEnvironment } from "./child";
import { measureInTurn, type Result, samplesOf } from "./measure";

const protectionCount = 1000;
const targetMilliseconds = 1000;
const provider = "cloudbackup";
const quantity = `read and diff ${protectionCount.toLocaleString("en")} protections`;
const script = path.join(__dirname, "refresh-run.cjs");

/** The provider's share of a refresh: from loading its code to the last answer, without the CLI. */
export async function measureRefresh(runs: number, parent: string): Promise<Result[]> {
  const folder = await mkdtemp(path.join(parent, "refresh-"));
  const environment = plainEnvironment();
  try {
    await run(process.execPath, [script, "prepare", folder, String(protectionCount)], { environment });
    const measure = async () => {
      const printed = await run(process.execPath, [script, "refresh", folder], { environment });
      return { [quantity]: (JSON.parse(printed) as { milliseconds: number }).milliseconds };
    };
    const samples = await measureInTurn([{ name: provider, measure }], runs, { warmUp: false });
    const target = { of: "median", maximum: targetMilliseconds } as const;
    const own = samplesOf(samples, provider, quantity);
    return [{ group: "refresh", quantity, contender: provider, unit: "ms", samples: own, target }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
