import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { ensurePulumi } from "../pulumi-cli";
import { root } from "./child";
import { type Contender, measureInTurn, type Result, samplesOf } from "./measure";
import type { NoopProvider } from "./noop";
import { program, resourceCount } from "./program-resources";

const provider = "cloudbackup";
const maximumRatio = 1.15;
const commands = ["preview", "up"] as const;

/** Preview and up of a new stack, by the same CLI and program, with this provider and with one that does nothing. */
export async function measureProgram(runs: number, noop: NoopProvider, folder: string): Promise<Result[]> {
  const command = await automationCommand();
  const contenders = [
    contender(provider, path.join(root, "provider/bin"), folder, command),
    contender(noop.name, path.dirname(noop.executable), folder, command),
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
function contender(name: string, pluginFolder: string, parent: string, command: PulumiCommand): Contender {
  return {
    name,
    measure: async () => {
      const folder = await mkdtemp(path.join(parent, "program-"));
      try {
        const stack = await createStack(folder, pluginFolder, command);
        const preview = await timed(() => stack.preview());
        const up = await timed(() => stack.up());
        return { preview, up };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startTime = performance.now();
  await work();
  return performance.now() - startTime;
}

async function createStack(folder: string, pluginFolder: string, command: PulumiCommand): Promise<Stack> {
  const stateFolder = path.join(folder, "state");
  const projectFolder = path.join(folder, "project");
  for (const each of [stateFolder, projectFolder]) await mkdir(each, { recursive: true });
  const plugins = { providers: [{ name: "cloudbackup", path: pluginFolder }] };
  await writeFile(
    path.join(projectFolder, "Pulumi.yaml"),
    JSON.stringify({ name: "bench", runtime: "yaml", plugins }, undefined, 2),
  );
  return LocalWorkspace.createOrSelectStack(
    { stackName: "bench", projectName: "bench", program },
    {
      workDir: projectFolder,
      pulumiCommand: command,
      envVars: {
        PULUMI_HOME: path.join(folder, "home"),
        PULUMI_BACKEND_URL: `file://${stateFolder}`,
        PULUMI_CONFIG_PASSPHRASE: "bench",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    },
  );
}

/** The Automation API takes a CLI from PATH, not from any path. */
async function automationCommand(): Promise<PulumiCommand> {
  const cli = await ensurePulumi();
  process.env.PATH = [path.dirname(cli.command), process.env.PATH].join(path.delimiter);
  return PulumiCommand.get();
}
