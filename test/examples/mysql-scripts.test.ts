import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { skip } from "../support/skip";

const scripts = path.resolve(__dirname, "../../examples/app-consistent-mysql/scripts");

/** Stands in for MySQL's client: writes down what it is asked, answers SELECT, and refuses the lock when told to. */
const client = `#!/bin/sh
echo "arguments $*" >>"$MYSQL_LOG"
while read -r line; do
  echo "$line" >>"$MYSQL_LOG"
  case "$line" in
    FLUSH*) if [ -n "\${MYSQL_REFUSES:-}" ]; then echo "ERROR 1205 (HY000)" >&2; exit 1; fi ;;
    SELECT*) echo "$line" | cut -d "'" -f 2 ;;
  esac
done
echo "end of session" >>"$MYSQL_LOG"
`;

describe("the example's MySQL scripts", function () {
  this.timeout(30_000);
  let folder = "";

  before(function () {
    if (process.platform === "win32") skip(this, "the scripts are for Linux");
  });

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "cloudbackup-mysql-"));
    writeFileSync(path.join(folder, "mysql"), client, { mode: 0o755 });
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function runScript(name: string, environment: Readonly<Record<string, string>> = {}) {
    const { status, stderr, error } = spawnSync("/bin/sh", [path.join(scripts, name)], {
      encoding: "utf8",
      timeout: 20_000,
      env: {
        PATH: [folder, process.env.PATH].join(path.delimiter),
        MYSQL_LOG: path.join(folder, "log"),
        MYSQL_FREEZE_FOLDER: path.join(folder, "state"),
        MYSQL_OPTIONS_FILE: path.join(folder, "options.cnf"),
        ...environment,
      },
    });
    // Also when a session that stays behind keeps the script's pipes open.
    if (error !== undefined) throw error;
    return { status, stderr };
  }

  const log = () => readFileSync(path.join(folder, "log"), "utf8").trim().split("\n");

  it("hold the lock in a session of its own from freeze to thaw", () => {
    expect(runScript("freeze.sh")).to.deep.equal({ status: 0, stderr: "" });
    expect(log()).to.deep.equal([
      `arguments --defaults-extra-file=${path.join(folder, "options.cnf")} --batch --skip-column-names --unbuffered`,
      "SET SESSION lock_wait_timeout = 20;",
      "FLUSH TABLES WITH READ LOCK;",
      "SELECT 'frozen';",
    ]);
    expect(runScript("freeze.sh").status, "a second freeze").to.equal(1);
    expect(runScript("thaw.sh")).to.deep.equal({ status: 0, stderr: "" });
    expect(log().slice(4)).to.deep.equal(["UNLOCK TABLES;", "end of session"]);
    expect(existsSync(path.join(folder, "state"))).to.equal(false);
  });

  it("fail when MySQL does not grant the lock, and say why", () => {
    const { status, stderr } = runScript("freeze.sh", { MYSQL_REFUSES: "yes" });
    expect(status).to.equal(1);
    expect(stderr).to.contain("MySQL did not grant the lock").and.to.contain("ERROR 1205");
    expect(runScript("thaw.sh").status).to.equal(1);
    expect(existsSync(path.join(folder, "state"))).to.equal(false);
    expect(runScript("freeze.sh").status, "the next freeze").to.equal(0);
    expect(runScript("thaw.sh").status).to.equal(0);
  });

  it("unlock by themselves when the thaw is late, which then says so", async () => {
    expect(runScript("freeze.sh", { MYSQL_FREEZE_SECONDS: "0" }).status).to.equal(0);
    // The session ends beside the script, and on a busy machine after it.
    while (!log().includes("end of session")) await setTimeout(100);
    const { status, stderr } = runScript("thaw.sh");
    expect(status).to.equal(1);
    expect(stderr).to.contain("the lock was gone before the snapshot ended");
    expect(log().slice(-2)).to.deep.equal(["UNLOCK TABLES;", "end of session"]);
  });
});
