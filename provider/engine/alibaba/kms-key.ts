import type { Row } from "../../store/tables";
import type { Command, Query } from "../engine";
import { apiRefusal, type Reason, reason } from "./rule";

export type KmsKey = Row<"kmsKey">;
export type KeyState = "Enabled" | "Disabled";

export const findKey: Query<string, KmsKey | undefined> = async ({ store, settings }, keyId) => {
  const key = await store.get("kmsKey", keyId);
  return key?.account === settings.account ? key : undefined;
};

/** The account's keys by id. */
export const loadKeys: Query<undefined, ReadonlyMap<string, KmsKey>> = async ({ store, settings }) =>
  new Map((await store.find("kmsKey", { account: settings.account })).map((key) => [key.id, key]));

export const putKey: Command<Omit<KmsKey, "account" | "createTime">, void> = async (context, key) => {
  const { store, settings, now } = context;
  const old = await findKey(context, key.id);
  await store.put("kmsKey", [{ ...key, account: settings.account, createTime: old?.createTime ?? now }]);
};

/** EnableKey, DisableKey and the grant that the console asks for at a key's first use. */
export const changeKey: Command<{ keyId: string; change: { keyState?: KeyState; granted?: boolean } }, void> = async (
  context,
  { keyId, change },
) => {
  const key = await findKey(context, keyId);
  if (key === undefined) {
    const remedy = "create it (CreateKey), or list the keys: ListKeys";
    throw apiRefusal("Forbidden.KeyNotFound", "KeyId", `there is no KMS key ${keyId}`, remedy);
  }
  await context.store.put("kmsKey", [{ ...key, ...change }]);
};

export interface KeyProblem {
  /** The API's code where it has one. */
  readonly code: string;
  readonly why: Reason;
}

/** Why copies into a region can't be encrypted with a key, or undefined when they can. */
export function keyProblem(keyId: string, key: KmsKey | undefined, regionId: string): KeyProblem | undefined {
  const problem = (code: string, message: string, remedy: string): KeyProblem => ({
    code,
    why: reason("A-78", message, remedy, code),
  });
  if (key === undefined || key.regionId !== regionId) {
    const where = key === undefined ? "" : `; it lies in ${key.regionId}`;
    return problem(
      "InvalidParameter.KMSKeyId.NotFound",
      `there is no KMS key ${keyId} in the destination region ${regionId}${where}`,
      "create the key in the destination region, and tell the engine of it: Keys of the inventory, or cloudbackup " +
        "call CreateKey",
    );
  }
  if (key.keyState !== "Enabled") {
    return problem("Engine.KMSKeyDisabled", `KMS key ${keyId} is ${key.keyState}`, "enable it: EnableKey");
  }
  if (!key.granted) {
    return problem(
      "InvalidParameter.KMSKeyId.KMSUnauthorized",
      `Cloud Backup may not use KMS key ${keyId} yet`,
      "grant it at its first use, as the console asks for: cloudbackup call CreateGrant --KeyId …",
    );
  }
  return undefined;
}
