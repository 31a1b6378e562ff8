import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { ensurePulumi } from "../../scripts/pulumi-cli";
import { skip } from "../support/skip";

const root = path.resolve(__dirname, "../..");

interface DemoRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What is left in the folder for temporary files. */
  readonly left: readonly string[];
}

/** Runs the demo in a folder for temporary files of its own; interrupts it as soon as it has printed a text. */
async function runDemo(interruptAt?: string): Promise<DemoRun> {
  const cli = await ensurePulumi();
  const temporary = await mkdtemp(path.join(os.tmpdir(), "cloudbackup-demo-test-"));
  try {
    // Without npm in between, which would answer an interruption by itself.
    const child = spawn(process.execPath, ["--require", "ts-node/register", "scripts/demo.ts"], {
      cwd: root,
      env: { ...process.env, TMPDIR: temporary, TEMP: temporary, CLOUDBACKUP_PULUMI: cli.command },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr, interrupted] = ["", "", false];
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (interruptAt === undefined || interrupted || !stdout.includes(interruptAt)) return;
      interrupted = true;
      child.kill("SIGINT");
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const left = (await readdir(temporary)).filter((name) => name.startsWith("cloudbackup-demo-"));
    return { code, stdout, stderr, left };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

describe("npm run demo", function () {
  this.timeout(180_000);

  it("tells the whole story, mends the drift and leaves nothing behind", async () => {
    const { code, stdout, stderr, left } = await runDemo();
    expect(code, stderr).to.equal(0);
    expect(left).to.deep.equal([]);
    expect(stdout).to.not.contain("\u001b");
    const inOrder = [
      /1\. pulumi preview/,
      /mysql-primary +│ APPLICATION +│ APPLICATION +│ as asked/,
      /cache +│ APPLICATION +│ FILE_SYSTEM +│ A-13 .*mode 755/,
      /reporting +│ APPLICATION +│ FILE_SYSTEM +│ A-12/,
      /10 resources would be created/,
      /10 resources created; all \d+ values are as previewed/,
      /3 backups \(1 application, 2 file system\)/,
      /0 changes, 10 resources in order/,
      /chmod 777 \/tmp\/prescript\.sh on mysql-primary/,
      /3 backups \(3 file system\)/,
      /mysql-primary: WEAKENED, APPLICATION → FILE_SYSTEM/,
      /mysql-primary +│ APPLICATION +│ FILE_SYSTEM +│ A-13 .*mode 777/,
      /fix: set preScript\.fileMode to "0700"/,
      /mysql-primary +│ APPLICATION +│ APPLICATION +│ as asked/,
      /2 resources updated, 8 in order/,
      /10 resources deleted/,
      /To try next/,
    ];
    let rest = stdout;
    for (const expected of inOrder) {
      const found = expected.exec(rest);
      expect(found, `${expected} in:\n${rest}`).to.not.equal(null);
      rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0));
    }
  });

  it("stops and tidies up when it is interrupted", async function () {
    if (process.platform === "win32") skip(this, "Windows has no signals that a process could answer");
    const { code, stderr, left } = await runDemo("1. pulumi preview");
    expect(code, stderr).to.equal(130);
    expect(stderr).to.contain("Interrupted");
    expect(left).to.deep.equal([]);
  });
});
