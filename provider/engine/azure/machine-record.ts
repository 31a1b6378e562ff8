import type { Json } from "../../store/tables";
import { type Answer, withoutNulls } from "../core/operation";
import type { QueryContext } from "../engine";
import { unknownWord } from "./inventory";
import { configOf } from "./script-deployment";
import { type FrameworkRow, findFrameworkRow, type ScriptFile, scriptsOf } from "./script-framework";
import { disksOf, type MachineDisk, osDiskLun, type VirtualMachine } from "./virtual-machine";

/**
 * A machine as `az vm list -d` prints it, with our own keys: what the engine knows can be loaded into another one as an
 * inventory. What nobody knows is left out; parameters of scripts are not kept, and so are not told.
 */
export async function machineRecord(context: QueryContext, machine: VirtualMachine): Promise<Answer> {
  const framework = await findFrameworkRow(context, machine.id);
  const disks = disksOf(machine);
  const osDisk = disks.find(({ lun }) => lun === osDiskLun);
  const dataDisks = disks.filter(({ lun }) => lun !== osDiskLun);
  const known = withoutNulls({
    id: machine.armId,
    name: machine.vmName,
    resourceGroup: machine.resourceGroupName,
    location: machine.location,
    powerState: machine.powerState,
    osName: machine.osName,
    changeRatePercentPerDay: machine.changeRatePercentPerDay,
    guestAgent: machine.guestAgent,
    vssHealthy: machine.vssHealthy,
    hostFile: machine.hostFile,
  });
  return {
    ...known,
    storageProfile: {
      osDisk: { ...withoutNulls({ osType: machine.osType }), ...diskRecord(machine, osDisk) },
      dataDisks: dataDisks.map((disk) => ({ lun: disk.lun, ...diskRecord(machine, disk) })),
    },
    tags: { ...machine.tags },
    extension: machine.extension,
    scriptFramework: framework === undefined ? null : frameworkRecord(framework),
  };
}

function diskRecord({ managedDisks }: VirtualMachine, disk: MachineDisk | undefined): Record<string, Json> {
  if (disk === undefined) return {};
  const { name, sizeGiB, usedGiB, encrypted } = disk;
  const managedDisk = managedDisks ? {} : null;
  const known = withoutNulls({ name, diskSizeGb: sizeGiB, usedGiB });
  return { ...known, managedDisk, encryptionSettings: encrypted ? { enabled: true } : null };
}

/** A file that can't be read can't be told of either: an empty text can't be read as well. */
function frameworkRecord(row: FrameworkRow): Json {
  const { present, values, mode, owner } = configOf(row);
  const { preScript, postScript } = scriptsOf(row);
  const { scriptsExecutionPollTimeSeconds: ScriptsExecutionPollTimeSeconds, ...own } = values ?? {};
  const config = values === null ? "" : { pluginName: "ScriptRunner", ...own, ScriptsExecutionPollTimeSeconds };
  return {
    config: present ? (config as Json) : null,
    ...told({ configMode: mode, configOwner: owner }),
    preScript: scriptRecord(preScript),
    postScript: scriptRecord(postScript),
  };
}

function scriptRecord({ present, mode, owner, sha256, sizeBytes, behaviour }: ScriptFile): Json {
  return present ? { ...told({ mode, owner }), ...withoutNulls({ sha256, sizeBytes, ...behaviour }) } : null;
}

function told(facts: Readonly<Record<string, string>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== unknownWord));
}
