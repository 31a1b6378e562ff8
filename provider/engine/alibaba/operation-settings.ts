import type { Json } from "../../store/tables";
import { withoutNulls } from "./operation";
import { Structure } from "./operation-structure";
import type { ProtectionSettings } from "./protection-settings";

const keys = [
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
] as const;

/** Backup settings as the API's `udmDetail` writes them; what it leaves out stays as it was. */
export function decodeSettings(value: Json, path: string, before: ProtectionSettings): ProtectionSettings {
  const detail = new Structure(value, path, keys);
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
  };
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
  });
}
