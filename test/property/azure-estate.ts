import { itemIdOf, machineIdOf, policyIdOf, vaultIdOf } from "../../provider/engine/azure/arm-id";
import { putFramework } from "../../provider/engine/azure/script-deployment";
import { createVault } from "../../provider/engine/azure/vault-change";
import { type MachineInput, osDiskLun, putMachine } from "../../provider/engine/azure/virtual-machine";
import type { CommandContext } from "../../provider/engine/engine";
import { OverlayStore } from "../../provider/store/overlay";
import type { Store } from "../../provider/store/store";
import { vaultWith } from "../engine/azure/vault-rows";
import type { AzureRows } from "../support/azure-retention-auditor";
import { TestEngine, testSettings } from "../support/test-engine";

const { subscriptionId } = testSettings;

export const vaultId = vaultIdOf({ subscriptionId, resourceGroupName: "backup" }, "vault");

export const machineId = (name: string): string => machineIdOf({ subscriptionId, resourceGroupName: "machines" }, name);
export const itemId = (name: string): string => itemIdOf(vaultId, machineId(name));
export const policyId = (number: number): string => policyIdOf(vaultId, `policy-${number}`);

/** vm-0 runs scripts, vm-1 is Windows, vm-2 has one disk that is large and changes fast. */
const machines: readonly (Pick<MachineInput, "vmName" | "osType" | "changeRatePercentPerDay"> & {
  readonly sizes: readonly number[];
})[] = [
  { vmName: "vm-0", osType: "Linux", changeRatePercentPerDay: null, sizes: [32, 64, 64] },
  { vmName: "vm-1", osType: "Windows", changeRatePercentPerDay: 1, sizes: [128] },
  { vmName: "vm-2", osType: "Linux", changeRatePercentPerDay: 60, sizes: [8000] },
];

/** A config file with these words instead of the usual ones. */
export function configText(change: Readonly<Record<string, unknown>> = {}): string {
  const usual = {
    pluginName: "ScriptRunner",
    preScriptLocation: "/opt/pre.sh",
    postScriptLocation: "/opt/post.sh",
    timeoutInSeconds: 30,
  };
  return JSON.stringify({ ...usual, ...change });
}

async function build(context: CommandContext): Promise<void> {
  const settings = {
    identity: { type: "SystemAssigned", userAssignedIdentities: [] },
    encryption: {
      keyUri: "https://keys.vault.azure.net/keys/backup",
      useSystemAssignedIdentity: true,
      userAssignedIdentity: null,
    },
  } as const;
  const roleAssignments = [
    { principalId: "reader", roleDefinitionName: "Backup Reader" },
    { principalId: "operator", roleDefinitionName: "Backup Operator" },
  ] as const;
  await createVault(context, vaultWith(settings, { armId: vaultId, urn: null, roleAssignments }));
  for (const { sizes, ...machine } of machines) {
    const disks = sizes.map((sizeGiB, index) => ({
      lun: index + osDiskLun,
      name: `${machine.vmName}-${index}`,
      sizeGiB,
      usedGiB: null,
      encrypted: false,
    }));
    const place = { resourceGroupName: "machines", location: "westeurope", deploymentModel: "Arm", tags: {} };
    const guest = { powerState: "VM running", guestAgent: "Ready", vssHealthy: true, osName: null, managedDisks: true };
    const described = { ...machine, ...place, ...guest, armId: machineId(machine.vmName), disks };
    await putMachine(context, { machine: described, origin: "PROGRAM" });
  }
  const behaviour = { exitCode: 0, durationSeconds: 1, failingTries: 0 };
  const script = { sha256: "0", sizeBytes: 9, mode: "700", owner: "root", behaviour, lintFindings: [] };
  const files = { configText: configText(), configMode: "600", configOwner: "root" };
  await putFramework(context, {
    machineId: machineId("vm-0"),
    urn: "urn:pulumi:dev::p::cloudbackup:compute:ScriptFramework::scripts",
    ...files,
    preScript: script,
    postScript: script,
  });
}

let base: Promise<Store> | undefined;

async function buildBase(): Promise<Store> {
  const engine = await TestEngine.inMemory();
  await engine.run(build, undefined);
  return engine.store;
}

/** An engine with a vault and three machines, none of them protected yet; built once for all. */
export async function openAzureEstate(): Promise<TestEngine> {
  base ??= buildBase();
  return new TestEngine(new OverlayStore(await base));
}

/** The same engine as somebody works with it who has some role on the vault, or none. */
export function asCaller({ store }: TestEngine, caller: string): TestEngine {
  return new TestEngine(store, {}, { ...testSettings, caller });
}

export function readAzureRows(engine: TestEngine): Promise<AzureRows> {
  return engine.ask(
    async ({ store, now }) => ({
      now,
      vault: await store.find("vault"),
      machine: await store.find("virtualMachine"),
      framework: await store.find("scriptFramework"),
      policy: await store.find("protectionPolicy"),
      item: await store.find("protectedItem"),
      job: await store.find("vaultJob"),
      point: await store.find("vaultPoint"),
    }),
    undefined,
  );
}
