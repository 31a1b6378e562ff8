import { writeFile } from "node:fs/promises";
import path from "node:path";
import { CommandError } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { findNodeHost } from "../../scripts/sdk";
import { declare } from "../support/declare";
import { type TestStack, withStack } from "../support/pulumi";
import { skip } from "../support/skip";

const pack = path.resolve(__dirname, "../../examples/policy-pack");
const place = { resourceGroupName: "prod", location: "westeurope" };

/** On each cloud a protection that looks right and isn't, and a machine that somebody forgot. */
async function program(): Promise<void> {
  const machine = declare("ecs:Instance", "db", { instanceName: "db" });
  declare("ecs:Disk", "scratch", { instanceId: machine.get("instanceId"), category: "local_ssd_pro", sizeGiB: 100 });
  declare("ecs:Instance", "forgotten", { instanceName: "forgotten" });
  const workdays = declare("hbr:Policy", "workdays", {
    rules: [
      { ruleType: "BACKUP", schedule: "C|1767225600|0 0 2 ? * 2-6", retention: 90 },
      { ruleType: "TRANSITION", retention: 14 },
      { ruleType: "REPLICATION", replicationRegionId: "cn-shanghai" },
      { ruleType: "SECURITY", immutable: true },
    ],
  });
  declare("hbr:InstanceProtection", "db", {
    instanceId: machine.get("instanceId"),
    policyId: workdays.get("policyId"),
    replicationEncryption: { mode: "KMS", kmsKeyId: "key-of-nobody" },
  });
  const vm = declare("compute:VirtualMachine", "sql", { ...place, vmName: "sql", powerState: "VM deallocated" });
  const vault = declare("recoveryservices:Vault", "vault", { ...place, redundancy: "LocallyRedundant" });
  const hourly = declare("recoveryservices:ProtectionPolicy", "hourly", {
    vaultId: vault.get("vaultId"),
    policyType: "V2",
    instantRpRetentionRangeInDays: 2,
    schedulePolicy: {
      scheduleRunFrequency: "Hourly",
      hourlySchedule: { interval: 4, scheduleWindowStartTime: "08:00", scheduleWindowDuration: 12 },
    },
    retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
  });
  declare("recoveryservices:ProtectedItem", "sql", {
    vaultId: vault.get("vaultId"),
    sourceResourceId: vm.get("vmId"),
    policyId: hourly.get("policyId"),
  });
}

/** What the CLI prints of a preview under the pack, and whether it let it pass. */
async function preview(stack: TestStack, config?: object): Promise<{ text: string; passed: boolean }> {
  const file = path.join(stack.folder, "policy-config.json");
  await writeFile(file, JSON.stringify(config ?? {}));
  const printed: string[] = [];
  const options = {
    policyPacks: [pack],
    policyPackConfigs: [file],
    onOutput: (text: string) => void printed.push(text),
  };
  try {
    await stack.stack.preview(options);
    return { text: printed.join(""), passed: true };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { text: printed.join(""), passed: false };
  }
}

const violations: readonly (readonly [policy: string, level: string, pattern: RegExp])[] = [
  ["backup-coverage", "mandatory", /machine "forgotten" with the system disk: nothing protects it/],
  ["backup-coverage", "mandatory", /machine "db": disk "scratch" is not backed up: A-21/],
  [
    "backup-frequency",
    "mandatory",
    /machine "db": up to 72 hours lie between two recovery points of policy "workdays"/,
  ],
  ["backup-retention", "mandatory", /machine "db": recovery points of policy "workdays" live 14 days only/],
  ["backup-retention", "mandatory", /machine "sql": some recovery points of a day of policy "hourly" live 2 days only/],
  ["backup-consistency", "mandatory", /machine "db": backups will be CRASH, APPLICATION is required/],
  ["backup-consistency", "mandatory", /machine "sql": backups will be CRASH.*Z-07/],
  ["backup-immutability", "advisory", /machine "sql": points in vault "vault" can be deleted/],
  [
    "backup-cross-region-copy",
    "advisory",
    /machine "db": every copy will fail: A-78 there is no KMS key key-of-nobody/,
  ],
  ["backup-cross-region-copy", "advisory", /machine "sql": vault "vault" keeps its points in one region only/],
];

describe("`pulumi preview --policy-pack examples/policy-pack`", function () {
  this.timeout(180_000);

  it("judges what the simulation yields on both clouds, as it is configured", async function () {
    const host = await findNodeHost().catch((error: Error) => skip(this, error.message));
    await withStack("policy-pack", program, async (stack) => {
      stack.stack.workspace.envVars.PATH = [path.dirname(host), stack.stack.workspace.envVars.PATH].join(
        path.delimiter,
      );
      const strict = await preview(stack);
      expect(strict.passed).to.equal(false, strict.text);
      const told = (strict.text.split(/^Diagnostics:/m)[0] ?? "").split(/^ +- \[/m).slice(1);
      for (const [policy, level, pattern] of violations) {
        const found = told.filter((each) => each.startsWith(`${level}]  ${policy} `) && pattern.test(each));
        expect(found).to.have.length(1, `${policy} ${pattern}\n${strict.text}`);
      }
      expect(told).to.have.length(violations.length, strict.text);

      const lenient = await preview(stack, {
        "backup-coverage": { exempt: ["forgotten", "scratch"] },
        "backup-frequency": { maxGapInHours: 72 },
        "backup-retention": { minRetentionDays: 14, points: "onePerDay" },
        "backup-consistency": { requiredLevel: "CRASH" },
        "backup-immutability": "disabled",
        "backup-cross-region-copy": "disabled",
      });
      expect(lenient.passed).to.equal(true, lenient.text);
      expect(lenient.text).not.to.match(/^ +- \[/m);
    });
  });
});
