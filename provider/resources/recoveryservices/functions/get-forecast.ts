import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { requireReader } from "../../../engine/azure/access";
import { forecastItem } from "../../../engine/azure/forecast";
import { findActiveItemOf } from "../../../engine/azure/item-list";
import { findItem, type ProtectedItem } from "../../../engine/azure/item-row";
import { apiRefusal } from "../../../engine/azure/rule";
import { isoTime, secondsPerDay } from "../../../engine/core/time";
import type { QueryContext } from "../../../engine/engine";
import { reasonOutput, toReasonOutput } from "../../shared/consistency";
import { forecastDays, forecastShape } from "../../shared/forecast";
import { momentOf, requireOne } from "../../shared/listing";

const inputs = z.strictObject({
  itemId: z.string().min(1).optional().meta({ description: "The protected item. Either this or sourceResourceId." }),
  sourceResourceId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "The virtual machine whose protection is meant, by its ARM id." }),
  days: forecastDays,
});

const hours = (description: string) => z.number().optional().meta({ description, units: "hours" });

const outputs = z.object({
  itemId: z.string().meta({ description: "The protected item that was looked at." }),
  protectionState: z.string().meta({ description: "Protected, ProtectionStopped or BackupsSuspended (Z-33)." }),
  ...forecastShape,
  snapshots: z.int().meta({ description: "Of those, points in the snapshot tier (Z-22)." }),
  vaulted: z.int().meta({ description: "Of those, points in the vault (Z-23)." }),
  archived: z.int().meta({ description: "Of those, points in the archive." }),
  skipped: z.int().meta({ description: "Slots that will be skipped because the job before still runs." }),
  bytesTotal: z.number().meta({ description: "Bytes of the points at the end.", units: "bytes" }),
  longestGapInHours: hours("The longest time from one point to the next, hours; absent with fewer than two."),
  longestBackupInHours: hours(
    "The longest time from a backup's start to its point in the vault, hours (Z-23, Z-24); absent: nothing goes there.",
  ),
  warnings: z.array(reasonOutput).meta({
    description: "What will not be as a reader of the policy may think: over 24 hours (Z-24), last of the day (Z-25).",
  }),
});

async function requireItem(context: QueryContext, properties: z.output<typeof inputs>): Promise<ProtectedItem> {
  const { itemId, sourceResourceId } = properties;
  requireOne({ itemId, sourceResourceId }, { isNeeded: true });
  const item =
    itemId !== undefined ? await findItem(context, itemId) : await findActiveItemOf(context, sourceResourceId ?? "");
  if (item === undefined) {
    const property = itemId === undefined ? "sourceResourceId" : "itemId";
    const message = `no protected item is known for ${itemId ?? sourceResourceId}`;
    throw apiRefusal("Engine.NotProtected", property, message, "protect it: recoveryservices:ProtectedItem");
  }
  await requireReader(context, { vaultId: item.vaultId, operation: "RecoveryPoints_List" });
  return item;
}

function inHours(seconds: number): number {
  return Math.round((seconds / 3600) * 100) / 100;
}

export const getVaultForecastFunction = defineFunction({
  token: "cloudbackup:recoveryservices:getForecast",
  source: "ENGINE",
  description:
    "Looks ahead at one protected item: its next backups, what will be in which tier, expire and fail. The figures " +
    "are those that the engine's clock then yields, as long as nothing is changed.",
  inputs,
  outputs,
  call: async (context, properties) => {
    const item = await requireItem(context, properties);
    const until = context.now + properties.days * secondsPerDay;
    const forecast = await forecastItem(context, { itemId: item.id, until });
    if (forecast === undefined) {
      const message = `${item.armId} is ${item.protectionState} and has no policy`;
      throw apiRefusal("Engine.NoPolicy", "itemId", message, "resume its protection with a policy");
    }
    const { counts, longestGapInSeconds: gap, longestBackupInSeconds: longest } = forecast;
    return {
      itemId: item.armId,
      protectionState: item.protectionState,
      from: isoTime(context.now),
      until: isoTime(until),
      ...momentOf("firstBackup", forecast.firstBackup),
      nextBackups: forecast.nextBackups.map(isoTime),
      backups: Object.values(counts.backups).reduce((sum, made) => sum + made, 0),
      points: forecast.points,
      snapshots: forecast.snapshots,
      vaulted: forecast.vaulted,
      archived: forecast.archived,
      expiring: forecast.expiring,
      failed: counts.failed,
      skipped: counts.skipped,
      bytesTotal: forecast.bytes,
      ...(gap === null ? {} : { longestGapInHours: inHours(gap) }),
      ...(longest === null ? {} : { longestBackupInHours: inHours(longest) }),
      warnings: forecast.warnings.map(toReasonOutput),
    };
  },
});
