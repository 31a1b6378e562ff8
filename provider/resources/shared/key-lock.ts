import type { Finding } from "../../definition/finding";
import { ruleSources } from "../../engine/alibaba/rule";

interface Encryption {
  readonly mode: "AUTO" | "KMS";
  readonly kmsKeyId?: string | undefined;
}

/**
 * A key with which copies were made can't be changed: refused, and never a silent replacement. It may be left
 * out while nothing is copied any more.
 */
export function keyFindings(
  wanted: Encryption | undefined,
  { usedKeyId, isReplicated }: { readonly usedKeyId: string | null; readonly isReplicated: boolean },
): Finding[] {
  if (usedKeyId === null || wanted?.kmsKeyId === usedKeyId) return [];
  if (!isReplicated && wanted === undefined) return [];
  const message = `copies were encrypted with KMS key ${usedKeyId} already: the key can't be changed any more`;
  const remedy =
    "keep the key; or destroy the protection and create it anew, which leaves the machine unprotected meanwhile " +
    "(pulumi up with the resource taken out, then with it put back)";
  const path = "replicationEncryption";
  return [{ severity: "error", path, rule: "A-44", message, remedy, source: ruleSources["A-44"] }];
}
