import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
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

/** Names that mean something to YAML, to Pulumi or to a shell, on top of what the example has. */
const hostile = [
  { PolicyId: "po-hostile1", PolicyName: "yes", PolicyDescription: `$\{daily.policyId} $$\{x} $$ 'a' "b" # c: d\n- e` },
  { PolicyId: "po-hostile2", PolicyName: `$\{pulumi.cwd}`, PolicyDescription: "0700" },
  { PolicyId: "po-hostile3", PolicyName: "每日 <备份> & `rm`", PolicyDescription: "2026-01-01" },
].map((policy) => ({ ...policy, Rules: [{ RuleType: "BACKUP", Schedule: "I|1762300800|P1D", Retention: 30 }] }));

interface Place {
  readonly folder: string;
  readonly readme: string;
  /** Runs a line of a shell in the example's folder, and gives what it prints. */
  readonly shell: (line: string) => Promise<string>;
}

/** A copy of the example in a checkout of its own, with more policies, a state and an engine. */
async function inExample(hosts: readonly string[], work: (place: Place) => Promise<void>): Promise<void> {
  const home = await mkdtemp(path.join(os.tmpdir(), "cloudbackup-adopt-"));
  try {
    const folder = path.join(home, "examples", "adoption");
    await mkdir(path.dirname(folder));
    await cp(path.join(root, "examples", "adoption"), folder, { recursive: true });
    for (const shared of ["node_modules", "provider", "sdk"]) {
      await symlink(path.join(root, shared), path.join(home, shared), "junction");
    }
    const inventory = JSON.parse(await readFile(path.join(folder, "inventory.json"), "utf8")) as object[];
    await writeFile(path.join(folder, "inventory.json"), JSON.stringify([...inventory, { Policies: hostile }]));
    const cli = await ensurePulumi();
    const environment = await pulumiEnvironment(home);
    environment.PATH = [...hosts, environment.PATH].join(path.delimiter);
    environment.CLOUDBACKUP_PULUMI = cli.command;
    const shell = (line: string) =>
      run("sh", ["-c", line], { folder, environment }).catch((error: RunError) => {
        throw new Error(`${line}: ${error.reason}\n${error.output}`);
      });
    await shell("pulumi stack init test --non-interactive");
    await work({ folder, readme: await readFile(path.join(folder, "README.md"), "utf8"), shell });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function yamlHost(context: Context): Promise<string> {
  return ensureYamlHost().catch((error: Error) => skip(context, error.message));
}

describe("adoption through the CLI", function () {
  this.timeout(300_000);

  it("the example's own commands leave an empty preview, in both languages, and nothing to adopt", async function () {
    const node = await findNodeHost().catch(() => undefined);
    const hosts = [await yamlHost(this), ...(node === undefined ? [] : [path.dirname(node)])];
    await inExample(hosts, async ({ folder, readme, shell }) => {
      await shell("../../provider/bin/cloudbackup adopt --language typescript --out taken");
      await shell("node ../../node_modules/typescript/bin/tsc -p taken");
      const commands = (/```sh\n(.*?)```/s.exec(readme)?.[1] ?? "").trim().split("\n");
      expect(commands).to.have.lengthOf(5);
      const printed: string[] = [];
      for (const command of commands) printed.push(await shell(command));
      expect(printed[0]).to.contain("17 resources to adopt").and.contain("soft-deleted until 2026-01-20");
      expect(printed[1]).to.contain("17 imported");
      for (const text of printed.slice(2, 4)) expect(text).to.contain("18 unchanged");
      expect(printed[4]).to.match(/^2026-03-02T00:00:00Z .* 0 failed/);
      const rehearsed = await shell("../../provider/bin/cloudbackup rehearse-destroy --ignore-protect || test $? = 2");
      expect(rehearsed).to.contain("of 17 resources: 16 would go, 1 would fail").and.contain("Z-29");
      const again = await shell("../../provider/bin/cloudbackup adopt");
      expect(again).to.contain("nothing to adopt").and.contain("stack test has already: ");
      if (node === undefined) return;
      // Under the project's name the other program is one of the same stack.
      const project = path.join(folder, "taken", "Pulumi.yaml");
      await writeFile(project, (await readFile(project, "utf8")).replace("name: taken", "name: adoption"));
      expect(await shell("pulumi -C taken preview --stack test --expect-no-changes")).to.contain("18 unchanged");
    });
  });
});
