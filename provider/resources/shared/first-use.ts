import type { Finding } from "../../definition/finding";
import { findRole } from "../../engine/alibaba/ram";
import { ruleSources } from "../../engine/alibaba/rule";
import { billingNotice, serviceRoleName } from "../../engine/alibaba/service";
import type { QueryContext } from "../../engine/engine";

/** What the very first use of Cloud Backup in an account brings with it: a role, and a bill. */
export async function firstUseNotices(context: QueryContext): Promise<Finding[]> {
  if ((await findRole(context, serviceRoleName)) !== undefined) return [];
  const billing = await billingNotice(context);
  if (billing === undefined) return [];
  const message = `the first protection makes the service-linked role ${serviceRoleName}; ${billing}`;
  return [notice(message)];
}

/** What a backup that runs at once brings with it. */
export async function billingNotices(context: QueryContext): Promise<Finding[]> {
  const billing = await billingNotice(context);
  return billing === undefined ? [] : [notice(billing)];
}

function notice(message: string): Finding {
  return { severity: "info", path: "", rule: "A-32", message, source: ruleSources["A-32"] };
}
