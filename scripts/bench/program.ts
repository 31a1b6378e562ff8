import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { createStack, timed } from "./bench-stack";
import { root } from "./child";
import { type Contender, measureInTurn, type Result, samplesOf } from "./measure";
import type { NoopProvider } from "./noop";
import { program, resourceCount } from "./program-resources";

const provider = "cloudbackup";
const maximumRatio = 1.15;
const commands = ["preview", "up"] as const;

/** Preview and up of a new stack, by the same CLI and program, with this provider and with one that does nothing. */
export async function measureProgram(runs: number, noop: NoopProvider, folder: string): Promise<Result[]> {
  const contenders = [
    contender(provider, path.join(root, "provider/bin"), folder),
    contender(noop.name, path.dirname(noop.executable), folder),
  ];
  const samples = await measureInTurn(contenders, runs, { warmUp: true });
  return commands.flatMap((quantity) =>
    contenders.map(({ name }) => ({
      group: `program of ${resourceCount} mixed resources`,
      quantity,
      contender: name,
      unit: "ms" as const,
      samples: samplesOf(samples, name, quantity),
      ...(name === provider
        ? {
            baseline: { contender: noop.name, samples: samplesOf(samples, noop.name, quantity) },
            target: { of: "ratio" as const, maximum: maximumRatio },
          }
        : {}),
    })),
  );
}

/** Every measurement has a new project, so a new engine and a new Pulumi state. */
function contender(name: string, pluginFolder: string, parent: string): Contender {
  return {
    name,
    measure: async () => {
      const folder = await mkdtemp(path.join(parent, "program-"));
      try {
        const stack = await createStack(folder, pluginFolder, program);
        const preview = await timed(() => stack.preview());
        const up = await timed(() => stack.up());
        return { preview, up };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
