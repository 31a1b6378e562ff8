import { documents } from "../core/document";
import { type Reason as AnyReason, rulebook } from "../core/reason";

const { appConsistent, instanceBackup, appConsistent2021, api, engine } = documents;

/** Beside a document: what it leaves open. */
const elsewhere = "ENGINE where the documents are silent";
const troubleshooting = `${instanceBackup}, troubleshooting`;
const permanentRetention = `${troubleshooting}: 「ポリシーには永続的な保持ルールが含まれており、ECS インスタンスのバックアップには適用できません。」`;

/**
 * Where each rule is written, with the document's own words where it prints a message; the ids are those of every error
 * and reason.
 */
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
  "A-10": `${appConsistent}, step 1.3; ${elsewhere}`,
  "A-11": `${appConsistent}, step 2`,
  "A-12": `${appConsistent2021}, step 2; ${elsewhere}`,
  "A-13": `${appConsistent}, step 2; ${appConsistent2021}, step 2`,
  "A-14": `${appConsistent}, step 2; ${elsewhere}`,
  "A-15": engine,
  "A-20": `${appConsistent}, step 2; ${instanceBackup}, procedure; ${api}, CreateSnapshotGroup; ${elsewhere}`,
  "A-21": `${instanceBackup}, usage notes`,
  "A-22": `${appConsistent}, step 2; ${instanceBackup}, procedure; ${elsewhere}`,
  "A-24": `${instanceBackup}, prerequisites; ${elsewhere}`,
  "A-30": `${instanceBackup}, usage notes`,
  "A-31": `${instanceBackup}, usage notes; ${elsewhere}`,
  "A-32": `${instanceBackup}, usage notes; ${elsewhere}`,
  "A-33": `${permanentRetention}; ${elsewhere}`,
  "A-34": `${troubleshooting}: 「バックアップ先リージョンが指定されていません。」`,
  "A-35": `${instanceBackup}, procedure; ${api}, CreatePolicyV2; ${elsewhere}`,
  "A-36": `${appConsistent}, step 2; ${api}, CreatePolicyV2; ${elsewhere}`,
  "A-37": `${instanceBackup}, retention period of snapshots`,
  "A-38": `${instanceBackup}, extend the retention period`,
  "A-39": `${instanceBackup}, retention period of snapshots; ${elsewhere}`,
  "A-40": `${instanceBackup}, retention period of snapshots`,
  "A-41": `${instanceBackup}, retention period of snapshots`,
  "A-42": `${instanceBackup}, delete recovery points`,
  "A-43": `${instanceBackup}, procedure`,
  "A-44": `${appConsistent}, step 2; ${instanceBackup}; ${elsewhere}`,
  "A-45": `${instanceBackup}, cancel`,
  "A-46": `${instanceBackup}, total size of ECS snapshots`,
  "A-47": `${instanceBackup}, usage notes`,
  "A-48": `${api}, CreatePolicyV2`,
  "A-49": `${appConsistent}, step 2; ${instanceBackup}, procedure`,
  "A-50": `${instanceBackup}, clone now; add to consistency group`,
  "A-51": `${instanceBackup}, disaster recovery`,
  "A-52": `${appConsistent}, step 1; ${elsewhere}`,
  "A-53": engine,
  "A-54": `${instanceBackup}, procedure; ${elsewhere}`,
  "A-55": `${instanceBackup}, troubleshooting; ${api}, CreateSnapshot; ${elsewhere}`,
  "A-56": `${instanceBackup}, extend the retention period; ${elsewhere}`,
  "A-57": `${instanceBackup}, troubleshooting`,
  "A-58": `${instanceBackup}, add to consistency group; ${elsewhere}`,
  "A-59": `${instanceBackup}, troubleshooting; ${elsewhere}`,
  "A-60": `${appConsistent2021}, prerequisites`,
  "A-61": `${appConsistent2021}, prerequisites; ${elsewhere}`,
  "A-62": `${appConsistent2021}, step 2`,
  "A-63": `${appConsistent}, prerequisites; ${instanceBackup}; ${elsewhere}`,
  "A-64": `${appConsistent}, step 2; ${instanceBackup}`,
  "A-65": `${instanceBackup}, replicate and restore across regions; ${elsewhere}`,
  "A-66": `${appConsistent}, step 2; ${appConsistent2021}, step 2; ${elsewhere}`,
  "A-67": `${appConsistent}, step 2; ${instanceBackup}, usage notes; ${api}, CreatePolicyV2; ${elsewhere}`,
  "A-70": permanentRetention,
  "A-71": `${troubleshooting}: 「バックアップ先リージョンが指定されていません。」`,
  "A-72": `${troubleshooting}: 「この ECS は既にリリースされています」`,
  "A-73": `${troubleshooting}: 「バックアップ計画は中断されました。」`,
  "A-74": `${troubleshooting}: 「失敗-メタデータを同期できませんでした。」`,
  "A-75": `${appConsistent}, step 2; ${elsewhere}`,
  "A-76": `${instanceBackup}, troubleshooting; ${api}, CreateSnapshot`,
  "A-77": `${api}, CreateSnapshot`,
  "A-78": `${appConsistent}, step 2; ${api}, CopySnapshot`,
  "A-79": `${api}, AttachInstanceRamRole`,
  "A-80": `${api}, common errors; ${elsewhere}`,
} as const;

export type RuleId = keyof typeof ruleSources;

/** Why something is not, or will not be, as asked. */
export type Reason = AnyReason<RuleId>;

export const { reason, refusal, refusalUntil, apiRefusal } = rulebook(ruleSources, api);
