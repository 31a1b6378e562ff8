import type { Json } from "../core/json";
import type { ReplicationEncryption } from "./replication";

/** How a machine is to be backed up: the real API's `udmDetail`, all defaults filled in. */
export interface ProtectionSettings {
  readonly allDisks: boolean;
  readonly diskIdList: readonly string[];
  readonly excludeDiskIdList: readonly string[];
  readonly appConsistent: boolean;
  readonly snapshotGroup: boolean;
  readonly enableFsFreeze: boolean;
  readonly enableWriters: boolean;
  readonly preScriptPath: string;
  readonly postScriptPath: string;
  /** I/O freeze time-out, seconds. */
  readonly timeoutInSeconds: number;
  readonly ramRoleName: string | null;
  readonly scriptDeploymentId: string | null;
  /** Null: nothing was said; disks are then copied as AUTO does. */
  readonly replicationEncryption: ReplicationEncryption | null;
}

export const defaultSettings: ProtectionSettings = {
  allDisks: true,
  diskIdList: [],
  excludeDiskIdList: [],
  appConsistent: false,
  snapshotGroup: false,
  enableFsFreeze: true,
  enableWriters: true,
  preScriptPath: "/tmp/prescript.sh",
  postScriptPath: "/tmp/postscript.sh",
  timeoutInSeconds: 30,
  ramRoleName: null,
  scriptDeploymentId: null,
  replicationEncryption: null,
};

/** How copies are encrypted when the settings don't say. */
export const defaultEncryption: ReplicationEncryption = { mode: "AUTO", kmsKeyId: null };

/** Settings as a row holds them; rows from before copies could be encrypted don't say how. */
export function readSettings(value: Json): ProtectionSettings {
  const settings = value as unknown as Partial<ProtectionSettings>;
  return { ...settings, replicationEncryption: settings.replicationEncryption ?? null } as ProtectionSettings;
}
