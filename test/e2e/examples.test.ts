import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import type { Context } from "mocha";
import { pulumiEnvironment } from "../../scripts/lib/inline-stack";
import { type RunError, run } from "../../scripts/lib/run";
import { ensurePulumi } from "../../scripts/pulumi-cli";
import { findNodeHost } from "../../scripts/sdk";
import { ensureYamlHost } from "../../scripts/yaml-host";
import { skip } from "../support/skip";

const root = path.resolve(__dirname, "../..");

/** The folder that holds the language host, or a rejection that says what is missing. */
type FindHost = () => Promise<string>;

const nodeHost: FindHost = async () => path.dirname(await findNodeHost());

interface Example {
  readonly name: string;
  readonly host: FindHost;
  readonly outputs: unknown;
  /** What its text invites the reader to do next. */
  goOn?(run: Commands): Promise<void>;
}

/** Runs a command in the example's folder and gives what it prints. */
interface Commands {
  pulumi(...args: string[]): Promise<string>;
  cloudbackup(...args: string[]): Promise<string>;
}

/** Two nights later both machines are brought back in the other region from the group's oldest point. */
async function recover({ pulumi, cloudbackup }: Commands): Promise<void> {
  await cloudbackup("advance", "2d");
  const points = JSON.parse(await cloudbackup("points", "--json")) as { groupPointId: string }[];
  await pulumi("config", "set", "recoverFrom", points.at(-1)?.groupPointId ?? "");
  await pulumi("up", "--yes", "--skip-preview");
  const outputs = JSON.parse(await pulumi("stack", "output", "--json")) as { recovered: string[] };
  expect(outputs.recovered).to.have.length(2);
  const listed = await cloudbackup("call", "DescribeInstances", "--RegionId", "cn-shanghai");
  for (const id of outputs.recovered) expect(listed).to.contain(id);
}

const examples: readonly Example[] = [
  {
    name: "app-consistent-mysql",
    host: nodeHost,
    outputs: { levels: { mysqlPrimary: "APPLICATION", cache: "FILE_SYSTEM", reporting: "FILE_SYSTEM" } },
  },
  {
    name: "app-consistent-mysql-yaml",
    host: ensureYamlHost,
    outputs: { levels: { mysqlPrimary: "APPLICATION", cache: "FILE_SYSTEM" } },
  },
  {
    name: "disaster-recovery",
    host: nodeHost,
    // 30 nights and January's first one, of two machines; 14 nights of copies.
    outputs: { groupKind: "GROUP", in60Days: { points: 62, copies: 28, failed: 0 }, recovered: [] },
    goOn: recover,
  },
  {
    name: "mysql-on-two-clouds",
    host: nodeHost,
    outputs: {
      achieved: { alibaba: "APPLICATION", azure: "APPLICATION" },
      in30Days: { alibaba: { points: 30, failed: 0 }, azure: { points: 30, failed: 0 } },
    },
  },
  {
    name: "simulated-machines",
    host: nodeHost,
    outputs: {
      level: "CRASH",
      expires: "2033-01-01T00:00:00Z",
      wouldBe: "CRASH",
      missing: [
        "A-08 no RAM role is named that takes the snapshots",
        "A-13 no script lies at /tmp/prescript.sh",
        "A-13 no script lies at /tmp/postscript.sh",
      ],
    },
  },
];

/** A copy of all examples, in the place that they have in the checkout: running them leaves nothing in the original. */
async function copyExamples(folder: string): Promise<void> {
  const withoutLocalState = (source: string) =>
    !/(^|[\\/])(\.cloudbackup|node_modules|Pulumi\.[^.]+\.yaml)$/.test(source);
  await cp(path.join(root, "examples"), path.join(folder, "examples"), {
    recursive: true,
    filter: (source) => withoutLocalState(path.relative(root, source)),
  });
  for (const shared of ["node_modules", "provider", "sdk"]) {
    await symlink(path.join(root, shared), path.join(folder, shared), "junction");
  }
}

async function hostFolder(context: Context, find: FindHost): Promise<string> {
  return find().catch((error: Error) => skip(context, error.message));
}

describe("the examples, run by `pulumi` in their folders", function () {
  this.timeout(300_000);

  for (const example of examples) {
    it(example.name, async function () {
      const host = await hostFolder(this, example.host);
      const cli = await ensurePulumi();
      const folder = await mkdtemp(path.join(os.tmpdir(), "cloudbackup-example-"));
      try {
        await copyExamples(folder);
        const environment = await pulumiEnvironment(folder);
        environment.PATH = [host, environment.PATH].join(path.delimiter);
        const own = path.join(folder, "examples", example.name);
        const command = (program: string, ...args: string[]) =>
          run(program, args, { folder: own, environment }).catch((error: RunError) => {
            throw new Error(`${path.basename(program)} ${args.join(" ")}: ${error.reason}\n${error.output}`);
          });
        const pulumi = (...args: string[]) => command(cli.command, ...args, "--non-interactive");
        await pulumi("stack", "init", "test");
        await pulumi("preview");
        await pulumi("up", "--yes", "--skip-preview");
        expect(JSON.parse(await pulumi("stack", "output", "--json"))).to.deep.equal(example.outputs);
        await pulumi("preview", "--refresh", "--expect-no-changes");
        await example.goOn?.({
          pulumi,
          cloudbackup: (...args) => command(path.join(root, "provider/bin/cloudbackup"), ...args),
        });
        if (example.goOn !== undefined) await pulumi("preview", "--expect-no-changes");
        await pulumi("destroy", "--yes", "--skip-preview");
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }
});
