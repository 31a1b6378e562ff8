import type { Json } from "../../store/tables";
import { withoutNulls } from "../core/operation";
import { checkDays } from "./operation-common";
import { Structure } from "./operation-structure";
import { destinationRefusals } from "./policy-rule";
import type { ProtectionSettings } from "./protection-settings";
import type { ReplicationEncryption } from "./replication";

/** The keys of the API's `udmDetail` that the engine has a use for. */
export const settingKeys = [
  "AppConsistent",
  "SnapshotGroup",
  "EnableFsFreeze",
  "EnableWriters",
  "PreScriptPath",
  "PostScriptPath",
  "TimeoutInSeconds",
  "RamRoleName",
  "DiskIdList",
  "ExcludeDiskIdList",
  "DestinationKmsKeyId",
] as const;
const copyKeys = ["DoCopy", "DestinationRegionId", "DestinationRetention"] as const;

/** Backup settings as the API's `udmDetail` writes them; what it leaves out stays as it was. */
export function decodeSettings(value: Json, path: string, before: ProtectionSettings): ProtectionSettings {
  return settingsIn(new Structure(value, path, settingKeys), before);
}

/** A copy of each point in another region. */
export interface CopyDetail {
  readonly regionId: string;
  /** Days; null: as long as the point. */
  readonly retentionDays: number | null;
}

/** The detail of a plan or of a manual job: settings, and whether points are copied. */
export function decodeDetail(
  value: Json,
  path: string,
  before: { readonly settings: ProtectionSettings; readonly copy: CopyDetail | null },
): { readonly settings: ProtectionSettings; readonly copy: CopyDetail | null } {
  const detail = new Structure(value, path, [...settingKeys, ...copyKeys]);
  const regionId = detail.text("DestinationRegionId") ?? before.copy?.regionId;
  const days = detail.integer("DestinationRetention") ?? before.copy?.retentionDays ?? null;
  // Who says something about a copy wants one, unless it is said that there is none.
  const isCopied = detail.boolean("DoCopy") ?? (regionId !== undefined || days !== null);
  if (!isCopied) return { settings: settingsIn(detail, before.settings), copy: null };
  const [problem] = destinationRefusals(regionId, `${path}.DestinationRegionId`);
  if (problem !== undefined) throw problem;
  const retentionDays = days === null ? null : checkDays(`${path}.DestinationRetention`, days);
  return { settings: settingsIn(detail, before.settings), copy: { regionId: regionId ?? "", retentionDays } };
}

function settingsIn(detail: Structure, before: ProtectionSettings): ProtectionSettings {
  const kmsKeyId = detail.text("DestinationKmsKeyId");
  const diskIdList = [...(detail.texts("DiskIdList") ?? before.diskIdList)].sort();
  return {
    ...before,
    allDisks: diskIdList.length === 0,
    diskIdList,
    excludeDiskIdList: [...(detail.texts("ExcludeDiskIdList") ?? before.excludeDiskIdList)].sort(),
    appConsistent: detail.boolean("AppConsistent") ?? before.appConsistent,
    snapshotGroup: detail.boolean("SnapshotGroup") ?? before.snapshotGroup,
    enableFsFreeze: detail.boolean("EnableFsFreeze") ?? before.enableFsFreeze,
    enableWriters: detail.boolean("EnableWriters") ?? before.enableWriters,
    preScriptPath: detail.text("PreScriptPath") ?? before.preScriptPath,
    postScriptPath: detail.text("PostScriptPath") ?? before.postScriptPath,
    timeoutInSeconds: detail.integer("TimeoutInSeconds") ?? before.timeoutInSeconds,
    ramRoleName: detail.text("RamRoleName") ?? before.ramRoleName,
    replicationEncryption: kmsKeyId === undefined ? before.replicationEncryption : encryptionOf(kmsKeyId),
  };
}

/** No key means that the service encrypts by itself. */
function encryptionOf(kmsKeyId: string): ReplicationEncryption | null {
  return kmsKeyId === "" ? null : { mode: "KMS", kmsKeyId };
}

/** The settings as the API tells them. */
export function settingsRecord(settings: ProtectionSettings): Json {
  return withoutNulls({
    AppConsistent: settings.appConsistent,
    SnapshotGroup: settings.snapshotGroup,
    EnableFsFreeze: settings.enableFsFreeze,
    EnableWriters: settings.enableWriters,
    PreScriptPath: settings.preScriptPath,
    PostScriptPath: settings.postScriptPath,
    TimeoutInSeconds: settings.timeoutInSeconds,
    RamRoleName: settings.ramRoleName,
    DiskIdList: settings.diskIdList,
    ExcludeDiskIdList: settings.excludeDiskIdList,
    DestinationKmsKeyId: settings.replicationEncryption?.kmsKeyId ?? null,
  });
}
