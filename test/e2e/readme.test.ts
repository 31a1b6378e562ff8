import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { pulumiEnvironment } from "../../scripts/lib/inline-stack";
import { ensureYamlHost } from "../../scripts/yaml-host";
import { skip } from "../support/skip";

const root = path.resolve(__dirname, "../..");
const readme = readFileSync(path.join(root, "README.md"), "utf8");

/** The commands of the first block under a heading, one a line. */
function commandsUnder(heading: string): readonly string[] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const block = /```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
  return block.split("\n").filter((line) => line !== "");
}

interface Printed {
  readonly exitCode: number | null;
  readonly text: string;
}

/** An example's folder with everything that a reader has, in which the README's commands are run as written. */
class Reader {
  constructor(
    private readonly folder: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  run(command: string): Printed {
    const env = { ...process.env, ...this.environment, PULUMI_CONFIG_PASSPHRASE: "test" };
    const { status, stdout, stderr } = spawnSync(command, { cwd: this.folder, env, shell: true, encoding: "utf8" });
    return { exitCode: status, text: stdout + stderr };
  }

  /** All but the last have to succeed. */
  follow(commands: readonly string[]): Printed {
    let last: Printed = { exitCode: null, text: "" };
    for (const [index, command] of commands.entries()) {
      last = this.run(command);
      if (index < commands.length - 1) expect(last.exitCode, `${command}\n${last.text}`).to.equal(0);
    }
    return last;
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), "utf8");
  }
}

describe("the README's commands, run as they are written", function () {
  this.timeout(240_000);
  let folder = "";
  let environment: Record<string, string> = {};

  before(async function () {
    const host = await ensureYamlHost().catch((error: Error) => skip(this, error.message));
    folder = await mkdtemp(path.join(os.tmpdir(), "cloudbackup-readme-"));
    await cp(path.join(root, "examples"), path.join(folder, "examples"), {
      recursive: true,
      filter: (source) => !/[\\/](\.cloudbackup|node_modules)$/.test(source),
    });
    for (const shared of ["node_modules", "provider", "sdk"]) {
      await symlink(path.join(root, shared), path.join(folder, shared), "junction");
    }
    environment = await pulumiEnvironment(folder);
    environment.PATH = [host, environment.PATH].join(path.delimiter);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const readerOf = (example: string) => new Reader(path.join(folder, "examples", example), environment);

  it("Pull requests, then Drift", () => {
    const reader = readerOf("app-consistent-mysql-yaml");
    reader.follow(["pulumi stack init prod", "pulumi version"]);
    const made = reader.follow(commandsUnder("Pull requests"));
    expect(made.exitCode, made.text).to.equal(0);
    expect(reader.read("comment.md")).to.contain("FILE_SYSTEM").and.to.contain("A-13");

    reader.follow(["pulumi up --yes --skip-preview", "cloudbackup drift", "pulumi version"]);
    const drifted = reader.follow(commandsUnder("Drift"));
    expect(drifted.exitCode, drifted.text).to.equal(2);
    expect(drifted.text).to.match(/WEAKENED +APPLICATION → FILE_SYSTEM.*mode 700 → 755.*A-13/);
  });

  it("Adoption", () => {
    const reader = readerOf("adoption");
    reader.follow(["pulumi stack init prod", "pulumi version"]);
    const adopted = reader.follow(commandsUnder("Adoption"));
    expect(adopted.exitCode, adopted.text).to.equal(0);
  });

  it("has commands under each of these headings", () => {
    for (const heading of ["Pull requests", "Drift", "Adoption"]) {
      expect(commandsUnder(heading), heading).to.have.length.greaterThan(1);
    }
  });
});
