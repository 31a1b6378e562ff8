import type { PropertyMap } from "../../../provider/definition/value";
import type { Declaration } from "../../support/program";
import { Reference } from "../../support/program";
import { Estate } from "./estate";

export const vaultId = new Reference("vault", "vaultId");
export const itemId = new Reference("item", "itemId");

interface Change {
  readonly config?: PropertyMap;
  readonly vault?: Declaration["inputs"];
  readonly item?: Declaration["inputs"];
}

/** A Linux machine of Azure with two disks, backed up every day at 02:00 UTC and kept for 30 days. */
export async function protectedVm({ config, vault = {}, item = {} }: Change = {}): Promise<Estate> {
  return (await Estate.make(config))
    .declare("vm", "compute:VirtualMachine", {
      vmName: "web",
      resourceGroupName: "prod",
      location: "westeurope",
      dataDisks: [{ lun: 0, sizeGiB: 64 }],
    })
    .declare("vault", "recoveryservices:Vault", {
      vaultName: "vault",
      resourceGroupName: "backup",
      location: "westeurope",
      ...vault,
    })
    .declare("policy", "recoveryservices:ProtectionPolicy", {
      vaultId,
      policyType: "V2",
      instantRpRetentionRangeInDays: 2,
      schedulePolicy: { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] },
      retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
    })
    .declare("item", "recoveryservices:ProtectedItem", {
      vaultId,
      sourceResourceId: new Reference("vm", "vmId"),
      policyId: new Reference("policy", "policyId"),
      ...item,
    })
    .up();
}
