import { EngineError } from "../error";

/** The documents behind the rules. */
export const documents = {
  appConsistent: "Cloud Backup, Enable application-consistent backup, 2025-11 (seed 000)",
  instanceBackup: "Cloud Backup, Back up ECS instances, 2024-11 (seed 001)",
  appConsistent2021: "Hybrid Backup Recovery, Enable application-consistent backup, 2021 (seed 002)",
  api: "Alibaba Cloud API reference (hbr 2017-09-08, ecs 2014-05-26, ram 2015-05-01)",
  engine: "ENGINE: no document speaks; cloudbackup makes the lower promise",
} as const;

const { appConsistent, instanceBackup, appConsistent2021, api, engine } = documents;

/** Where each rule is written; the ids are those of every error and reason. */
export const ruleSources = {
  "A-01": `${appConsistent}, prerequisites`,
  "A-02": `${appConsistent}, prerequisites`,
  "A-03": `${appConsistent}, prerequisites; ${instanceBackup}`,
  "A-04": `${appConsistent}, prerequisites`,
  "A-05": `${appConsistent}, prerequisites`,
  "A-06": `${appConsistent}, prerequisites`,
  "A-07": engine,
  "A-08": `${appConsistent}, step 1; ${api}, DescribeUdmSnapshots`,
  "A-09": `${appConsistent}, step 1; ${api}, AttachInstanceRamRole`,
  "A-10": `${appConsistent}, step 1.3`,
  "A-11": `${appConsistent}, step 2`,
  "A-12": `${appConsistent2021}, step 2; ${engine}`,
  "A-13": `${appConsistent}, step 2`,
  "A-14": `${appConsistent}, step 2; ${engine}`,
  "A-15": engine,
  "A-20": `${appConsistent}, step 2; ${api}, CreateSnapshotGroup`,
  "A-21": `${instanceBackup}, usage notes`,
  "A-22": `${appConsistent}, step 2; ${instanceBackup}`,
  "A-24": `${instanceBackup}, prerequisites; ${engine}`,
  "A-30": `${instanceBackup}, usage notes`,
  "A-33": `${instanceBackup}, troubleshooting`,
  "A-35": `${instanceBackup}, procedure; ${api}, CreatePolicyV2`,
  "A-36": `${appConsistent}, step 2; ${api}, CreatePolicyV2`,
  "A-38": `${instanceBackup}, extend the retention period`,
  "A-39": `${instanceBackup}, retention period of snapshots`,
  "A-49": `${appConsistent}, step 2`,
  "A-52": `${appConsistent}, step 1; ${engine}`,
  "A-53": engine,
  "A-59": `${instanceBackup}, troubleshooting; ${engine}`,
  "A-60": `${appConsistent2021}, prerequisites`,
  "A-61": `${appConsistent2021}, prerequisites; ${engine}`,
  "A-62": `${appConsistent2021}, step 2`,
  "A-63": `${appConsistent}, prerequisites; ${instanceBackup}; ${engine}`,
  "A-66": `${appConsistent}, step 2; ${appConsistent2021}, step 2; ${engine}`,
  "A-67": `${instanceBackup}, usage notes; ${api}, CreatePolicyV2`,
  "A-72": `${instanceBackup}, troubleshooting`,
  "A-73": `${instanceBackup}, troubleshooting`,
  "A-75": `${appConsistent}, step 2; ${engine}`,
  "A-79": `${api}, AttachInstanceRamRole`,
} as const;

export type RuleId = keyof typeof ruleSources;

/** Why something is not, or will not be, as asked. */
export interface Reason {
  readonly rule: RuleId;
  readonly message: string;
  readonly remedy: string;
  readonly source: string;
  /** The real API's code, where it has one (`HBR.NoRamRoleBound`). */
  readonly code: string | null;
}

export function reason(rule: RuleId, message: string, remedy: string, code: string | null = null): Reason {
  return { rule, message, remedy, source: ruleSources[rule], code };
}

/** A refusal by a rule. `code` is the API's own where it has one, else the engine's (`Engine.…`). */
export function refusal(rule: RuleId, code: string, property: string, message: string, remedy: string): EngineError {
  return new EngineError({ code, rule, property, message, remedy, source: ruleSources[rule] });
}

/** A refusal with a plain code: the API's, or one of the engine's own (`Engine.…`). */
export function apiRefusal(code: string, property: string, message: string, remedy: string): EngineError {
  return new EngineError({ code, property, message, remedy, source: code.startsWith("Engine.") ? engine : api });
}
