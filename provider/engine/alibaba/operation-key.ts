import type { Json } from "../../store/tables";
import { defineCommand, defineQuery, required, text, withoutNulls } from "../core/operation";
import { isoTime } from "../core/time";
import { findRegion, unknownRegion } from "./catalogue";
import { unknownKeyState } from "./inventory";
import { changeKey, type KmsKey, putKey } from "./kms-key";
import { freshId, pageOf, pagingParameters } from "./operation-common";

const keyId = required(text("The key, key-…."));

const createKey = defineCommand({
  name: "CreateKey",
  product: "kms",
  description: "Makes a KMS key in a region. Cloud Backup may use it once it is granted (CreateGrant; A-64).",
  parameters: { RegionId: required(text("The region, as the API's endpoint tells it.")) },
  call: async (context, { RegionId }) => {
    if (findRegion(RegionId, context.settings.edition) === undefined) throw unknownRegion(RegionId, "RegionId");
    const id = await freshId(context, "kmsKey", "key", RegionId);
    await putKey(context, { id, regionId: RegionId, keyState: "Enabled", granted: false });
    return { KeyId: id };
  },
});

const enableKey = defineCommand({
  name: "EnableKey",
  product: "kms",
  description: "Makes a key usable again.",
  parameters: { KeyId: keyId },
  call: async (context, { KeyId }) => {
    await changeKey(context, { keyId: KeyId, change: { keyState: "Enabled" } });
    return {};
  },
});

const disableKey = defineCommand({
  name: "DisableKey",
  product: "kms",
  description: "Makes a key unusable: copies that need it fail, the backups themselves don't (A-78).",
  parameters: { KeyId: keyId },
  call: async (context, { KeyId }) => {
    await changeKey(context, { keyId: KeyId, change: { keyState: "Disabled" } });
    return {};
  },
});

const createGrant = defineCommand({
  name: "CreateGrant",
  product: "kms",
  description: "Lets Cloud Backup use a key, which the console asks for at the key's first use (A-64).",
  parameters: { KeyId: keyId },
  call: async (context, { KeyId }) => {
    await changeKey(context, { keyId: KeyId, change: { granted: true } });
    return {};
  },
});

function keyRecord({ id, regionId, keyState, granted, createTime }: KmsKey): Json {
  const KeyState = keyState === unknownKeyState ? null : keyState;
  return withoutNulls({ KeyId: id, RegionId: regionId, KeyState, granted, CreationDate: isoTime(createTime) });
}

const listKeys = defineQuery({
  name: "ListKeys",
  product: "kms",
  description: "Lists KMS keys; the answer can be a part of an inventory.",
  parameters: { RegionId: text("Only keys in this region. Default: all."), ...pagingParameters },
  call: async ({ store, settings }, { RegionId, ...paging }) => {
    const region = RegionId === undefined ? {} : { regionId: RegionId };
    const { page, paging: told } = pageOf(await store.find("kmsKey", { account: settings.account, ...region }), paging);
    return { ...told, Keys: { Key: page.map(keyRecord) } };
  },
});

export const keyOperations = [createKey, enableKey, disableKey, createGrant, listKeys];
