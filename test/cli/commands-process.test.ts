import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { cache, Folder, mysql, reporting } from "./cli";

const daily = [{ RuleType: "BACKUP", Schedule: "I|1767225600|P1D", Retention: 7 }];

interface Point {
  readonly recoveryPointId: string;
  readonly instanceId: string;
  readonly createdTime: string;
  readonly expireTime: string | null;
  readonly nativeSnapshotIdList: readonly string[];
  readonly damaged: boolean;
  readonly immutable: boolean;
  readonly copies: readonly { readonly status: string }[];
}

interface Job {
  readonly jobId: string;
  readonly status: string;
  readonly progress: number;
  readonly completeTime: string | null;
}

interface Explanation {
  readonly requestedLevel: string;
  readonly achievedLevel: string;
  readonly protectionId: string | null;
  readonly steps: readonly { readonly met: boolean; readonly rules: readonly string[]; readonly reasons: unknown[] }[];
}

describe("the operator's commands", () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => folder.remove());

  /** Binds machines to a policy of these rules. */
  const protect = async (rules: readonly object[], ...instanceIds: readonly string[]): Promise<string> => {
    const create = ["call", "CreatePolicyV2", "--PolicyName", "daily", "--Rules", JSON.stringify(rules)];
    const { PolicyId } = await folder.json<{ PolicyId: string }>(...create);
    const bindings = JSON.stringify(instanceIds.map((DataSourceId) => ({ DataSourceId })));
    await folder.json("call", "CreatePolicyBindings", "--PolicyId", PolicyId, "--PolicyBindingList", bindings);
    return PolicyId;
  };

  it("advance runs the schedules, expires points and tells both", async () => {
    await protect(daily, mysql, cache);
    const { stdout } = await folder.run("advance", "30d");
    expect(stdout).to.equal("2026-01-31T00:00:00Z  60 backups (60 crash), 46 expired, 0 failed   0.2 s\n");
    expect(await folder.json("advance", "P1D", "--json")).to.deep.equal({
      from: "2026-01-31T00:00:00Z",
      to: "2026-02-01T00:00:00Z",
      backups: { APPLICATION: 0, FILE_SYSTEM: 0, CRASH: 2 },
      failed: 0,
      skipped: 0,
      expired: 2,
      copied: 0,
      failedCopies: 0,
    });
  });

  it("advance, points and jobs tell what is copied, archived and held", async () => {
    const locked = [
      { RuleType: "BACKUP", Schedule: "I|1767225600|P15D", Retention: 100 },
      { RuleType: "TRANSITION", ArchiveDays: 30 },
      { RuleType: "REPLICATION", ReplicationRegionId: "cn-beijing" },
      { RuleType: "SECURITY", Immutable: true },
    ];
    await protect(locked, cache);
    const fault = ["call", "setFault", "--kind", "METADATA_SYNC", "--seconds", `${20 * 86_400}`];
    await folder.json(...fault, "--regionId", "cn-beijing");
    folder.isWatched = true;
    const { stdout } = await folder.run("advance", "45d");
    expect(stdout).to.contain("3 backups (3 crash), 0 expired, 0 failed, 2 copied (1 failed)");
    folder.isWatched = false;
    const points = await folder.json<Point[]>("points", "--json");
    expect(points.map(({ copies }) => copies.map(({ status }) => status))).to.deep.equal([
      ["CREATED"],
      ["COMPLETE"],
      ["FAILED"],
    ]);
    expect(points.map(({ immutable }) => immutable)).to.deep.equal([true, true, true]);
    const table = (await folder.run("points")).stdout.split("\n");
    expect(table[1]).to.match(/ cn-beijing CREATED +usable, immutable$/);
    expect(table[2]).to.match(/ cn-beijing +usable, immutable$/);
    expect(table[3]).to.match(/ cn-beijing FAILED +usable, archived, immutable$/);
    expect(await folder.json<Job[]>("jobs", "--status", "RUNNING", "--json")).to.have.lengthOf(1);
  });

  it("jobs tells one that was cancelled", async () => {
    const job = ["call", "CreateBackupJob", "--SourceType", "UDM_ECS", "--InstanceId", mysql, "--Retention", "30"];
    const { JobId } = await folder.json<{ JobId: string }>(...job);
    await folder.json("call", "CancelBackupJob", "--JobId", JobId);
    expect(await folder.json<Job[]>("jobs", "--status", "CANCELED", "--json")).to.have.lengthOf(1);
    expect((await folder.run("jobs")).stdout).to.match(/mysql-primary +MANUAL +CANCELED +0 %/);
    expect((await folder.run("points")).stdout).to.equal("no recovery points\n");
  });

  it("advance shows its progress where somebody watches, with the same result", async () => {
    await protect(daily, mysql);
    folder.isWatched = true;
    const { stdout, stderr } = await folder.run("advance", "10d");
    expect(stdout).to.match(/^2026-01-11T00:00:00Z {2}10 backups \(10 crash\), 3 expired, 0 failed {3}/);
    expect(stderr.match(/\r█/g)).to.have.lengthOf(10);
    expect(stderr).to.match(/\r {40}\r$/);
    expect(await folder.json<Point[]>("points", "--json")).to.have.lengthOf(7);
  });

  it("advance takes no step back and none under a wall clock", async () => {
    await folder.run("advance", "1d");
    expect((await folder.run("advance", "2026-01-01")).stderr).to.contain("Engine.ClockRunsForward");
    const other = new Folder();
    try {
      other.environment = { CLOUDBACKUP_ENGINE_URL: "wall.db" };
      await wallStack(other);
      const { exitCode, stderr } = await other.run("advance", "1d");
      expect({ exitCode, stderr }).to.deep.include({ exitCode: 1 });
      expect(stderr).to.contain("Engine.WallClock").and.contain("fix:");
    } finally {
      other.remove();
    }
  });

  it("points lists what is there, newest first, and what is damaged", async () => {
    expect((await folder.run("points")).stdout).to.equal("no recovery points\n");
    expect(await folder.json("points", "--json")).to.deep.equal([]);
    await protect(daily, mysql, cache);
    await folder.run("advance", "3d");
    const points = await folder.json<Point[]>("points", "--json");
    expect(points.map((point) => point.createdTime.slice(8, 10))).to.deep.equal(["04", "04", "03", "03", "02", "02"]);
    expect(points[0]?.expireTime).to.equal("2026-01-11T00:00:00Z");
    const ofMysql = await folder.json<Point[]>("points", "--machine", "mysql-primary", "--json");
    expect(ofMysql.map((point) => point.instanceId)).to.deep.equal([mysql, mysql, mysql]);
    const snapshot = ofMysql[1]?.nativeSnapshotIdList[1] ?? "";
    await folder.json("call", "DeleteSnapshot", "--SnapshotId", snapshot);
    const damaged = (await folder.json<Point[]>("points", "--json")).filter((point) => point.damaged);
    expect(damaged.map((point) => point.recoveryPointId)).to.deep.equal([ofMysql[1]?.recoveryPointId]);
    const table = (await folder.run("points", "--limit", "4")).stdout.split("\n");
    expect(table[0]).to.match(/^RECOVERY POINT +MACHINE +CREATED +EXPIRES +LEVEL +SIZE +COPY +STATE$/);
    expect(table).to.have.lengthOf(7);
    expect(table[5]).to.equal("… and 2 older recovery points (--limit 6 shows all)");
    expect(table.filter((line) => line.includes("damaged (A-39)"))).to.have.lengthOf(1);
  });

  it("jobs follow the clock from start to end", async () => {
    const job = ["call", "CreateBackupJob", "--SourceType", "UDM_ECS", "--InstanceId", mysql, "--Retention", "30"];
    await folder.json(...job);
    const states = [];
    for (const step of ["0s", "10m", "1d"]) {
      await folder.run("advance", step);
      states.push(...(await folder.json<Job[]>("jobs", "--json")));
    }
    expect(states.map(({ status }) => status)).to.deep.equal(["RUNNING", "RUNNING", "COMPLETE"]);
    expect(states[0]?.progress).to.equal(0);
    expect(states[1]?.progress).to.be.greaterThan(0).and.lessThan(10_000);
    expect(states[2]?.progress).to.equal(10_000);
    expect(states.map(({ completeTime }) => completeTime === null)).to.deep.equal([true, true, false]);
    expect(await folder.json("jobs", "--status", "FAILED", "--json")).to.deep.equal([]);
    expect((await folder.run("jobs", "--machine", "cache")).stdout).to.equal("no jobs\n");
    expect((await folder.run("jobs")).stdout).to.match(/mysql-primary +MANUAL +COMPLETE +100 %/);
    expect((await folder.run("jobs", "--status", "DONE")).exitCode).to.equal(1);
  });

  it("explain tells each rule, met or not, with reason, fix and source", async () => {
    const asked = ["explain", "mysql-primary", "--app-consistent", "--ram-role-name", "Snap"];
    const { stdout, exitCode } = await folder.run(...asked);
    expect(exitCode).to.equal(0);
    expect(stdout).to.match(/^CRASH \(asked for APPLICATION\) {2}mysql-primary i-bp1mysqlprimary0001, no protection/);
    expect(stdout).to.match(/\n├─ ✓ region cn-hangzhou supports it +A-01\n/);
    expect(stdout).to.match(/\n├─ ✗ RAM role Snap is not attached to the machine +A-08\n│ +fix: .+\n│ +source: .+\n/);
    expect(stdout).to.match(/\n└─ ./);
    const explanation = await folder.json<Explanation>(...asked, "--json");
    expect(explanation).to.deep.include({ requestedLevel: "APPLICATION", achievedLevel: "CRASH", protectionId: null });
    const unmet = explanation.steps.filter((step) => !step.met);
    expect(unmet.flatMap((step) => step.rules)).to.include.members(["A-08", "A-13"]);
    // Of scripts that don't lie there nothing is told about how they end.
    expect(explanation.steps.flatMap((step) => step.rules)).to.not.include("A-14");
    for (const step of unmet) expect(step.reasons).to.not.have.lengthOf(0);
  });

  it("explain takes a protection's settings, and options before them", async () => {
    await protect(daily, reporting);
    const own = await folder.json<Explanation>("explain", reporting, "--json");
    expect(own.requestedLevel).to.equal("CRASH");
    expect(own.protectionId).to.match(/^pd-/);
    const role = ["--app-consistent", "--ram-role-name", "Snap", "--no-enable-writers", "--json"];
    expect((await folder.json<Explanation>("explain", reporting, ...role)).requestedLevel).to.equal("FILE_SYSTEM");
    const { exitCode, stderr } = await folder.run("explain", reporting, "--app-consistent");
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain("MissingParameter").and.contain("A-08");
  });

  it("explain suggests the machine that was meant and tells that one is gone", async () => {
    expect((await folder.run("explain", "mysql-primry")).stderr).to.contain("did you mean mysql-primary?");
    expect((await folder.run("explain", "zzzz")).stderr).to.contain(`cache (${cache})`);
    await folder.json("call", "DeleteInstance", "--InstanceId", mysql, "--Force", "true");
    const { exitCode, stderr } = await folder.run("explain", mysql);
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain("was released").and.contain("A-72");
  });

  it("call lists its operations for people and for programs", async () => {
    const { stdout } = await folder.run("call", "--list");
    expect(stdout)
      .to.contain("RunCommand (ecs): ")
      .and.match(/ \* --CommandContent +The command line/);
    const listed = await folder.json<{ name: string }[]>("call", "--list", "--json");
    expect(listed.map(({ name }) => name)).to.include.members(["SendFile", "UpdatePolicyBinding", "DeleteSnapshot"]);
    expect(await folder.json("call", "StartInstance", "--list", "--json")).to.have.lengthOf(1);
  });

  it("call takes --Name=value, values that begin with a dash, and refuses the rest in words", async () => {
    await folder.json("call", "StopInstance", `--InstanceId=${cache}`);
    const failures: Readonly<Record<string, readonly string[]>> = {
      "Command.MissingOperation": [],
      "Command.NoParameter": ["StopInstance", mysql],
      "Command.MissingValue": ["StopInstance", "--InstanceId"],
      "Command.GivenTwice": ["StopInstance", "--InstanceId", mysql, "--InstanceId", cache],
      "InvalidAction.NotFound": ["StopInstanse"],
      "Engine.PermanentRetention": [
        ...["CreatePolicyV2", "--PolicyName", "x", "--Rules.1.RuleType", "BACKUP"],
        ...["--Rules.1.Schedule", "I|1767225600|P1D", "--Rules.1.Retention", "-1"],
      ],
    };
    for (const [code, words] of Object.entries(failures)) {
      const { exitCode, stdout, stderr } = await folder.run("call", ...words);
      expect({ exitCode, stdout }, stderr).to.deep.equal({ exitCode: 1, stdout: "" });
      expect(stderr)
        .to.contain(`error: ${code}: `)
        .and.match(/\n {2}fix: .+/);
      expect(stderr).to.not.match(/\n {4}at /);
    }
  });

  it("export prints every row as a line of JSON, and the same lines again", async () => {
    await protect(daily, mysql);
    await folder.run("advance", "2d");
    const first = await folder.run("export");
    const rows = first.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { table: string });
    expect(rows.filter(({ table }) => table === "recoveryPoint")).to.have.length(2);
    expect(await folder.run("export")).to.deep.equal(first);
  });

  it("an engine whose clock is the wall's catches up, though nobody says so any more", async () => {
    await wallStack(folder);
    writeFileSync(`${folder.path}/Pulumi.dev.yaml`, "config: {}\n");
    const { stdout } = await folder.run("export");
    expect(stdout).to.contain('"now":1800000000');
  });

  it("wrong usage ends with 1, help with 0", async () => {
    const wrong = [[], ["bogus"], ["points", "--lmit", "3"], ["advance"], ["points", "--limit", "0"]];
    for (const argv of [...wrong, ["--edition", "2020", "points"]]) {
      expect((await folder.run(...argv)).exitCode, argv.join(" ")).to.equal(1);
    }
    for (const name of ["advance", "call", "explain", "jobs", "points"]) {
      const { exitCode, stdout } = await folder.run(name, "--help");
      expect(exitCode).to.equal(0);
      expect(stdout).to.contain(`Usage: cloudbackup ${name}`).and.contain("--json").and.contain("--engine-url");
      expect(stdout.split("\n").filter((line) => line.length > 120)).to.deep.equal([]);
    }
    expect((await folder.run("--version")).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
  });
});

/** Makes an engine whose clock is the wall's. */
async function wallStack(folder: Folder): Promise<void> {
  writeFileSync(`${folder.path}/Pulumi.yaml`, "name: p\nruntime: nodejs\n");
  writeFileSync(`${folder.path}/Pulumi.dev.yaml`, "config:\n  cloudbackup:clock: wall\n");
  await folder.json("call", "CreatePolicyV2", "--PolicyName", "daily", "--Rules", JSON.stringify(daily));
}
