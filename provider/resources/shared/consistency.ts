import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { defaultSettings, type ProtectionSettings } from "../../engine/alibaba/protection-settings";
import { ruleSources } from "../../engine/alibaba/rule";
import type { Reason } from "../../engine/core/reason";

export const consistencyLevel = z.enum(["APPLICATION", "FILE_SYSTEM", "CRASH"]).meta({
  typeName: "ConsistencyLevel",
  valueDescriptions: {
    APPLICATION: "The application was at rest: no log replay at start.",
    FILE_SYSTEM: "The file systems were at rest.",
    CRASH: "As after a power cut.",
  },
});

export const achievedLevel = z.enum(["APPLICATION", "FILE_SYSTEM", "CRASH", "NONE"]).meta({
  typeName: "AchievedLevel",
  valueDescriptions: {
    APPLICATION: "The application was at rest: no log replay at start.",
    FILE_SYSTEM: "The file systems were at rest.",
    CRASH: "As after a power cut.",
    NONE: "No backup runs (the machine is gone, or protection is stopped), or every one fails.",
  },
});

export const reasonOutput = z
  .object({
    rule: z.string().meta({ description: "Id of the rule, A-13." }),
    message: z.string().meta({ description: "What is not as it must be." }),
    remedy: z.string().meta({ description: "How to mend it." }),
    source: z.string().meta({ description: "The document that says so." }),
    code: z.string().optional().meta({ description: "The API's own code, where it has one (HBR.NoRamRoleBound)." }),
  })
  .meta({ typeName: "Reason", description: "Why something is not as asked, with its remedy and its source." });

export const consistencyStep = z
  .object({
    met: z.boolean().meta({ description: "Whether it is as it must be." }),
    fact: z.string().meta({ description: "What was found." }),
    rules: z.array(z.string()).meta({ description: "Ids of the rules that were looked at." }),
  })
  .meta({ typeName: "ConsistencyStep", description: "One rule that was looked at." });

export function toReasonOutput({ rule, message, remedy, source, code }: Reason): z.output<typeof reasonOutput> {
  return { rule, message, remedy, source, ...(code === null ? {} : { code }) };
}

/** The consistency settings that protections, manual backups and getConsistency share (udmDetail of the API). */
export const settingsShape = {
  allDisks: z
    .boolean()
    .default(true)
    .meta({
      description:
        "Whether every disk is covered, also those attached later; false needs diskIdList (A-22). " +
        "Default: true. Source: seed 000, step 2.",
    }),
  diskIdList: z.array(z.string().min(1)).default([]).meta({
    description:
      "The only disks to cover; disks attached later are not (A-22). Default: none, all disks. Source: HBR udmDetail.",
    set: true,
  }),
  excludeDiskIdList: z.array(z.string().min(1)).default([]).meta({
    description: "Disks to leave out; disks attached later are covered (A-22). Default: none. Source: HBR udmDetail.",
    set: true,
  }),
  appConsistent: z
    .boolean()
    .default(false)
    .meta({
      description:
        "Ask for application-consistent backups; excludes snapshotGroup (A-02). Default: false. Source:" +
        " seed 000; HBR udmDetail.",
    }),
  snapshotGroup: z
    .boolean()
    .default(false)
    .meta({
      description:
        "Ask for a snapshot-consistent group; excludes appConsistent (A-02). Default: false. Source: " +
        "seed 000; HBR udmDetail.",
    }),
  enableFsFreeze: z
    .boolean()
    .default(true)
    .meta({
      description:
        "Linux: hold the file systems still around the snapshot; off leaves CRASH (A-15). Default: " +
        "true. Source: HBR udmDetail.",
    }),
  enableWriters: z
    .boolean()
    .default(true)
    .meta({
      description:
        "Windows: include the VSS writers; off asks for FILE_SYSTEM (A-12). Default: true. Source: HBR " +
        "udmDetail; seed 002.",
    }),
  preScriptPath: z
    .string()
    .regex(/^\/[^\0]+$/, "an absolute path")
    .default(defaultSettings.preScriptPath)
    .meta({
      description:
        "Linux: the freeze script; only /tmp/prescript.sh is run (A-13). Default: /tmp/prescript.sh. " +
        "Source: seed 000, step 2.",
    }),
  postScriptPath: z
    .string()
    .regex(/^\/[^\0]+$/, "an absolute path")
    .default(defaultSettings.postScriptPath)
    .meta({
      description:
        "Linux: the thaw script; only /tmp/postscript.sh is run (A-13). Default: /tmp/postscript.sh. " +
        "Source: seed 000, step 2.",
    }),
  timeoutInSeconds: z
    .int()
    .min(1)
    .max(1800)
    .default(30)
    .meta({
      description:
        "Linux: the longest that I/O may be frozen and a script may run, seconds, 1 to 1800. Default: " +
        "30. Source: HBR udmDetail.",
      units: "seconds",
    }),
  ramRoleName: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({
      description:
        "The RAM role that takes the snapshots; needed by appConsistent. Take it from " +
        "ecs:RamRoleAttachment's output, " +
        "so that it is attached first (A-08, A-52). Source: HBR udmDetail; seed 000, step 1.",
    }),
  scriptDeploymentId: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        "Linux: the ecs:ScriptDeployment that the backup rests on, so that its scripts lie there first " +
        "(A-52). Source: ENGINE.",
    }),
};

/** How copies in another region are encrypted; for what can be copied. */
export const replicationEncryption = z
  .strictObject({
    mode: z
      .enum(["AUTO", "KMS"])
      .meta({
        typeName: "ReplicationEncryptionMode",
        valueDescriptions: {
          AUTO: "Copies of plain disks are plain, those of encrypted disks use the default service key.",
          KMS: "Every copy is encrypted with the named key of the destination region.",
        },
      })
      .default("AUTO")
      .meta({ description: "How the key is chosen. Default: AUTO. Source: seed 000, step 2 (A-44)." }),
    kmsKeyId: z.string().min(1).optional().meta({
      description: "KMS: the key, in the destination region (A-64). Source: HBR udmDetail destinationKmsKeyId.",
    }),
  })
  .meta({ typeName: "ReplicationEncryption", description: "How copies in another region are encrypted." });

const settingsObject = z.object({ ...settingsShape, replicationEncryption: replicationEncryption.optional() });
export type SettingsInputs = z.output<typeof settingsObject>;

export function toSettings(properties: SettingsInputs): ProtectionSettings {
  return {
    allDisks: properties.allDisks,
    diskIdList: [...properties.diskIdList].sort(),
    excludeDiskIdList: [...properties.excludeDiskIdList].sort(),
    appConsistent: properties.appConsistent,
    snapshotGroup: properties.snapshotGroup,
    enableFsFreeze: properties.enableFsFreeze,
    enableWriters: properties.enableWriters,
    preScriptPath: properties.preScriptPath,
    postScriptPath: properties.postScriptPath,
    timeoutInSeconds: properties.timeoutInSeconds,
    ramRoleName: properties.ramRoleName ?? null,
    scriptDeploymentId: properties.scriptDeploymentId ?? null,
    replicationEncryption: toEncryption(properties.replicationEncryption),
  };
}

function toEncryption(
  encryption: SettingsInputs["replicationEncryption"],
): ProtectionSettings["replicationEncryption"] {
  return encryption === undefined ? null : { mode: encryption.mode, kmsKeyId: encryption.kmsKeyId ?? null };
}

export function fromSettings(settings: ProtectionSettings): SettingsInputs {
  const { ramRoleName, scriptDeploymentId, diskIdList, excludeDiskIdList, replicationEncryption, ...same } = settings;
  const { mode, kmsKeyId } = replicationEncryption ?? { mode: "AUTO" as const, kmsKeyId: null };
  return {
    ...same,
    diskIdList: [...diskIdList],
    excludeDiskIdList: [...excludeDiskIdList],
    ...(ramRoleName === null ? {} : { ramRoleName }),
    ...(scriptDeploymentId === null ? {} : { scriptDeploymentId }),
    ...(replicationEncryption === null
      ? {}
      : { replicationEncryption: { mode, ...(kmsKeyId === null ? {} : { kmsKeyId }) } }),
  };
}

/** Covering some disks needs their names. */
export function disksFindings({ allDisks, diskIdList }: Pick<SettingsInputs, "allDisks" | "diskIdList">): Finding[] {
  if (allDisks || diskIdList.length > 0) return [];
  const message = "allDisks is false but diskIdList is empty: no disk is covered";
  const remedy = "list the disks in diskIdList, or set allDisks to true";
  return [{ severity: "error", path: "diskIdList", rule: "A-22", message, remedy, source: ruleSources["A-22"] }];
}
