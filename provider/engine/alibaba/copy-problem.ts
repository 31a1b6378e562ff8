import type { Query } from "../engine";
import { findKey, keyProblem } from "./kms-key";
import { rulesOf } from "./policy";
import { type Protection, settingsOf } from "./protection-row";
import type { Reason } from "./rule";

/** Why every copy of a protection's points fails, though its backups don't; undefined where copies can be made. */
export const copyProblem: Query<Protection, Reason | undefined> = async (context, protection) => {
  const keyId = settingsOf(protection).replicationEncryption?.kmsKeyId ?? null;
  const policy = keyId === null ? undefined : await context.store.get("policy", protection.policyId);
  if (keyId === null || policy === undefined) return undefined;
  const regionId = rulesOf(policy).find(({ ruleType }) => ruleType === "REPLICATION")?.replicationRegionId;
  if (regionId === undefined) return undefined;
  return keyProblem(keyId, await findKey(context, keyId), regionId)?.why;
};
