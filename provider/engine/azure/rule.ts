import { documents } from "../core/document";
import { type Reason as AnyReason, rulebook } from "../core/reason";

const { linuxFramework, machineBackup, azureApi, engine } = documents;

/** Beside a document: what it leaves open. */
const elsewhere = "ENGINE where the documents are silent";

/** Where each rule is written; the ids are those of every error and reason. */
export const ruleSources = {
  "Z-01": `${machineBackup}, snapshots`,
  "Z-02": `${machineBackup}, snapshots`,
  "Z-03": `${linuxFramework}; ${machineBackup}, snapshots`,
  "Z-04": `${machineBackup}, snapshots; ${azureApi}`,
  "Z-05": `${linuxFramework}, step 5; ${elsewhere}`,
  "Z-06": `${linuxFramework}, step 5`,
  "Z-07": `${machineBackup}, snapshots; ${elsewhere}`,
  "Z-08": `${azureApi}, ProtectionPolicies`,
  "Z-09": linuxFramework,
  "Z-10": `${linuxFramework}, step 4; ${azureApi}; ${elsewhere}`,
  "Z-11": `${linuxFramework}, step 5; ${azureApi}; ${elsewhere}`,
  "Z-12": `${linuxFramework}, step 5`,
  "Z-13": `${linuxFramework}, step 5; ${elsewhere}`,
  "Z-14": `${linuxFramework}, troubleshooting; ${machineBackup}, backup process`,
  "Z-20": `${machineBackup}, Recovery Services vault; ${elsewhere}`,
  "Z-21": `${machineBackup}, backup policy; ${azureApi}, ProtectionPolicies`,
  "Z-22": `${machineBackup}, snapshot tier; ${azureApi}, ProtectionPolicies`,
  "Z-23": `${machineBackup}, vault tier`,
  "Z-24": `${machineBackup}, backup process`,
  "Z-25": `${machineBackup}, vault tier; ${azureApi}, ProtectionPolicies`,
  "Z-26": `${machineBackup}, selective disk backup`,
  "Z-27": `${machineBackup}, backup policy; ${azureApi}, ProtectionPolicies`,
  "Z-28": `${machineBackup}, backup process; ${azureApi}, Vaults`,
  "Z-29": `${machineBackup}, backup process; ${azureApi}, Vaults`,
  "Z-30": `${azureApi}, Vaults`,
  "Z-31": `${azureApi}, Vaults`,
  "Z-32": `${azureApi}, ProtectedItems`,
  "Z-33": `${azureApi}, ProtectedItems`,
  "Z-34": engine,
  "Z-35": `${machineBackup}, selective disk backup; snapshot tier`,
  "Z-36": `${linuxFramework}, troubleshooting; ${elsewhere}`,
  "Z-37": `${linuxFramework}; ${machineBackup}; ${elsewhere}`,
  "Z-38": engine,
} as const;

export type RuleId = keyof typeof ruleSources;

/** Why something is not, or will not be, as asked. */
export type Reason = AnyReason<RuleId>;

export const { reason, refusal, refusalUntil, apiRefusal } = rulebook(ruleSources, azureApi);
