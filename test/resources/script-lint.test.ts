import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import * as fc from "fast-check";
import type { PropertyMap } from "../../provider/definition/value";
import { scriptDialect as frameworkDialect } from "../../provider/resources/compute/script-dialect";
import { scriptDialect } from "../../provider/resources/ecs/script-dialect";
import { lintScripts, type ScriptToLint } from "../../provider/resources/shared/script-lint";
import { emptyState, FakePulumi, type Run } from "../support/fake-pulumi";
import { type Program, Reference } from "../support/program";
import { TestEngine } from "../support/test-engine";

const secret = "hunter2";

interface Options {
  readonly mode?: string;
  readonly transport?: "CLOUD_ASSISTANT" | "FTP";
  /** Also what is said of scripts that keep no log, as most of the tables' do. */
  readonly logs?: boolean;
}

/** What is found, one text per finding: `pre 3 A-14 warning: message`. */
async function lint(pre: string | undefined, post: string | undefined, options: Options = {}): Promise<string[]> {
  const script = (text: string | undefined): ScriptToLint => ({ text, fileMode: options.mode ?? "0700" });
  const transport = options.transport ?? "CLOUD_ASSISTANT";
  const scripts = { preScript: script(pre), postScript: script(post) };
  const found = await lintScripts({ scripts, dialect: scriptDialect(transport) });
  const lines = (["preScript", "postScript"] as const).flatMap((name) =>
    found[name]
      .filter(({ rule }) => options.logs === true || rule !== "Z-36")
      .map(({ line, rule, severity, message, remedy }) => {
        expect(remedy).to.match(/\w/);
        return `${name.replace("Script", "")} ${line ?? "-"} ${rule} ${severity}: ${message}`;
      }),
  );
  expect(lines.join("\n")).not.to.contain(secret);
  return lines;
}

const sh = (...lines: readonly string[]) => ["#!/bin/sh", ...lines, ""].join("\n");
const quiet = sh("exit 0");

/** What is found in a pre-script and a post-script: `pre <line> <rule>`, with e for an error. */
const table: readonly (readonly [
  what: string,
  pre: string,
  post: string,
  found: readonly string[],
  options?: Options,
])[] = [
  ["scripts that do nothing", quiet, quiet, []],
  ["no shebang", "true\n", quiet, ["pre 1 A-14"]],
  ["an empty script", quiet, "", ["post 1 A-14"]],
  ["a byte order mark", `\uFEFF${quiet}`, quiet, ["pre 1 A-14"]],
  ["Windows line ends", quiet.replaceAll("\n", "\r\n"), quiet, ["pre 1 A-14"]],
  ["Windows line ends further down", "#!/bin/sh\ntrue\r\n", quiet, ["pre 2 A-14"]],
  ["a mode without execution", quiet, quiet, ["pre - A-13", "post - A-13"], { mode: "0644" }],
  ["a mode that only others may execute", quiet, quiet, ["pre - A-13", "post - A-13"], { mode: "611" }],
  ["a mode that is enough", quiet, quiet, [], { mode: "0500" }],

  ["an if without an end", sh("if true; then", "  echo"), quiet, ["pre 4 A-14 e"]],
  ["a quote without an end", quiet, sh("true", "echo 'abc"), ["post 3 A-14 e"]],
  ["a stray done, told once", sh("done", "done"), quiet, ["pre 2 A-14 e"]],
  ["an error in a substitution", sh("true", "echo $(if)"), quiet, ["pre 3 A-14 e"]],
  ["an error in a loop", sh("for x in a; do", "  echo $x", "fi"), quiet, ["pre 4 A-14 e"]],
  ["an error in Korn shell, whose grammar is not sure", "#!/bin/ksh\nfi\n", quiet, ["pre 2 A-14"]],
  ["an error in bash without a shebang", "fi\n", quiet, ["pre 1 A-14", "pre 1 A-14 e"]],
  ["bash's own grammar", "#!/usr/bin/env bash\na=(1 2)\n[[ $a == *x ]] && (( a++ ))\n", quiet, []],
  ["a here-document without an end", sh("cat <<END", "text"), quiet, ["pre 2 A-14"]],
  ["another language", "#!/usr/bin/python3\nif x:\n  print('(')\n", "#!/usr/bin/perl\n}\n", []],

  ["too long for SendFile", sh(`# ${"x".repeat(24_576)}`), quiet, ["pre - A-66 e"]],
  ["as long as SendFile takes", sh(`#${"x".repeat(24_564)}`), quiet, []],
  ["one byte more", sh(`#${"x".repeat(24_565)}`), quiet, ["pre - A-66 e"]],
  ["too long by its bytes", sh(`#${"ü".repeat(12_300)}`), quiet, ["pre - A-66 e"]],
  ["long, by FTP", sh(`# ${"x".repeat(90_000)}`), quiet, [], { transport: "FTP" }],

  ["mysql -pSECRET", sh(`mysql -u root -p${secret} -e 'SELECT 1'`), quiet, ["pre 2 A-66"]],
  ["sudo mysql -pSECRET", sh(`sudo -u root mysql -p'${secret}' -e 'SELECT 1'`), quiet, ["pre 2 A-66"]],
  ["--password=SECRET", quiet, sh("true", `mysqladmin --password="${secret}" ping`), ["post 3 A-66"]],
  ["MYSQL_PWD=SECRET before a command", sh(`MYSQL_PWD=${secret} mysql -e 'SELECT 1'`), quiet, ["pre 2 A-66"]],
  ["export PGPASSWORD=SECRET", sh(`export PGPASSWORD=${secret}`), quiet, ["pre 2 A-66"]],
  ["env PGPASSWORD=SECRET", sh(`env PGPASSWORD=${secret} psql -c 'SELECT 1'`), quiet, ["pre 2 A-66"]],
  ["a variable with a default", sh(`password=\${DB_PASSWORD:-${secret}}`), quiet, ["pre 2 A-66"]],
  ["sqlplus user/SECRET@db", sh(`sqlplus -S system/${secret}@orcl @/opt/x.sql`), quiet, ["pre 2 A-66"]],
  ["sqlplus within su", sh("", `su - oracle -c "sqlplus system/${secret}"`), quiet, ["pre 3 A-66"]],
  ["redis-cli -a SECRET", sh(`redis-cli -a ${secret} BGSAVE`), quiet, ["pre 2 A-66"]],
  ["a password in a URL", sh(`psql postgres://root:${secret}@db/x -c 'SELECT 1'`), quiet, ["pre 2 A-66"]],
  [
    "passwords that come at run time",
    sh(
      'mysql -p"$PW" --password="$(cat /etc/pw)" -e x',
      "MYSQL_PWD=$PW; PGPASSWORD=`cat /etc/pw`; PW='' x",
      "sqlplus / as sysdba",
    ),
    quiet,
    [],
  ],
  ["curl -u user:SECRET", sh(`curl -u admin:${secret} http://localhost/`), quiet, ["pre 2 A-66"]],
  [
    "words that are about a password",
    sh(`: "\${DB_PASSWORD:?is missing}"`, `x \${DB_PASSWORD:+--secure}`, "PASSWORD_ROTATION=30", "curl -u $USER:$PW y"),
    quiet,
    [],
  ],
  [
    "words that only look like passwords",
    sh(
      "PASSWORD_FILE=/etc/pw",
      "ASK_PASSWORD=yes",
      "mysql -p -P 3306 -e x",
      "mkdir -p/tmp/x",
      "sqlplus -S /nolog @a/b",
    ),
    quiet,
    [],
  ],
];

/** Freezes, as one line each; the post-script is in the second column. */
const freezes: readonly (readonly [pre: string, post: string, found: readonly string[]])[] = [
  ["timeout 9 fsfreeze -f /data", "exit 0", ["pre 2 A-14"]],
  ["timeout 9 fsfreeze -f /data", "fsfreeze -u /data", []],
  ["timeout 9 fsfreeze -f /data", "xfs_freeze -u /data/", []],
  ["timeout 9 fsfreeze -f /data", "fsfreeze -u /logs", ["pre 2 A-14"]],
  ["for m in /a /b; do timeout 9 fsfreeze -f $m; done", "for m in /a /b; do fsfreeze -u $m; done", []],
  ["sudo timeout 9 /usr/sbin/fsfreeze --freeze /data", "echo done", ["pre 2 A-14"]],
  ["fsfreeze -f /data", "fsfreeze -u /data", ["pre 2 A-75"]],
  ["(sleep 60; fsfreeze -u /data) & fsfreeze -f /data", "fsfreeze -u /data", []],
  ["(sleep 60; fsfreeze -u /data) & fsfreeze -f /data", "exit 0", ["pre 2 A-14"]],
  ["timeout 9 docker pause db", "docker ps", ["pre 2 A-14"]],
  ["timeout 9 docker pause db", "docker unpause db", []],
  ["timeout 9 docker compose pause db", "docker compose unpause", []],
  ["systemctl stop mysqld", "logger finished", ["pre 2 A-14"]],
  ["systemctl stop mysqld", "systemctl start mysqld.service", []],
  ["systemctl stop mysqld", "systemctl start nginx", ["pre 2 A-14"]],
  ["/etc/init.d/tomcat stop", "service tomcat start", []],
  ["systemctl stop app; sync; systemctl start app", "exit 0", []],
  ["timeout 9 docker stop -t 30 db", "exec >>/var/log/thaw; docker start db", []],
  ["timeout 9 docker stop -t 30 db web", "exec >>/var/log/thaw; docker start db", ["pre 2 A-14"]],
  ["supervisorctl -c /etc/s.conf stop app", "supervisorctl start app", []],
  ["systemctl stop mysqld", "systemctl start mysql", []],
  ["timeout 9 pg_ctl stop -D /data -m fast", "pg_ctl start -D /data -w", []],
  ["timeout 9 pkill -STOP worker", "pkill -CONT worker", []],
  ["sh -c 'timeout 9 xfs_freeze -f /data'", "exit 0", ["pre 2 A-14"]],
  ["timeout 9 fsfreeze -f /data", "trap 'fsfreeze -u /data' EXIT", []],
  ["timeout 9 fsfreeze -f /data", "/opt/app/thaw.sh", []],
  ["timeout 9 fsfreeze -f /data", ". /opt/app/functions", []],
  ["timeout 9 fsfreeze -f /data", '"$THAW"', []],
  ["timeout 9 fsfreeze -f /data", "curl -X POST http://localhost/thaw", []],
  ["command -v fsfreeze; grep fsfreeze /etc/x -f y", "exit 0", []],
  ["echo 'FLUSH TABLES WITH READ LOCK'", "exit 0", []],
  ["# fsfreeze -f /data", "exit 0", []],
  ["timeout 9 mysql -e 'flush tables with read lock'", "mysql -e 'UNLOCK TABLES'", ["pre 2 A-14"]],
  ['timeout 9 mysql -p"$PW" -e "FLUSH TABLES a, b WITH READ LOCK;"', "exit 0", ["pre 2 A-14", "pre 2 A-14"]],
  ["timeout 9 mysql -e 'LOCK INSTANCE FOR BACKUP; SELECT SLEEP(60)' &", "exit 0", ["pre 2 A-14"]],
  ["timeout 9 mysql -e 'LOCK INSTANCE FOR BACKUP; SELECT SLEEP(60)' &", "kill $(cat /run/pid)", []],
  [
    "timeout 60 mysql -e 'FLUSH TABLES WITH READ LOCK; SELECT SLEEP(60)' &",
    'mysql -p"$PW" -e "SELECT 1"',
    ["pre 2 A-14"],
  ],
  [
    "(echo 'FLUSH TABLES WITH READ LOCK;'; cat /run/f) | mysql --connect-timeout=9 &",
    "echo 'UNLOCK TABLES;' >/run/f",
    [],
  ],
  ["mysql -e 'SET GLOBAL read_only = ON'", "mysql -e 'SET GLOBAL read_only = 0'", ["pre 2 A-75"]],
  ["mysqldump --lock-tables --all-databases", "exit 0", []],
];

describe("the lint of scripts", () => {
  for (const [what, pre, post, expected, options] of table) {
    it(`${expected.length === 0 ? "is quiet about" : "finds"} ${what}`, async () => {
      expect((await lint(pre, post, options)).map(brief)).to.deep.equal(expected);
    });
  }

  for (const [pre, post, expected] of freezes) {
    it(`${expected.length === 0 ? "is quiet about" : "finds"} a freeze: ${pre} → ${post}`, async () => {
      expect((await lint(sh(pre), sh(post))).map(brief)).to.deep.equal(expected);
    });
  }

  it("finds statements in here-documents, at their line", async () => {
    const freeze = (sql: string) =>
      sh("export X=1", 'timeout 9 su - oracle -c "sqlplus -S / as sysdba" <<SQL', sql, "SQL");
    const begin = freeze("WHENEVER SQLERROR EXIT 1;\nALTER DATABASE BEGIN BACKUP;");
    expect(await lint(begin, freeze("SELECT 1 FROM dual;"))).to.deep.equal([
      "pre 5 A-14 warning: this puts Oracle into backup mode, and the post-script does not undo it",
    ]);
    expect(await lint(begin, freeze("ALTER DATABASE END BACKUP;"))).to.deep.equal([]);
  });

  it("says what is wrong without quoting the script", async () => {
    expect(await lint(sh("if true; then", "  x", "done"), sh(`[[ a b ${secret} ]]`))).to.deep.equal([
      "pre 4 A-14 error: the shell can't read the script: unexpected token 'done'",
      "post 2 A-14 error: the shell can't read the script: unexpected token a word",
    ]);
  });

  it("finds nothing in what it does not know", async () => {
    expect(await lint(undefined, undefined, { mode: "0644" })).to.deep.equal([]);
    expect(await lint(sh("timeout 9 fsfreeze -f /data"), undefined)).to.deep.equal([]);
  });

  it("quotes no script, whatever it is", async () => {
    const pieces = [
      ...["\n", " ", ";", "'", '"', "`", "$(", ")", "{", "}", "<<", "|", "&", "if", "then", "[[", "=", "(("],
    ];
    const piece = fc.constantFrom(
      ...pieces,
      secret,
      `-p${secret}`,
      `PASSWORD=${secret}`,
      "mysql",
      "fsfreeze -f",
      "su -c",
    );
    const script = fc.array(piece).map((parts) => sh(parts.join("")));
    await fc.assert(
      fc.asyncProperty(script, script, async (pre, post) => void (await lint(pre, post))),
      { numRuns: 500 },
    );
  });

  it("takes scripts that are long or nested deeply", async () => {
    const long = sh('mysql -p"$PW" -e "SELECT 1;" >>/var/log/x || echo "$(date) failed"\n'.repeat(4000), "done");
    expect(await lint(long, sh("{ ".repeat(9000)), { transport: "FTP" })).to.have.lengthOf(2);
    const nested = sh(`${"$(".repeat(4000)}true${")".repeat(4000)}`, 'sh -c "'.repeat(99));
    expect((await lint(nested, quiet, { transport: "FTP" })).map(brief)).to.deep.equal(["pre 3 A-14 e"]);
  });

  it("is quiet about the example's scripts", async () => {
    const folder = path.resolve(__dirname, "../../examples/app-consistent-mysql/scripts");
    const [freeze, thaw] = ["freeze.sh", "thaw.sh"].map((name) => readFileSync(path.join(folder, name), "utf8"));
    expect(await lint(freeze, thaw, { logs: true })).to.deep.equal([]);
  });
});

/** A line of a script, and whether the script keeps a log with it. */
const logs: readonly (readonly [line: string, isLogged: boolean])[] = [
  ["mysql -e 'SELECT 1'", false],
  ["echo frozen", false],
  ["mysql -e 'SELECT 1' >/dev/null 2>&1", false],
  ["mysql -e 'SELECT 1' >>/dev/null", false],
  ["mysql -e 'SELECT 1' 2>/tmp/errors", false],
  ["logger frozen", true],
  ["sudo logger -t backup frozen", true],
  ["mysql -e 'SELECT 1' | systemd-cat -t backup", true],
  ["mysql -e 'SELECT 1' 2>&1 | tee -a /srv/x", true],
  ["exec >>/srv/x 2>&1", true],
  ["exec > >(tee /srv/x)", true],
  ["{ date; mysql -e 'SELECT 1'; } >>/srv/x", true],
  ["mysql -e 'SELECT 1' &>>/srv/x", true],
  ["mysql -e 'SELECT 1' >/var/log/freeze", true],
  ['say() { logger "$1"; }; say frozen', true],
  ["true", true],
];

describe("the lint of the framework's scripts", () => {
  const found = async (pre: string, post: string): Promise<string[]> => {
    const scripts = { preScript: { text: pre, fileMode: "700" }, postScript: { text: post, fileMode: "700" } };
    const { preScript, postScript } = await lintScripts({ scripts, dialect: frameworkDialect });
    return [...preScript, ...postScript].map(
      ({ rule, severity, line, message }) => `${rule} ${severity} ${line} ${message}`,
    );
  };

  for (const [line, isLogged] of logs) {
    it(`${isLogged ? "is content with" : "misses a log in"} ${line}`, async () => {
      const expected = isLogged ? [] : ["Z-36 warning null the script keeps no log: when it fails, nothing tells why"];
      expect(await found(`#!/bin/bash\n${line}\n`, quiet)).to.deep.equal(expected);
      expect(await found(quiet, `#!/bin/bash\n${line}\n`)).to.deep.equal(expected);
      const onAlibaba = (await lint(`#!/bin/bash\n${line}\n`, quiet, { logs: true })).map(brief);
      expect(onAlibaba.filter((each) => each.includes("Z-36"))).to.deep.equal(isLogged ? [] : ["pre - Z-36"]);
    });
  }

  it("does not read what is for no shell", async () => {
    expect(await found("#!/usr/bin/env python3\nif x:\n  print('(')\n", "#!/usr/bin/perl\n}\n")).to.deep.equal([]);
  });

  it("tells all else by the same rule", async () => {
    const lines = await found(sh("if x; then"), sh(`mysql -p${secret} -e x`, "logger x"));
    expect(lines.map((each) => each.split(" ").slice(0, 3).join(" "))).to.have.members([
      ...["Z-36 error 3", "Z-36 warning 2"],
    ]);
  });
});

function brief(line: string): string {
  const [script, at, rule, severity] = line.split(" ");
  return [script, at, rule, ...(severity === "error:" ? ["e"] : [])].join(" ");
}

describe("the lint of a deployment", () => {
  let engine: TestEngine;
  let pulumi: FakePulumi;

  beforeEach(async () => {
    engine = await TestEngine.inMemory();
    pulumi = new FakePulumi(() => engine.open());
  });

  const program = (pre: string, post: string, more: object = {}): Program => [
    { name: "machine", type: "cloudbackup:ecs:Instance", inputs: { instanceName: "machine" } },
    {
      name: "scripts",
      type: "cloudbackup:ecs:ScriptDeployment",
      inputs: {
        instanceIds: [new Reference("machine", "instanceId")],
        preScript: { content: pre, ...more },
        postScript: { content: post },
      },
    },
  ];

  const findingsOf = ({ steps, failure }: Run) => {
    expect(failure?.failures ?? failure?.error).to.equal(undefined);
    return steps.find(({ urn }) => urn.endsWith("::scripts"))?.outputs.lintFindings;
  };

  it("fails the check where the shell can't read a script, naming property and line", async () => {
    const { failure } = await pulumi.preview(program(sh("true", "if x; then"), quiet), emptyState);
    expect(failure?.failures).to.have.lengthOf(1);
    expect(failure?.failures[0]?.reason)
      .to.contain("preScript.content: A-14: line 4: the shell can't read the script: expected")
      .and.to.contain("fix: mend it")
      .and.to.contain("source: ");
  });

  it("warns about the rest, and tells the same in preview, up, refresh and import", async () => {
    const faulty = program(sh(`MYSQL_PWD=${secret} timeout 9 fsfreeze -f /data`), quiet, { fileMode: "0644" });
    const found = findingsOf(await pulumi.preview(faulty, emptyState));
    const placed = (found as readonly PropertyMap[]).map(({ script, severity, line, rule }) => [
      script,
      severity,
      line,
      rule,
    ]);
    expect(placed).to.deep.equal([
      ["preScript", "warning", undefined, "A-13"],
      ["preScript", "warning", undefined, "Z-36"],
      ["preScript", "warning", 2, "A-66"],
      ["preScript", "warning", 2, "A-14"],
    ]);
    const up = await pulumi.up(faulty, emptyState);
    expect(findingsOf(up)).to.deep.equal(found);
    expect(engine.log.join("\n"))
      .to.contain("preScript.fileMode: A-13: ")
      .and.to.contain("preScript.content: A-66: line 2");
    const refreshed = await pulumi.refresh(up.state);
    expect(findingsOf(refreshed)).to.deep.equal(found);
    const own = up.state.resources.filter(({ name }) => name === "scripts");
    const imported = await pulumi.import(own);
    expect(findingsOf(imported)).to.deep.equal(found);
    expect(JSON.stringify([found, engine.log, await engine.export()])).not.to.contain(secret);
  });

  it("keeps what it found when a script is known by its hash alone", async () => {
    const up = await pulumi.up(program("true\n", quiet), emptyState);
    const found = findingsOf(up);
    expect(found).to.have.lengthOf(1);
    const deployment = up.state.resources.find(({ name }) => name === "scripts");
    const hash = `sha256:${String(deployment?.outputs.preScriptSha256)}`;
    const changed = await pulumi.up(program(hash, sh("logger x")), up.state);
    expect(findingsOf(changed)).to.deep.equal(found);
    const mended = await pulumi.up(program(quiet, sh("logger x")), changed.state);
    expect(findingsOf(mended)).to.deep.equal([]);
  });
});
