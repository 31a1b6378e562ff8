import type { EngineError } from "../error";
import { isSameId } from "./arm-id";
import { findRegion, locationRefusal } from "./catalogue";
import { apiRefusal, type Reason, type RuleId, reason, refusal } from "./rule";
import type { RoleAssignment, VaultEncryption, VaultIdentity, VaultSettings } from "./vault";

/** What a vault is made of, as far as rules go. */
export interface VaultProperties {
  readonly location: string;
  readonly settings: VaultSettings;
  readonly roleAssignments: readonly RoleAssignment[];
}

/** All that is wrong with a vault by itself. */
export function vaultRefusals({ location, settings, roleAssignments }: VaultProperties): EngineError[] {
  const unknown = locationRefusal(location, "location");
  return [
    ...(unknown === undefined ? [] : [unknown]),
    ...identityRefusals(settings.identity),
    ...encryptionRefusals(settings),
    ...redundancyRefusals(location, settings),
    ...softDeleteRefusals(settings.softDelete.retentionDays),
    ...assignmentRefusals(roleAssignments),
  ];
}

function hasUserIdentity({ type }: VaultIdentity): boolean {
  return type.includes("UserAssigned");
}

function hasSystemIdentity({ type }: VaultIdentity): boolean {
  return type.includes("SystemAssigned");
}

function identityRefusals(identity: VaultIdentity): EngineError[] {
  const { type, userAssignedIdentities: given } = identity;
  const property = "identity.userAssignedIdentities";
  if (hasUserIdentity(identity) && given.length === 0) {
    const remedy = "list the ids of the identities, or choose SystemAssigned";
    return [apiRefusal("InvalidIdentityValues", property, `identity.type ${type} names no identity`, remedy)];
  }
  if (!hasUserIdentity(identity) && given.length > 0) {
    const remedy = `set identity.type to ${type === "None" ? "UserAssigned" : "SystemAssigned, UserAssigned"}`;
    return [
      apiRefusal("InvalidIdentityValues", property, `identity.type is ${type}, but identities are named`, remedy),
    ];
  }
  return [];
}

/** The vault needs one identity that unwraps the key, and must have it (Z-28). */
function encryptionRefusals({ encryption, identity }: VaultSettings): EngineError[] {
  if (encryption === null) return [];
  const { useSystemAssignedIdentity, userAssignedIdentity } = encryption;
  const refuse = (property: string, message: string, remedy: string): EngineError[] => [
    refusal("Z-28", "Engine.VaultKeyIdentity", `encryption.${property}`, message, remedy),
  ];
  if (useSystemAssignedIdentity === (userAssignedIdentity !== null)) {
    return refuse(
      "useSystemAssignedIdentity",
      "either the vault's own identity or a user-assigned one unwraps the key, and not both",
      "set useSystemAssignedIdentity to true, or name userAssignedIdentity",
    );
  }
  if (useSystemAssignedIdentity && !hasSystemIdentity(identity)) {
    const message = `the vault's own identity is to unwrap the key, but identity.type is ${identity.type}`;
    return refuse("useSystemAssignedIdentity", message, "add SystemAssigned to identity.type");
  }
  const isListed = identity.userAssignedIdentities.some((id) => isSameId(id, userAssignedIdentity ?? ""));
  if (userAssignedIdentity !== null && !isListed) {
    const message = `${userAssignedIdentity} is to unwrap the key, but the vault doesn't have this identity`;
    return refuse("userAssignedIdentity", message, "list it in identity.userAssignedIdentities, type UserAssigned");
  }
  return [];
}

function redundancyRefusals(location: string, { redundancy, crossRegionRestore }: VaultSettings): EngineError[] {
  const refusals: EngineError[] = [];
  const region = findRegion(location);
  if (redundancy === "GeoRedundant" && region?.pairedLocation === null) {
    const message = `${region.displayName} has no paired region to which GeoRedundant could copy`;
    const remedy = "set redundancy to ZoneRedundant or LocallyRedundant";
    refusals.push(refusal("Z-31", "Engine.NoPairedRegion", "redundancy", message, remedy));
  }
  if (crossRegionRestore && redundancy !== "GeoRedundant") {
    const message = `crossRegionRestore needs redundancy GeoRedundant, not ${redundancy}`;
    const remedy = "set redundancy to GeoRedundant, or leave crossRegionRestore out";
    refusals.push(refusal("Z-31", "Engine.CrossRegionRestore", "crossRegionRestore", message, remedy));
  }
  return refusals;
}

function softDeleteRefusals(days: number): EngineError[] {
  if (days >= 14 && days <= 180) return [];
  const message = `deleted data would stay ${days} days`;
  return [refusal("Z-29", "Engine.SoftDeleteRetention", "softDelete.retentionDays", message, "give 14 to 180 days")];
}

function assignmentRefusals(assignments: readonly RoleAssignment[]): EngineError[] {
  const seen = new Set<string>();
  return assignments.flatMap(({ principalId, roleDefinitionName }, index) => {
    const key = `${principalId} ${roleDefinitionName}`;
    const isNew = !seen.has(key);
    seen.add(key);
    if (isNew) return [];
    const message = `${principalId} has ${roleDefinitionName} twice`;
    return [apiRefusal("RoleAssignmentExists", `roleAssignments[${index}]`, message, "leave one of both out")];
  });
}

/** All switches that a change would turn back although they only go one way (Z-28 to Z-31). */
export function oneWayRefusals(before: VaultSettings, after: VaultSettings): EngineError[] {
  const refusals: EngineError[] = [];
  const refuse = (rule: RuleId, code: string, property: string, message: string, remedy: string) =>
    refusals.push(refusal(rule, code, property, message, remedy));
  if (before.encryption !== null && after.encryption === null) {
    const message = "a vault that is encrypted with a customer-managed key never goes back to the platform's keys";
    const remedy = "keep encryption; its keyUri may be another key's";
    refuse("Z-28", "Engine.EncryptionOneWay", "encryption", message, remedy);
  }
  if (before.softDelete.state === "AlwaysON" && after.softDelete.state !== "AlwaysON") {
    const message = `soft delete is AlwaysON, which can't be turned off: not to ${after.softDelete.state} either`;
    refuse("Z-29", "Engine.SoftDeleteAlwaysOn", "softDelete.state", message, "set softDelete.state to AlwaysON");
  }
  if (before.immutability === "Locked" && after.immutability !== "Locked") {
    const message = `the vault's immutability is Locked, which is for ever: it can't become ${after.immutability}`;
    refuse("Z-30", "Engine.ImmutabilityLocked", "immutability", message, "set immutability to Locked");
  }
  if (before.crossRegionRestore && !after.crossRegionRestore) {
    const message = "crossRegionRestore can't be turned off again";
    const remedy = "set crossRegionRestore to true, with redundancy GeoRedundant";
    refuse("Z-31", "Engine.CrossRegionRestoreOneWay", "crossRegionRestore", message, remedy);
  }
  return refusals;
}

/** A switch that a change turns on and that nobody can turn back, once the vault holds data. */
export interface OneWayStep {
  readonly property: string;
  readonly reason: Reason;
}

/** What a change does for good (Z-28 to Z-31): a reader should know before it is done. */
export function oneWaySteps(before: VaultSettings, after: VaultSettings): OneWayStep[] {
  const steps: readonly (readonly [isTaken: boolean, property: string, reason: Reason])[] = [
    [
      before.encryption === null && after.encryption !== null,
      "encryption",
      reason("Z-28", "the vault can never go back to the platform's keys", "leave encryption out unless that is meant"),
    ],
    [
      before.softDelete.state !== "AlwaysON" && after.softDelete.state === "AlwaysON",
      "softDelete.state",
      reason("Z-29", "AlwaysON can never be turned off again", "write Enabled unless that is meant"),
    ],
    [
      before.immutability !== "Locked" && after.immutability === "Locked",
      "immutability",
      reason(
        "Z-30",
        "Locked is for ever: no point can be deleted, and no retention be shortened, by anybody",
        "write Unlocked, which refuses the same and can be turned back",
      ),
    ],
    [
      !before.crossRegionRestore && after.crossRegionRestore,
      "crossRegionRestore",
      reason("Z-31", "crossRegionRestore can never be turned off again", "leave it out unless that is meant"),
    ],
  ];
  return steps.filter(([isTaken]) => isTaken).map(([, property, why]) => ({ property, reason: why }));
}

/** A change that is refused while the vault holds data. */
export interface EmptyOnlyChange {
  readonly rule: RuleId;
  readonly code: string;
  readonly property: string;
  /** What is asked for, as a clause. */
  readonly what: string;
  readonly remedy: string;
}

/** The changes that only a vault without data can take (Z-28, Z-31). */
export function emptyOnlyChanges(before: VaultSettings, after: VaultSettings): readonly EmptyOnlyChange[] {
  const changes: EmptyOnlyChange[] = [];
  if (before.redundancy !== after.redundancy) {
    changes.push({
      rule: "Z-31",
      code: "Engine.StorageTypeLocked",
      property: "redundancy",
      what: `redundancy can't change from ${before.redundancy} to ${after.redundancy}`,
      remedy: `keep ${before.redundancy}, or make another vault and protect new machines there`,
    });
  }
  const unwrapping = unwrappingChange(before.encryption, after.encryption);
  if (unwrapping !== undefined) changes.push(unwrapping);
  return changes;
}

function unwrappingChange(before: VaultEncryption | null, after: VaultEncryption | null): EmptyOnlyChange | undefined {
  if (after === null) return undefined;
  if (before === null) {
    return {
      rule: "Z-28",
      code: "Engine.EncryptionNeedsEmptyVault",
      property: "encryption",
      what: "a customer-managed key can't be turned on",
      remedy: "leave encryption out, or make another vault with it and protect new machines there",
    };
  }
  if (!before.useSystemAssignedIdentity || after.useSystemAssignedIdentity) return undefined;
  return {
    rule: "Z-28",
    code: "Engine.EncryptionNeedsEmptyVault",
    property: "encryption.useSystemAssignedIdentity",
    what: "a user-assigned identity can't take the place of the vault's own",
    remedy: "keep useSystemAssignedIdentity at true",
  };
}
