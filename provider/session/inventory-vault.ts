import { armIdPattern, armKey, isSameId, itemIdOf, vaultOf } from "../engine/azure/arm-id";
import {
  type InventoryItem,
  type InventoryVault,
  type InventoryVaultPolicy,
  type InventoryVaults,
  propertiesOfPolicy,
  settingsOfVault,
  stateOfItem,
} from "../engine/azure/inventory-vault";
import { policyRefusals } from "../engine/azure/policy-rule";
import { backupRoles } from "../engine/azure/vault";
import { vaultRefusals } from "../engine/azure/vault-rule";
import { lazyValidator } from "../engine/core/json-schema";
import { doubles, judge, type Placed, refused } from "./inventory-record";

const vaultTail = "/providers/Microsoft\\.RecoveryServices/vaults/[^/]+";

/** `az` prints what there is nothing of as null. */
const optionalText = { type: ["string", "null"] };
const optionalObject = (properties: object) => ({ type: ["object", "null"], properties });
const optionalFlag = { type: ["boolean", "null"] };
const optionalSwitch = { enum: ["Enabled", "Disabled", null] };

const id = { type: "string", minLength: 1 };

const vaultSchema = {
  type: "object",
  required: ["id", "location"],
  properties: {
    id,
    location: { type: "string", minLength: 1 },
    sku: optionalObject({ name: { enum: ["RS0", "Standard", null] } }),
    identity: optionalObject({
      type: { enum: ["None", "SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", null] },
      userAssignedIdentities: { type: ["object", "null"] },
    }),
    tags: { type: ["object", "null"], additionalProperties: { type: "string" } },
    properties: optionalObject({
      publicNetworkAccess: optionalSwitch,
      encryption: optionalObject({
        keyVaultProperties: optionalObject({ keyUri: optionalText }),
        kekIdentity: optionalObject({ useSystemAssignedIdentity: optionalFlag, userAssignedIdentity: optionalText }),
        infrastructureEncryption: optionalSwitch,
      }),
      redundancySettings: optionalObject({
        standardTierStorageRedundancy: { enum: ["LocallyRedundant", "GeoRedundant", "ZoneRedundant", null] },
        crossRegionRestore: optionalSwitch,
      }),
      securitySettings: optionalObject({
        softDeleteSettings: optionalObject({
          softDeleteState: { enum: ["Enabled", "Disabled", "AlwaysON", null] },
          softDeleteRetentionPeriodInDays: { type: ["integer", "null"] },
        }),
        immutabilitySettings: optionalObject({ state: { enum: ["Disabled", "Unlocked", "Locked", null] } }),
      }),
    }),
    roleAssignments: {
      type: "array",
      items: {
        type: "object",
        required: ["principalId", "roleDefinitionName"],
        properties: { principalId: { type: "string", minLength: 1 }, roleDefinitionName: { enum: backupRoles } },
      },
    },
  },
};

const policySchema = {
  type: "object",
  required: ["id", "properties"],
  properties: { id, properties: { type: "object" } },
};

const protectionStates = [
  "IRPending",
  "Protected",
  "ProtectionError",
  "ProtectionStopped",
  "ProtectionPaused",
  "BackupsSuspended",
  null,
];

const itemSchema = {
  type: "object",
  required: ["id", "properties"],
  properties: {
    id,
    properties: {
      type: "object",
      required: ["sourceResourceId"],
      properties: {
        sourceResourceId: { type: "string", minLength: 1 },
        policyId: optionalText,
        protectionState: { enum: protectionStates },
        isScheduledForDeferredDelete: optionalFlag,
        deferredDeleteTimeInUtc: optionalText,
        deferredDeleteTimeInUTC: optionalText,
        extendedProperties: optionalObject({
          diskExclusionProperties: optionalObject({
            diskLunList: { type: ["array", "null"], items: { type: "integer", minimum: 0, maximum: 63 } },
            isInclusionList: optionalFlag,
          }),
        }),
      },
    },
  },
};

const vaultValidator = lazyValidator(vaultSchema);
const policyValidator = lazyValidator(policySchema);
const itemValidator = lazyValidator(itemSchema);

/** The kinds of things that lie in a vault, and the vault itself. */
export type VaultKind = "vault" | "policy" | "item";

/** What an object of an inventory is, as `az backup … list` prints it; undefined for something else. */
export function vaultKindOf({ id, type }: { readonly id?: unknown; readonly type?: unknown }): VaultKind | undefined {
  const told = `${typeof id === "string" ? id : ""} ${typeof type === "string" ? type : ""}`;
  if (!/\/vaults(\/|\s|$)/i.test(told) || !/Microsoft\.RecoveryServices\//i.test(told)) return undefined;
  if (/\/protectedItems(\/|$)/i.test(told)) return "item";
  return /\/backupPolicies(\/|$)/i.test(told) ? "policy" : "vault";
}

/** The vaults that an inventory tells of, with all that is wrong with them. */
export interface VaultReading {
  readonly vaults: InventoryVaults;
  readonly problems: readonly string[];
}

interface PlacedOfKind extends Placed {
  readonly kind: VaultKind;
}

/** Backups of anything but virtual machines are none of this provider's business. */
function isOfMachines({ record }: Placed): boolean {
  const properties = (record as { readonly properties?: unknown } | null)?.properties ?? {};
  const { backupManagementType, protectedItemType } = properties as Readonly<Record<string, unknown>>;
  const isOther = (told: unknown, own: RegExp) => typeof told === "string" && !own.test(told);
  const ownItem = /^(Microsoft\.(Classic)?Compute\/virtualMachines|AzureIaaSVMProtectedItem)$/i;
  return !isOther(backupManagementType, /^AzureIaasVM$/i) && !isOther(protectedItemType, ownItem);
}

const shapes: Readonly<Record<VaultKind, { readonly pattern: RegExp; readonly example: string }>> = {
  vault: { pattern: armIdPattern(vaultTail), example: "…/Microsoft.RecoveryServices/vaults/<name>" },
  policy: {
    pattern: armIdPattern(`${vaultTail}/backupPolicies/[A-Za-z][A-Za-z0-9_-]{2,149}`),
    example: "…/vaults/<vault>/backupPolicies/<name>, 3 to 150 letters, digits, '-' and '_'",
  },
  item: {
    pattern: armIdPattern(`${vaultTail}/.+/protectedItems/[^/]+`),
    example: "…/vaults/<vault>/backupFabrics/Azure/protectionContainers/<container>/protectedItems/<item>",
  },
};

/** Records whose id is none of their kind. */
function idProblems(kind: VaultKind, placed: readonly Placed<{ readonly id: string }>[]): readonly string[] {
  const { pattern, example } = shapes[kind];
  return placed.flatMap(({ record, path }) =>
    pattern.test(record.id) ? [] : [`${path}.id: must be an ARM id, ${example}`],
  );
}

/** Reads the vaults of an inventory and what is in them; `machineIds` are its machines. */
export function readVaults(placed: readonly PlacedOfKind[], machineIds: ReadonlySet<string>): VaultReading {
  const of = (kind: VaultKind) => placed.filter((each) => each.kind === kind).filter(isOfMachines);
  const vaults = judge<InventoryVault>(vaultValidator, of("vault"));
  const policies = judge<InventoryVaultPolicy>(policyValidator, of("policy"));
  const items = judge<InventoryItem>(itemValidator, of("item"));
  const shape = [
    ...[vaults, policies, items].flatMap(({ problems }) => problems),
    ...idProblems("vault", vaults.right),
    ...idProblems("policy", policies.right),
    ...idProblems("item", items.right),
  ];
  const rules = [...vaults.right.flatMap(vaultProblems), ...policies.right.flatMap(policyProblems)];
  const found: Found = { machineIds, vaults: vaults.right, policies: policies.right, items: items.right };
  const bare = <T>(right: readonly Placed<T>[]) => right.map(({ record }) => record);
  return {
    problems: [...shape, ...rules, ...(shape.length > 0 ? [] : strayProblems(found))],
    vaults: { vaults: bare(vaults.right), policies: bare(policies.right), items: bare(items.right) },
  };
}

/** Where `az` tells what the engine calls by other names. */
const vaultPaths: readonly (readonly [own: string, told: string])[] = [
  ["softDelete.retentionDays", "properties.securitySettings.softDeleteSettings.softDeleteRetentionPeriodInDays"],
  ["redundancy", "properties.redundancySettings.standardTierStorageRedundancy"],
  ["crossRegionRestore", "properties.redundancySettings.crossRegionRestore"],
  ["encryption", "properties.encryption.kekIdentity"],
];

function pathInVault(property: string): string {
  const [own, told] = vaultPaths.find(([name]) => property.startsWith(name)) ?? ["", ""];
  return `${told}${property.slice(own.length)}`;
}

function vaultProblems({ record, path }: Placed<InventoryVault>): readonly string[] {
  const { location, roleAssignments = [] } = record;
  const refusals = vaultRefusals({ location, settings: settingsOfVault(record), roleAssignments });
  return refusals.map((refusal) => refused(`${path}.${pathInVault(refusal.property)}`, refusal));
}

function policyProblems({ record, path }: Placed<InventoryVaultPolicy>): readonly string[] {
  const { refusals, properties } = propertiesOfPolicy(record);
  const all = properties === undefined ? refusals : policyRefusals(properties);
  return all.map((refusal) => refused(`${path}.properties.${refusal.property}`, refusal));
}

interface Found {
  readonly machineIds: ReadonlySet<string>;
  readonly vaults: readonly Placed<InventoryVault>[];
  readonly policies: readonly Placed<InventoryVaultPolicy>[];
  readonly items: readonly Placed<InventoryItem>[];
}

/** Ids that are there twice, and ids that name nothing of the inventory. */
function strayProblems({ machineIds, vaults, policies, items }: Found): readonly string[] {
  const keyOf = ({ id }: { readonly id: string }) => armKey(id);
  const vaultIds = new Set(vaults.map(({ record }) => keyOf(record)));
  const policyIds = new Set(policies.map(({ record }) => keyOf(record)));
  const strays = [...policies, ...items].flatMap(({ record, path }) => {
    const vault = vaultOf(record.id);
    return vaultIds.has(armKey(vault)) ? [] : [`${path}.id: the inventory has no vault ${vault}`];
  });
  const ofItems = items.flatMap(({ record, path }) => itemProblems({ record, path }, machineIds, policyIds));
  const twice = [vaults, policies, items].flatMap((placed) =>
    doubles<{ readonly id: string }>(placed, "id", ({ id }) => armKey(id)),
  );
  return [...twice, ...strays, ...ofItems, ...rivalProblems(items)];
}

/** One vault protects a machine. */
function rivalProblems(items: readonly Placed<InventoryItem>[]): readonly string[] {
  const first = new Map<string, Placed<InventoryItem>>();
  return items.flatMap(({ record, path }) => {
    if (stateOfItem(record) !== "Protected") return [];
    const { sourceResourceId } = record.properties;
    const other = first.get(armKey(sourceResourceId));
    if (other === undefined) first.set(armKey(sourceResourceId), { record, path });
    if (other === undefined || isSameId(other.record.id, record.id)) return [];
    const at = `${path}.properties.sourceResourceId`;
    return [`${at}: Z-32 ${other.path} protects the machine in another vault; one vault protects a machine`];
  });
}

function itemProblems(
  { record, path }: Placed<InventoryItem>,
  machineIds: ReadonlySet<string>,
  policyIds: ReadonlySet<string>,
): readonly string[] {
  const { sourceResourceId: machineId, policyId, ...told } = record.properties;
  const state = stateOfItem(record);
  const expected = itemIdOf(vaultOf(record.id), machineId);
  const deleteTime = told.deferredDeleteTimeInUTC ?? told.deferredDeleteTimeInUtc ?? "";
  const at = `${path}.properties`;
  return [
    ...(isSameId(record.id, expected) ? [] : [`${path}.id: the item of ${machineId} is ${expected}`]),
    ...(state !== "Protected" || machineIds.has(armKey(machineId))
      ? []
      : [`${at}.sourceResourceId: the inventory has no virtual machine ${machineId}`]),
    ...(policyId === undefined || policyId === null || policyIds.has(armKey(policyId))
      ? []
      : [`${at}.policyId: the inventory has no policy ${policyId}`]),
    ...(policyId === undefined || policyId === null || isSameId(vaultOf(policyId), vaultOf(record.id))
      ? []
      : [`${at}.policyId: Z-32 the policy is of another vault; an item takes one of its own`]),
    ...(state === "Protected" && (policyId === undefined || policyId === null)
      ? [`${at}: policyId is missing: the machine is protected`]
      : []),
    ...(state !== "SoftDeleted" || Number.isFinite(Date.parse(deleteTime))
      ? []
      : [`${at}.deferredDeleteTimeInUTC: must be the time at which the deleted data goes`]),
  ];
}
