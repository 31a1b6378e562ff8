import { armKey, isSameId, parseArmId } from "../engine/azure/arm-id";
import { type InventoryVirtualMachine, inventoryPowerStates } from "../engine/azure/inventory";
import { guestAgentStates, highestLun, hostFileStates } from "../engine/azure/virtual-machine";

const flag = { type: "boolean" };
const amount = { type: "number", minimum: 0 };
const text = { type: "string", minLength: 1 };
/** `az` prints what there is nothing of as null. */
const optionalText = { type: ["string", "null"] };
const optionalObject = { type: ["object", "null"] };

const diskProperties = {
  name: optionalText,
  diskSizeGb: { type: ["integer", "null"], minimum: 0 },
  diskSizeGB: { type: ["integer", "null"], minimum: 0 },
  managedDisk: { ...optionalObject, properties: { diskEncryptionSet: optionalObject } },
  encryptionSettings: { ...optionalObject, properties: { enabled: { type: ["boolean", "null"] } } },
  usedGiB: amount,
};

const storageSchema = {
  ...optionalObject,
  properties: {
    imageReference: {
      ...optionalObject,
      properties: { publisher: optionalText, offer: optionalText, sku: optionalText },
    },
    osDisk: { ...optionalObject, properties: { ...diskProperties, osType: { enum: ["Linux", "Windows", null] } } },
    dataDisks: {
      type: ["array", "null"],
      items: {
        type: "object",
        required: ["lun"],
        properties: { ...diskProperties, lun: { type: "integer", minimum: 0, maximum: highestLun } },
      },
    },
  },
};

const scriptSchema = {
  ...optionalObject,
  required: ["exitCode"],
  additionalProperties: false,
  properties: {
    mode: { type: "string", pattern: "^0?[0-7]{3,4}$" },
    owner: text,
    sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
    sizeBytes: amount,
    exitCode: { type: "integer", minimum: 0, maximum: 255 },
    durationSeconds: amount,
    failingTries: { type: "integer", minimum: 0 },
  },
};

const frameworkSchema = {
  ...optionalObject,
  required: ["config"],
  additionalProperties: false,
  properties: {
    config: { type: ["string", "object", "null"] },
    configMode: { type: "string", pattern: "^0?[0-7]{3,4}$" },
    configOwner: text,
    preScript: scriptSchema,
    postScript: scriptSchema,
  },
};

/** The API's own keys may all be there; these are the ones that the engine reads, and our own in camelCase. */
export const virtualMachineSchema = {
  type: "object",
  required: ["id", "location"],
  properties: {
    id: text,
    name: optionalText,
    resourceGroup: optionalText,
    location: text,
    powerState: { enum: [...inventoryPowerStates, null] },
    storageProfile: storageSchema,
    osProfile: {
      ...optionalObject,
      properties: { linuxConfiguration: optionalObject, windowsConfiguration: optionalObject },
    },
    tags: { ...optionalObject, additionalProperties: { type: "string" } },
    osName: text,
    changeRatePercentPerDay: { type: "number", minimum: 0, maximum: 100 },
    guestAgent: { enum: guestAgentStates },
    vssHealthy: flag,
    hostFile: { enum: hostFileStates },
    extension: { enum: ["VMSnapshot", "VMSnapshotLinux", null] },
    scriptFramework: frameworkSchema,
  },
};

/** Whether an object of an inventory is a machine as `az vm list -d` prints it, be it a good one or not. */
export function looksLikeVirtualMachine(item: object): boolean {
  return ["id", "storageProfile", "powerState", "resourceGroup", "hardwareProfile"].some((key) => key in item);
}

/** A machine of an inventory and where it stands. */
export interface PlacedMachine {
  readonly machine: InventoryVirtualMachine & { readonly name?: string | null; readonly resourceGroup?: string | null };
  readonly path: string;
}

const machineType = /^Microsoft\.(Classic)?Compute\/virtualMachines$/i;

/** What no schema can say of a machine that is right otherwise. */
function oneProblems({ machine, path }: PlacedMachine): string[] {
  const { id, name, resourceGroup, storageProfile } = machine;
  const parsed = parseArmId(id);
  if (parsed === undefined || !machineType.test(parsed.resourceType)) {
    const shape = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/virtualMachines/…";
    return [`${path}.id: must be the ARM id of a virtual machine, ${shape}`];
  }
  const isOther = (told: string | null | undefined, own: string) =>
    told !== undefined && told !== null && !isSameId(told, own);
  const luns = (storageProfile?.dataDisks ?? []).map(({ lun }) => lun);
  return [
    ...(isOther(name, parsed.name) ? [`${path}.name: is not the name in the id, ${parsed.name}`] : []),
    ...(isOther(resourceGroup, parsed.resourceGroupName)
      ? [`${path}.resourceGroup: is not the group in the id, ${parsed.resourceGroupName}`]
      : []),
    ...luns.flatMap((lun, index) =>
      luns.indexOf(lun) === index ? [] : [`${path}.storageProfile.dataDisks[${index}].lun: LUN ${lun} is there twice`],
    ),
  ];
}

/** What no schema can say of machines that are right otherwise. */
export function machineProblems(machines: readonly PlacedMachine[]): string[] {
  const first = new Map<string, string>();
  const doubles = machines.flatMap(({ machine: { id }, path }) => {
    const other = first.get(armKey(id));
    if (other === undefined) first.set(armKey(id), path);
    return other === undefined ? [] : [`${path}.id: is the id of ${other} too; ids compare without case`];
  });
  return [...machines.flatMap(oneProblems), ...doubles];
}
