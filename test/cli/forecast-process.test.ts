import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { cache, Folder, mysql, reporting } from "./cli";
import { daily as dailyOnAzure } from "./stories-azure-protection";
import { machines } from "./stories-virtual-machine";

interface Told {
  readonly cloud: string;
  readonly machineName: string;
  readonly idle: string | null;
  readonly forecast: {
    readonly until: string;
    readonly points: number;
    readonly firstPrune?: { readonly time: string };
    readonly slotsAtRisk: { readonly count: number };
  } | null;
}

const backup = (interval: string) => ({ RuleType: "BACKUP", Schedule: `I|1767225600|${interval}`, Retention: 7 });

describe("cloudbackup forecast", () => {
  let folder: Folder;

  const protect = async (name: string, rules: readonly object[], instanceId: string, more = {}): Promise<void> => {
    const create = ["call", "CreatePolicyV2", "--PolicyName", name, "--Rules", JSON.stringify(rules)];
    const { PolicyId } = await folder.json<{ PolicyId: string }>(...create);
    const bindings = JSON.stringify([{ DataSourceId: instanceId, ...more }]);
    await folder.json("call", "CreatePolicyBindings", "--PolicyId", PolicyId, "--PolicyBindingList", bindings);
  };

  before(async () => {
    folder = new Folder();
    const file = join(folder.path, "inventory.json");
    const inventory = [...(JSON.parse(readFileSync(file, "utf8")) as object[]), ...machines];
    writeFileSync(file, JSON.stringify(inventory));
    await protect("daily", [backup("P1D"), { RuleType: "REPLICATION", ReplicationRegionId: "cn-beijing" }], mysql);
    await protect("hourly", [backup("PT1H")], cache);
    await protect("weekly", [backup("P1W")], reporting, { Disabled: true });
    const fault = ["call", "setFault", "--kind", "METADATA_SYNC", "--seconds", `${2 * 86_400}`];
    await folder.json(...fault, "--regionId", "cn-beijing");
    const vault = ["--resourceGroupName", "backup", "--vaultName", "vault"];
    await folder.json("call", "Vaults_CreateOrUpdate", ...vault, "--location", "westeurope");
    const policy = ["--policyName", "daily", "--properties", JSON.stringify(dailyOnAzure)];
    const made = await folder.json<{ policy: { id: string } }>(
      "call",
      "ProtectionPolicies_CreateOrUpdate",
      ...vault,
      ...policy,
    );
    const item = ["--vmId", machines[0].id, "--vaultId", made.policy.id.split("/backupPolicies")[0] ?? ""];
    await folder.json("call", "ProtectedItems_CreateOrUpdate", ...item, "--policyId", made.policy.id);
  });
  after(() => folder.remove());

  it("all that is protected, a line each, of both clouds", async () => {
    const { stdout } = await folder.run("forecast");
    expect(stdout.split("\n").map((line) => line.split(/ {2,}/))).to.deep.equal([
      [
        "MACHINE",
        "LEVEL",
        "FIRST BACKUP",
        "FIRST PRUNE",
        "30 D",
        "90 D",
        "365 D",
        "WORST GAP",
        "HIGH WATER",
        "LAG",
        "AT RISK",
      ],
      ["cache", "CRASH", "2026-01-01 01:00", "2026-01-08 01:00", "168", "168", "168", "1 h", "10.3 GiB", "-", "0"],
      [
        "db",
        "AppConsistent",
        "2026-01-01 02:30",
        "2026-01-31 02:30",
        "30",
        "30",
        "30",
        "24 h",
        "350 GiB",
        "1.47 h",
        "0",
      ],
      [
        "mysql-primary",
        "CRASH",
        "2026-01-02 00:00",
        "2026-01-09 00:00",
        "7",
        "7",
        "7",
        "24 h",
        "439 GiB",
        "0.16 h",
        "1 (A-74)",
      ],
      ["reporting", "suspended", "-", "-", "0", "0", "0", "-", "0 B", "-", "0"],
      ["points after 30, 90 and 365 days; the rest within 30 days"],
      [""],
    ]);
  });

  it("one machine in full, with what goes wrong", async () => {
    const { stdout } = await folder.run("forecast", "mysql-primary", "--days", "3");
    const [title, ...lines] = stdout.split("\n");
    expect(title).to.match(new RegExp(`^CRASH {2}mysql-primary ${mysql}, pd-[a-z0-9]{20}$`));
    expect(lines.slice(0, 9)).to.deep.equal([
      "  until         2026-01-04 00:00 UTC",
      "  next backups  2026-01-02 00:00 UTC, 2026-01-03 00:00 UTC, 2026-01-04 00:00 UTC",
      "  no point for  24 h",
      lines[3],
      "  points        7 after 30 days (135 GiB), 7 after 90 days (135 GiB), 7 after 365 days (135 GiB)",
      "  worst gap     24 h, 2026-01-02 00:00 UTC to 2026-01-03 00:00 UTC",
      "  high water    361 GiB at 2026-01-04 00:00 UTC",
      "  lag           0.16 h to cn-beijing",
      "  at risk       1 (A-74)",
    ]);
    expect(lines[3]).to.match(/^ {2}first prune {3}2026-01-09 00:00 UTC: the point of 2026-01-02 00:00 UTC, s-\w+$/);
    expect(lines[9]).to.match(/^ {4}2026-01-02 00:00 UTC {2}COPY_FAILED {2}A-74 {2}the metadata of .* cn-beijing/);
    expect(lines[10]).to.match(/^ {6}fix: /);
    expect(lines[11]).to.match(/^ {6}source: .*seed 001/);
    const onAzure = (await folder.run("forecast", machines[0].id)).stdout;
    expect(onAzure).to.match(/\n {2}lag {12}1\.47 h to vault\n {2}paired region {2}northeurope, lag not simulated: /);
  });

  it("as JSON, and nothing is written", async () => {
    const before = await folder.run("export");
    const all = await folder.json<Told[]>("forecast", "--json", "--days", "10");
    const told = all.map(({ cloud, machineName, idle, forecast }) =>
      [cloud, machineName, idle, forecast?.points, forecast?.slotsAtRisk.count].join(" "),
    );
    expect(told).to.deep.equal([
      "alibaba cache  168 0",
      "azure db  10 0",
      "alibaba mysql-primary  7 1",
      "alibaba reporting suspended 0 0",
    ]);
    expect(all.map(({ forecast }) => forecast?.until)).to.deep.equal(Array(4).fill("2026-01-11T00:00:00Z"));
    expect(await folder.json<Told[]>("forecast", cache, "--json", "--days", "10")).to.deep.equal([all[0]]);
    expect(await folder.run("export")).to.deep.equal(before);
  });

  it("refuses what it does not know", async () => {
    expect(await folder.run("forecast", "nobody")).to.include({ exitCode: 1, stdout: "" });
    const { exitCode, stderr } = await folder.run("forecast", "web");
    expect({ exitCode, stderr }).to.deep.equal({
      exitCode: 1,
      stderr:
        "error: Engine.NotProtected: nothing protects web\n  fix: protect it: hbr:InstanceProtection, hbr:BackupPlan " +
        "or recoveryservices:ProtectedItem\n" +
        "  source: ENGINE: no document speaks; cloudbackup makes the lower promise\n",
    });
    for (const days of ["0", "3651", "x"]) {
      expect((await folder.run("forecast", "--days", days)).exitCode, days).to.equal(1);
    }
  });
});
