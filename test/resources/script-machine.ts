import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Stands in for MySQL's client: keeps its option file, writes down what it is asked, and answers SELECT. */
const fakeMysql = `#!/bin/sh
echo "arguments $*" >>"$LOG"
for argument; do
  case "$argument" in
    --defaults-extra-file=*)
      file=\${argument#*=}
      cp "$file" "$LOG.options"
      stat -c %a "$file" >>"$LOG.options-mode" ;;
  esac
done
[ "\${FAILS:-}" != login ] || { echo "ERROR 1045 (28000): Access denied" >&2; exit 1; }
while read -r line; do
  echo "$line" >>"$LOG"
  case "$line" in
    FLUSH*)
      [ "\${FAILS:-}" != lock ] || { echo "ERROR 1205 (HY000): Lock wait timeout" >&2; exit 1; }
      sleep "\${LOCK_SECONDS:-0}" ;;
    SELECT*) echo "$line" | cut -d "'" -f 2 ;;
  esac
done
echo "end of session" >>"$LOG"
`;

/** Stands in for SQL*Plus and the database behind it: $LOG.backup is there while it is in backup mode. */
const fakeSqlplus = `#!/bin/sh
echo "sqlplus $* of $ORACLE_SID in $ORACLE_HOME" >>"$LOG"
[ "\${FAILS:-}" != login ] || { echo "ORA-01031: insufficient privileges"; exit 1; }
code=0
raise() { echo "$1"; exit "$code"; }
while read -r line; do
  case "$line" in
    "WHENEVER SQLERROR EXIT FAILURE") code=1 ;;
    "WHENEVER SQLERROR EXIT "*) code=\${line##* } ;;
    *v\\$backup*) [ ! -e "$LOG.backup" ] || raise "ORA-20000: another backup" ;;
    "ALTER DATABASE BEGIN BACKUP;") echo "$line" >>"$LOG"; sleep "\${BEGIN_SECONDS:-0}"; : >"$LOG.backup"
      [ "\${FAILS:-}" != begin ] || raise "ORA-01123: cannot start online backup" ;;
    "ALTER DATABASE END BACKUP;") echo "$line" >>"$LOG"; [ ! -e "$LOG.end-fails" ] || raise "ORA-03113: end-of-file"
      [ -e "$LOG.backup" ] || raise "ORA-01142: cannot end online backup"; rm "$LOG.backup" ;;
    "ALTER SYSTEM ARCHIVE LOG CURRENT;") echo "$line" >>"$LOG" ;;
  esac
done
`;

const fakeRunuser = `#!/bin/sh
echo "runuser $*" >>"$LOG"
shift 3
exec "$@"
`;

type Environment = Readonly<Record<string, string>>;

/** A machine with fake programs, where scripts run. */
export class ScriptMachine {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), "cloudbackup-template-"));

  constructor(private readonly shell: string) {
    mkdirSync(path.join(this.folder, "bin"));
    const programs = { mysql: fakeMysql, sqlplus: fakeSqlplus, runuser: fakeRunuser };
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(path.join(this.folder, "bin", name), text, { mode: 0o755 });
    }
  }

  #environment(more: Environment) {
    const PATH = [path.join(this.folder, "bin"), process.env.PATH].join(path.delimiter);
    return { ...process.env, PATH, LOG: path.join(this.folder, "log"), ...more };
  }

  /** The exit code and what was said of an error. */
  run(name: "prescript.sh" | "postscript.sh", environment: Environment = {}) {
    const options = {
      encoding: "utf8",
      timeout: 20_000,
      cwd: this.folder,
      env: this.#environment(environment),
    } as const;
    const { status, stderr, error } = spawnSync(this.shell, [path.join(this.folder, name)], options);
    // Also when a process that stays behind keeps the script's pipes open.
    if (error !== undefined) throw error;
    return { status, stderr };
  }

  start(environment: Environment = {}): ChildProcess {
    const options = { stdio: "ignore", cwd: this.folder, env: this.#environment(environment) } as const;
    return spawn(this.shell, [path.join(this.folder, "prescript.sh")], options);
  }

  has(name: string): boolean {
    return existsSync(path.join(this.folder, name));
  }

  write(name: string, text = ""): void {
    writeFileSync(path.join(this.folder, name), text, { mode: 0o700 });
  }

  remove(name: string): void {
    rmSync(path.join(this.folder, name));
  }

  read(name: string): string {
    return this.has(name) ? readFileSync(path.join(this.folder, name), "utf8") : "";
  }

  log(): string[] {
    return this.read("log").trim().split("\n");
  }

  async until(what: string, isSo: () => boolean): Promise<void> {
    const end = Date.now() + 15_000;
    while (!isSo()) {
      if (Date.now() > end) throw new Error(`waited in vain until ${what}; the log: ${this.log().join(" | ")}`);
      await sleep(50);
    }
  }

  destroy(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
