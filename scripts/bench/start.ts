import path from "node:path";
import { root, timeToPort } from "./child";
import { type Contender, measureInTurn, type Result, samplesOf } from "./measure";
import type { NoopProvider } from "./noop";

const quantity = "spawn to port";
const provider = "cloudbackup";
const targetMilliseconds = 150;

/** What the SDK offers for a provider written in TypeScript, serving a provider that is empty. */
const sdkServer = "require('@pulumi/pulumi/provider').main({ version: '0.1.0' }, process.argv.slice(1))";
/** Nobody listens there; a provider's port is told before the engine is called. */
const engineAddress = "127.0.0.1:1";

/** How long the plugin's process takes to tell its port, beside others that one could write or use instead. */
export async function measureStart(runs: number, noop: NoopProvider): Promise<Result[]> {
  const plugin = path.join(root, "provider/bin/pulumi-resource-cloudbackup");
  const dynamicProvider = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
  const contenders = [
    contender(provider, process.execPath, [plugin, engineAddress]),
    contender("the SDK's TypeScript provider server", process.execPath, ["-e", sdkServer, engineAddress]),
    contender("Node dynamic provider", process.execPath, [dynamicProvider, engineAddress]),
    contender(noop.name, noop.executable, [engineAddress]),
  ];
  const samples = await measureInTurn(contenders, runs, { warmUp: true });
  const own = samplesOf(samples, provider, quantity);
  return contenders.map(({ name }) => ({
    group: "start",
    quantity,
    contender: name,
    unit: "ms",
    samples: samplesOf(samples, name, quantity),
    ...(name === provider
      ? { target: { of: "median" as const, maximum: targetMilliseconds } }
      : { baseline: { contender: provider, samples: own } }),
  }));
}

function contender(name: string, command: string, args: readonly string[]): Contender {
  return { name, measure: async () => ({ [quantity]: await timeToPort(command, args) }) };
}
