import type { ConsistencyLevel } from "../core/level";

/** Azure's word for what a recovery point promises. */
export type RecoveryPointType = "AppConsistent" | "FileSystemConsistent" | "CrashConsistent";

const types: Readonly<Record<ConsistencyLevel, RecoveryPointType>> = {
  APPLICATION: "AppConsistent",
  FILE_SYSTEM: "FileSystemConsistent",
  CRASH: "CrashConsistent",
};

export function recoveryPointTypeOf(level: ConsistencyLevel): RecoveryPointType {
  return types[level];
}
