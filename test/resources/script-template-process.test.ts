import { spawnSync } from "node:child_process";
import { once } from "node:events";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { isPropertyMap, type PropertyMap, Secret, type Value } from "../../provider/definition/value";
import { scriptDialect } from "../../provider/resources/ecs/script-dialect";
import { lintScripts } from "../../provider/resources/shared/script-lint";
import { skip } from "../support/skip";
import { TestEngine } from "../support/test-engine";
import { ScriptMachine } from "./script-machine";

/** Calls the function as Pulumi does. */
async function invoke(args: PropertyMap) {
  const engine = await TestEngine.inMemory();
  const session = await engine.open();
  const { result, failures } = await session.invoke({
    token: "cloudbackup:ecs:getScriptTemplate",
    args,
    preview: true,
  });
  await session.close();
  return { result, failures: failures.map(({ property, reason }) => `${property} | ${reason}`) };
}

function content(value: Value | undefined): string {
  if (!(value instanceof Secret) || typeof value.value !== "string") throw new Error("a script must be secret");
  return value.value;
}

/** Puts the scripts of a template on a machine. */
async function install(machine: ScriptMachine, args: PropertyMap): Promise<void> {
  const { result, failures } = await invoke({ timeoutInSeconds: 15, stateFolder: machine.folder, ...args });
  expect(failures).to.deep.equal([]);
  machine.write("prescript.sh", content(result?.preScript));
  machine.write("postscript.sh", content(result?.postScript));
}

const done = { status: 0, stderr: "" };
const wicked = `'; touch pwned; echo "x" \\ $(touch pwned) \`touch pwned\`\nEND_OF_OPTIONS\ntouch pwned #! ü`;

/** A value of an option file as MySQL reads it. */
function readOption(file: string, name: string): string | undefined {
  const line = file.split("\n").find((each) => each.startsWith(`${name}=`));
  const letters: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", s: " " };
  return /^[^=]*="(.*)"$/.exec(line ?? "")?.[1]?.replace(/\\(.)/g, (_, letter: string) => letters[letter] ?? letter);
}

describe("ecs:getScriptTemplate", () => {
  const oracle = { oracleHome: "/opt/oracle", oracleSid: "orcl" };

  it("gives secret scripts, notes and settings, and the scripts pass the lint", async () => {
    const wanted: readonly PropertyMap[] = [
      { application: "mysql" },
      { application: "mysql", mysql: { user: "backup", password: new Secret("hunter2"), host: "db", port: 3307 } },
      { application: "mysql", mysql: { password: wicked, socket: "/run/mysqld.sock", lockTimeoutInSeconds: 2 } },
      { application: "oracle", oracle },
      { application: "oracle", oracle: { ...oracle, osUser: "ora" }, timeoutInSeconds: 600, maxFreezeInSeconds: 3600 },
    ];
    for (const args of wanted) {
      const { result, failures } = await invoke(args);
      expect(failures).to.deep.equal([]);
      const [pre, post] = [content(result?.preScript), content(result?.postScript)];
      const toLint = (text: string) => ({ text, fileMode: "0700" });
      const scripts = { preScript: toLint(pre), postScript: toLint(post) };
      const found = await lintScripts({ scripts, dialect: scriptDialect("CLOUD_ASSISTANT") });
      expect(found).to.deep.equal({ preScript: [], postScript: [] });
      for (const text of [pre, post]) {
        for (const shell of ["bash", "sh"]) {
          expect(spawnSync(shell, ["-n"], { input: text, encoding: "utf8" }).stderr).to.equal("");
        }
      }
      expect(result?.notes).to.be.an("array").that.is.not.empty;
      expect(isPropertyMap(result?.suggestedSettings) ? result?.suggestedSettings : {}).to.include({
        preScriptPath: "/tmp/prescript.sh",
        postScriptPath: "/tmp/postscript.sh",
        fileMode: "0700",
        timeoutInSeconds: args.timeoutInSeconds ?? 30,
      });
      expect(JSON.stringify([result?.notes, result?.suggestedSettings])).not.to.contain("hunter2");
    }
  });

  const refused: readonly (readonly [what: string, args: PropertyMap, parts: readonly string[]])[] = [
    ["another application", { application: "redis" }, ["application | ", "mysql"]],
    ["no parameters for Oracle", { application: "oracle" }, ["oracle | MissingParameter", "set oracle.oracleHome"]],
    ["Oracle without its home", { application: "oracle", oracle: { oracleSid: "x" } }, ["oracle.oracleHome"]],
    [
      "a SID that is none",
      { application: "oracle", oracle: { ...oracle, oracleSid: "a b" } },
      ["oracle.oracleSid", "SID"],
    ],
    ["a relative folder", { application: "mysql", stateFolder: "run" }, ["stateFolder | ", "absolute path"]],
    ["a NUL", { application: "mysql", mysql: { password: "hunter2\0" } }, ["mysql.password"]],
    [
      "a wait for the lock beyond the time-out",
      { application: "mysql", mysql: { password: "hunter2", lockTimeoutInSeconds: 30 } },
      ["mysql.lockTimeoutInSeconds", "leaves no time", "use 19 s at most"],
    ],
  ];
  for (const [what, args, parts] of refused) {
    it(`refuses ${what}`, async () => {
      const { result, failures } = await invoke(args);
      expect(result).to.equal(undefined);
      for (const part of parts) expect(failures.join("\n")).to.contain(part);
      expect(failures.join("\n")).not.to.contain("hunter2");
    });
  }
});

for (const shell of ["bash", "sh"]) {
  /** What the process in the background does is tried once: /bin/sh runs it in any case. */
  const itOnce = shell === "sh" ? it : () => undefined;

  describe(`the templates' scripts, run by ${shell}`, function () {
    this.timeout(60_000);
    let machine: ScriptMachine;

    before(function () {
      if (process.platform !== "linux") skip(this, "the scripts are for Linux");
    });

    beforeEach(() => {
      machine = new ScriptMachine(shell);
    });

    afterEach(() => machine.destroy());

    describe("for MySQL", () => {
      const state = "cloudbackup-mysql";
      const frozen = ["SET SESSION lock_wait_timeout = 7;", "FLUSH TABLES WITH READ LOCK;", "SELECT 'frozen';"];

      it("hold the lock from freeze to thaw, and thaw once", async () => {
        await install(machine, { application: "mysql" });
        expect(machine.run("postscript.sh"), "a thaw before").to.deep.equal(done);
        expect(machine.run("prescript.sh")).to.deep.equal(done);
        expect(machine.log().slice(1)).to.deep.equal(frozen);
        expect(machine.run("prescript.sh").status, "a second freeze").to.equal(1);
        expect(machine.log().slice(1)).to.deep.equal(frozen);
        expect(machine.run("postscript.sh")).to.deep.equal(done);
        expect(machine.log().slice(4)).to.deep.equal(["UNLOCK TABLES;", "end of session"]);
        expect(machine.has(state)).to.equal(false);
        expect(machine.run("postscript.sh"), "a second thaw").to.deep.equal(done);
      });

      it("give the password to mysql by a file for root alone, whatever it is", async () => {
        const mysql = { user: `o'r`, password: wicked, host: 'h"\\', socket: "/a b/'c" };
        await install(machine, { application: "mysql", mysql });
        expect(machine.run("prescript.sh")).to.deep.equal(done);
        expect(machine.has(`${state}/options.cnf`), "the option file is left").to.equal(false);
        expect(machine.run("postscript.sh")).to.deep.equal(done);
        const file = machine.read("log.options");
        for (const [name, value] of Object.entries(mysql)) expect(readOption(file, name)).to.equal(value);
        expect(machine.read("log.options-mode").trim()).to.equal("600");
        expect(machine.log()[0]).to.match(
          /^arguments --defaults-extra-file=\S+ --batch --skip-column-names --unbuffered$/,
        );
        expect(machine.has("pwned")).to.equal(false);
      });

      itOnce("thaw by themselves when no post-script comes, and a late one says so", async () => {
        await install(machine, { application: "mysql", maxFreezeInSeconds: 1 });
        expect(machine.run("prescript.sh")).to.deep.equal(done);
        await machine.until("it thaws", () => machine.log().includes("end of session"));
        const late = machine.run("postscript.sh");
        expect(late.status).to.equal(1);
        expect(late.stderr).to.contain("the lock was gone before the snapshot ended");
        expect(machine.has(state)).to.equal(false);
        expect(machine.run("postscript.sh")).to.deep.equal(done);
      });

      for (const [fails, part] of [
        ["login", "ERROR 1045"],
        ["lock", "ERROR 1205"],
      ] as const) {
        it(`fail when the ${fails} fails, and leave nothing`, async () => {
          await install(machine, { application: "mysql" });
          const { status, stderr } = machine.run("prescript.sh", { FAILS: fails });
          expect(status).to.equal(1);
          expect(stderr).to.contain("MySQL did not grant the lock").and.to.contain(part);
          expect(machine.has(state)).to.equal(false);
          expect(machine.run("postscript.sh")).to.deep.equal(done);
          expect(machine.run("prescript.sh"), "the next freeze").to.deep.equal(done);
          expect(machine.run("postscript.sh")).to.deep.equal(done);
        });
      }

      itOnce("end a session that hangs", async () => {
        await install(machine, { application: "mysql", mysql: { lockTimeoutInSeconds: 1 } });
        const { status, stderr } = machine.run("prescript.sh", { LOCK_SECONDS: "30" });
        expect(status).to.equal(1);
        expect(stderr).to.contain("MySQL did not answer in time");
        expect(machine.has(state)).to.equal(false);
        const left = spawnSync("pgrep", ["-f", machine.folder], { encoding: "utf8" }).stdout;
        expect(left, "processes that are left").to.equal("");
      });

      it("thaw when they are ended in the middle", async () => {
        await install(machine, { application: "mysql" });
        const script = machine.start({ LOCK_SECONDS: "2" });
        const ended = once(script, "exit");
        await machine.until("it locks", () => machine.log().includes("FLUSH TABLES WITH READ LOCK;"));
        script.kill("SIGTERM");
        expect((await ended)[0]).to.equal(143);
        expect(machine.log().slice(-2)).to.deep.equal(["UNLOCK TABLES;", "end of session"]);
        expect(machine.has(state)).to.equal(false);
      });

      itOnce("thaw when they are killed", async () => {
        await install(machine, { application: "mysql", maxFreezeInSeconds: 1 });
        const script = machine.start({ LOCK_SECONDS: "1" });
        await machine.until("it locks", () => machine.log().includes("FLUSH TABLES WITH READ LOCK;"));
        script.kill("SIGKILL");
        await machine.until("it thaws", () => machine.log().includes("end of session"));
        expect(machine.run("postscript.sh").status).to.equal(1);
        expect(machine.has(state)).to.equal(false);
      });
    });

    describe("for Oracle", () => {
      const state = "cloudbackup-oracle";
      const backup = "log.backup";
      const osUser = os.userInfo().username;
      const installOracle = (more: PropertyMap = {}) =>
        install(machine, {
          application: "oracle",
          oracle: { oracleHome: machine.folder, oracleSid: "orcl", osUser },
          ...more,
        });
      const [archive, begin, end] = ["SYSTEM ARCHIVE LOG CURRENT", "DATABASE BEGIN BACKUP", "DATABASE END BACKUP"].map(
        (statement) => `ALTER ${statement};`,
      );
      const statements = () => machine.log().filter((line) => line.startsWith("ALTER"));

      it("begin and end backup mode, once", async () => {
        await installOracle();
        expect(machine.run("postscript.sh"), "a thaw before").to.deep.equal(done);
        expect(machine.run("prescript.sh")).to.deep.equal(done);
        expect(statements()).to.deep.equal([archive, begin]);
        expect(machine.log()[0]).to.equal(`sqlplus -S -L / as sysdba of orcl in ${machine.folder}`);
        expect(machine.run("prescript.sh").status, "a second freeze").to.equal(1);
        expect(machine.run("postscript.sh")).to.deep.equal(done);
        expect(statements()).to.deep.equal([archive, begin, end, archive]);
        expect(machine.has(backup) || machine.has(state)).to.equal(false);
        expect(machine.run("postscript.sh"), "a second thaw").to.deep.equal(done);
      });

      it("become the database's user, with Oracle's home and SID, whatever the home is", async () => {
        const oracleHome = path.join(machine.folder, `o'r; touch pwned; $(touch pwned)`);
        await install(machine, { application: "oracle", oracle: { oracleHome, oracleSid: "ORCL_1", osUser: "ora-1" } });
        expect(machine.run("prescript.sh")).to.deep.equal(done);
        expect(machine.run("postscript.sh")).to.deep.equal(done);
        expect(machine.log().slice(0, 2)).to.deep.equal([
          "runuser -u ora-1 -- sqlplus -S -L / as sysdba",
          `sqlplus -S -L / as sysdba of ORCL_1 in ${oracleHome}`,
        ]);
        expect(machine.has("pwned")).to.equal(false);
      });

      itOnce("thaw by themselves when no post-script comes, trying again, and a late one says so", async () => {
        await installOracle({ maxFreezeInSeconds: 1 });
        machine.write("log.end-fails");
        expect(machine.run("prescript.sh")).to.deep.equal(done);
        await machine.until("it tries to thaw", () => statements().includes(end ?? ""));
        const early = machine.run("postscript.sh");
        expect(early.status).to.equal(1);
        expect(early.stderr).to.contain("may still be in backup mode").and.to.contain("ORA-03113");
        machine.remove("log.end-fails");
        await machine.until("it thaws", () => !machine.has(backup));
        const late = machine.run("postscript.sh");
        expect(late.status).to.equal(1);
        expect(late.stderr).to.contain("backup mode ended before the snapshot did");
        expect(machine.has(state)).to.equal(false);
        expect(machine.run("postscript.sh")).to.deep.equal(done);
      });

      for (const [fails, part] of [
        ["login", "ORA-01031"],
        ["begin", "ORA-01123"],
      ] as const) {
        it(`fail when the ${fails} fails, and leave nothing`, async () => {
          await installOracle();
          const { status, stderr } = machine.run("prescript.sh", { FAILS: fails });
          expect(status).to.equal(1);
          expect(stderr).to.contain("did not go into backup mode").and.to.contain(part);
          expect(machine.has(backup) || machine.has(state)).to.equal(false);
          expect(machine.run("postscript.sh")).to.deep.equal(done);
          expect(machine.run("prescript.sh"), "the next freeze").to.deep.equal(done);
          expect(machine.run("postscript.sh")).to.deep.equal(done);
        });
      }

      it("leave another backup alone", async () => {
        await installOracle();
        machine.write(backup);
        const { status, stderr } = machine.run("prescript.sh");
        expect(status).to.equal(1);
        expect(stderr).to.contain("another backup");
        expect(machine.run("postscript.sh")).to.deep.equal(done);
        expect(statements()).to.deep.equal([]);
        expect(machine.has(backup)).to.equal(true);
      });

      for (const [signal, code] of [
        ["SIGTERM", 143],
        ["SIGKILL", null],
      ] as const) {
        it(`thaw when they are ended in the middle by ${signal}`, async () => {
          await installOracle({ maxFreezeInSeconds: 3 });
          const script = machine.start({ BEGIN_SECONDS: "1" });
          const ended = once(script, "exit");
          await machine.until("it begins", () => statements().includes(begin ?? ""));
          script.kill(signal);
          expect((await ended)[0]).to.equal(code);
          await machine.until("it thaws", () => statements().includes(end ?? "") && !machine.has(backup));
          expect(machine.run("postscript.sh").status).to.equal(code === null ? 1 : 0);
          expect(machine.has(state)).to.equal(false);
        });
      }
    });
  });
}
