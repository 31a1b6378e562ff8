import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { forecastItem } from "../../../engine/azure/forecast";
import type { ProtectedItem } from "../../../engine/azure/item-row";
import { apiRefusal } from "../../../engine/azure/rule";
import type { SlotList } from "../../../engine/azure/slot";
import { type SharedSlots, yearFrom } from "../../../engine/core/forecast";
import { secondsPerDay } from "../../../engine/core/time";
import type { Query } from "../../../engine/engine";
import { reasonOutput, toReasonOutput } from "../../shared/consistency";
import { forecastDays, forecastShape, inHours, toForecastOutput } from "../../shared/forecast";
import { namedItemShape, requireNamedItem } from "../named-item";

const inputs = z.strictObject({
  ...namedItemShape,
  days: forecastDays,
});

const pairedRegion = z
  .object({
    location: z.string().meta({ description: "The region." }),
    replicationLag: z.string().meta({ description: "What is known of the lag there." }),
  })
  .meta({ typeName: "PairedRegion", description: "The other region that a GeoRedundant vault copies to." });

const notSimulated = "not simulated: the engine takes a point to be in the paired region as soon as it is in the vault";

const outputs = z.object({
  itemId: z.string().meta({ description: "The protected item that was looked at." }),
  protectionState: z.string().meta({ description: "Protected, ProtectionStopped or BackupsSuspended (Z-33)." }),
  ...forecastShape,
  snapshots: z.int().meta({ description: "Of those, points in the snapshot tier (Z-22)." }),
  vaulted: z.int().meta({ description: "Of those, points in the vault (Z-23)." }),
  archived: z.int().meta({ description: "Of those, points in the archive." }),
  longestBackupInHours: z
    .number()
    .optional()
    .meta({
      description:
        "The longest time from a backup's start to its point in the vault, hours (Z-23, Z-24); absent: nothing goes " +
        "there.",
      units: "hours",
    }),
  pairedRegion: pairedRegion.optional().meta({
    description: "The region to which the vault's redundancy copies; absent: to none (Z-31).",
  }),
  warnings: z.array(reasonOutput).meta({
    description: "What will not be as a reader of the policy may think: over 24 hours (Z-24), last of the day (Z-25).",
  }),
});

interface Asked {
  readonly item: ProtectedItem;
  readonly days: number;
  readonly slots?: SharedSlots<SlotList>;
}

/** The forecast of an item as the function tells it. */
export const tellItemForecast: Query<Asked, z.output<typeof outputs>> = async (context, { item, days, slots }) => {
  const { now } = context;
  const until = now + days * secondsPerDay;
  const forecast = await forecastItem(context, { itemId: item.id, until, lookUntil: yearFrom(now), slots });
  if (forecast === undefined) {
    const message = `${item.armId} is ${item.protectionState} and has no policy`;
    throw apiRefusal("Engine.NoPolicy", "itemId", message, "resume its protection with a policy");
  }
  const { snapshots, vaulted, archived, worstLag, pairedLocation: location, warnings } = forecast;
  return {
    itemId: item.armId,
    protectionState: item.protectionState,
    ...toForecastOutput({ ...forecast, now, until }),
    snapshots,
    vaulted,
    archived,
    ...(worstLag === null ? {} : { longestBackupInHours: inHours(worstLag.completeTime - worstLag.createTime) }),
    ...(location === null ? {} : { pairedRegion: { location, replicationLag: notSimulated } }),
    warnings: warnings.map(toReasonOutput),
  };
};

export const getVaultForecastFunction = defineFunction({
  token: "cloudbackup:recoveryservices:getForecast",
  source: "ENGINE",
  description:
    "Looks ahead at one protected item: its next backups, what will be there, expire and fail after 30, 90 and 365 " +
    "days and in which tier, its worst gap, the most that it stores, how long its points take to the vault, and the " +
    "slots at risk. The figures are those that the engine's clock then yields, as long as nothing is changed.",
  inputs,
  outputs,
  call: async (context, properties) => {
    const item = await requireNamedItem(context, properties);
    return tellItemForecast(context, { item, days: properties.days });
  },
});
