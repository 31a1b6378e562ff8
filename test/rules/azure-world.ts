import type { PropertyMap } from "../../provider/definition/value";
import type { VaultPoint } from "../../provider/engine/azure/recovery-point";
import type { VaultJob } from "../../provider/engine/azure/vault-job";
import { type Declaration, Reference } from "../support/program";
import { AnyWorld, declare, type Inputs } from "./any-world";

const group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/prod";

export const groupId = group;
export const networkId = `${group}/providers/Microsoft.Network/virtualNetworks/net`;
export const storageAccountId = `${group}/providers/Microsoft.Storage/storageAccounts/staging`;

export function machineIdOf(vmName: string): string {
  return `${group}/providers/Microsoft.Compute/virtualMachines/${vmName}`;
}

export const atTwo = { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] };

export function days(count: number): PropertyMap {
  return { dailySchedule: { retentionDuration: { count } } };
}

export function everyHours(interval: number, duration = 24): PropertyMap {
  const hourlySchedule = { interval, scheduleWindowStartTime: "08:00", scheduleWindowDuration: duration };
  return { scheduleRunFrequency: "Hourly", hourlySchedule };
}

/** The procedure of seed 003 on a Linux VM with two disks, and its protection as seed 004 has it. */
export class AzureWorld extends AnyWorld {
  readonly vault: Inputs = { vaultName: "vault", resourceGroupName: "backup", location: "westeurope" };
  readonly policy: Inputs = {
    policyName: "daily",
    vaultId: new Reference("vault", "vaultId"),
    schedulePolicy: atTwo,
    retentionPolicy: days(30),
  };
  readonly machine: Inputs = {
    vmName: "db",
    resourceGroupName: "prod",
    location: "westeurope",
    dataDisks: [{ lun: 0, sizeGiB: 64 }],
  };
  readonly framework: Inputs = {
    vmId: new Reference("machine", "vmId"),
    config: { preScriptLocation: "/opt/backup/pre.sh", postScriptLocation: "/opt/backup/post.sh" },
    preScript: { content: "#!/bin/sh\nfreeze >>/var/log/backup.log 2>&1\n" },
    postScript: { content: "#!/bin/sh\nthaw >>/var/log/backup.log 2>&1\n" },
  };
  readonly protection: Inputs = {
    vaultId: new Reference("vault", "vaultId"),
    sourceResourceId: new Reference("machine", "vmId"),
    policyId: new Reference("policy", "policyId"),
  };

  protected declarations(): readonly Declaration[] {
    return [
      declare("vault", "recoveryservices:Vault", this.vault),
      declare("policy", "recoveryservices:ProtectionPolicy", this.policy),
      declare("machine", "compute:VirtualMachine", this.machine),
      declare("framework", "compute:ScriptFramework", this.framework),
      declare("protection", "recoveryservices:ProtectedItem", this.protection),
    ];
  }

  protected configuration(): PropertyMap {
    return {};
  }

  /** Without the script framework: file systems are frozen, and that is all. */
  plain(): this {
    this.omitted.add("framework");
    return this;
  }

  /** Oldest first. */
  points(): Promise<readonly VaultPoint[]> {
    const order = { column: "createTime", direction: "ascending" } as const;
    return this.engine.ask(({ store }) => store.find("vaultPoint", {}, { order }), undefined);
  }

  /** The oldest point that is there. */
  async point(): Promise<VaultPoint> {
    const [first] = await this.points();
    if (first === undefined) throw new Error("there is no recovery point");
    return first;
  }

  /** Oldest first. */
  jobs(): Promise<readonly VaultJob[]> {
    const order = { column: "startTime", direction: "ascending" } as const;
    return this.engine.ask(({ store }) => store.find("vaultJob", {}, { order }), undefined);
  }
}
