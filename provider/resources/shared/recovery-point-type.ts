import { z } from "zod";

/** Azure's word for what a recovery point promises. */
export const recoveryPointType = z.enum(["AppConsistent", "FileSystemConsistent", "CrashConsistent"]).meta({
  typeName: "RecoveryPointType",
  valueDescriptions: {
    AppConsistent: "The application was at rest: APPLICATION.",
    FileSystemConsistent: "The file systems were at rest: FILE_SYSTEM.",
    CrashConsistent: "As after a power cut: CRASH.",
  },
});
