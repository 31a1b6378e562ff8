import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { runCli } from "../../provider/cli/program";
import { advance } from "../../provider/engine/advance";
import { sha256Hex } from "../../provider/engine/core/identifier";
import { manualClockStart, secondsPerDay } from "../../provider/engine/core/time";
import { projectFolderOf, pulumiEnvironment } from "../../scripts/lib/inline-stack";
import { declare } from "../support/declare";
import { withEngine } from "../support/engine";
import { type TestStack, withStack } from "../support/pulumi";

/** Immutable points that are to go, a vault that soft-deletes, and a machine that is protected from Pulumi. */
async function program(): Promise<void> {
  const rules = [
    { ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 7 },
    { ruleType: "SECURITY", immutable: true },
  ];
  const db = declare("ecs:Instance", "db", { instanceName: "db" });
  const policyId = declare("hbr:Policy", "daily", { rules }).get("policyId");
  const onDestroy = "delete";
  declare("hbr:InstanceProtection", "protected-db", { instanceId: db.get("instanceId"), policyId, onDestroy });
  const vault = declare("recoveryservices:Vault", "vault", { resourceGroupName: "backup", location: "westeurope" });
  const web = declare("compute:VirtualMachine", "web", { resourceGroupName: "prod", location: "westeurope" });
  const vaultPolicy = declare("recoveryservices:ProtectionPolicy", "nightly", {
    vaultId: vault.get("vaultId"),
    schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
    retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
  });
  declare("recoveryservices:ProtectedItem", "protected-web", {
    vaultId: vault.get("vaultId"),
    sourceResourceId: web.get("vmId"),
    policyId: vaultPolicy.get("policyId"),
    onDestroy,
  });
  declare("ecs:Instance", "kept", { instanceName: "kept" }, { protect: true });
}

interface Told {
  readonly resources: readonly { readonly urn: string; readonly outcome: string; readonly goesAt?: string }[];
  readonly kept: readonly { readonly count: number; readonly until: string }[];
}

async function rehearse({ folder }: TestStack, ...options: readonly string[]): Promise<{ code: number; told: Told }> {
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  const environment = { ...process.env, ...(await pulumiEnvironment(folder)) };
  const code = await runCli(
    ["-C", projectFolderOf(folder), "--stack", "test", "rehearse-destroy", "--json", ...options],
    {
      stdout: print,
      stderr: print,
      isWatched: false,
      hasColour: false,
      environment,
      currentDirectory: folder,
      wallTime: () => 0,
      stopwatch: () => 0,
    },
  );
  return { code, told: JSON.parse(printed.join("")) as Told };
}

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

describe("a rehearsal of pulumi destroy through the CLI", function () {
  this.timeout(120_000);

  it("says what the destroy then does, and writes nothing", async () => {
    await withStack("rehearsal", program, async (stack) => {
      await stack.up();
      const until = manualClockStart + 5 * secondsPerDay;
      await withEngine(stack.folder, (engine) => engine.run(advance, { until }));
      const engineFile = path.join(projectFolderOf(stack.folder), ".cloudbackup", "engine.db");
      const hash = () => sha256Hex(readFileSync(engineFile));
      const before = [hash(), JSON.stringify(await stack.stack.exportStack())];
      const { code, told } = await rehearse(stack);
      expect([hash(), JSON.stringify(await stack.stack.exportStack())]).to.deep.equal(before);
      expect(code).to.equal(2);
      const outcomes = Object.fromEntries(told.resources.map(({ urn, outcome }) => [nameOf(urn), outcome]));
      expect(outcomes).to.deep.equal({
        "protected-db": "FAILS",
        db: "STAYS",
        daily: "STAYS",
        vault: "FAILS",
        web: "GONE",
        nightly: "GONE",
        "protected-web": "GONE",
        kept: "PROTECTED",
      });
      const { told: unprotected } = await rehearse(stack, "--ignore-protect");
      const whatChanges = unprotected.resources.filter(({ urn, outcome }) => outcomes[nameOf(urn)] !== outcome);
      expect(whatChanges.map(({ urn, outcome }) => [nameOf(urn), outcome])).to.deep.equal([["kept", "GONE"]]);
      expect(told.resources.find(({ urn }) => urn.endsWith("::vault"))?.goesAt).to.equal("2026-01-20T00:00:00Z");
      expect(told.kept.map(({ count, until: end }) => [count, end])).to.deep.equal([
        [5, "2026-01-13T00:00:00Z"],
        [5, "2026-01-20T00:00:00Z"],
      ]);
      await stack.stack.destroy({ continueOnError: true }).then(
        () => expect.fail("the destroy should fail"),
        () => undefined,
      );
      const { deployment } = await stack.stack.exportStack();
      const left = (deployment as { resources: readonly { urn: string; type: string }[] }).resources;
      const expected = told.resources.filter(({ outcome }) => outcome !== "GONE").map(({ urn }) => urn);
      expect(left.filter(({ type }) => type.startsWith("cloudbackup:")).map(({ urn }) => urn)).to.have.members(
        expected,
      );
    });
  });
});
