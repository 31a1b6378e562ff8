import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { forecastProtection, type SteadyState } from "../../../engine/alibaba/forecast";
import type { Protection } from "../../../engine/alibaba/protection-row";
import { apiRefusal } from "../../../engine/alibaba/rule";
import type { SlotList } from "../../../engine/alibaba/slot";
import { snapshotsPerDisk } from "../../../engine/alibaba/snapshot-quota";
import { type SharedSlots, yearFrom } from "../../../engine/core/forecast";
import { secondsPerDay } from "../../../engine/core/time";
import type { Query } from "../../../engine/engine";
import { forecastDays, forecastShape, toForecastOutput } from "../../shared/forecast";
import { momentOf } from "../../shared/listing";
import { namedProtectionShape, requireNamedProtection } from "../named-protection";

const inputs = z.strictObject({
  ...namedProtectionShape,
  days: forecastDays,
});

const snapshotForecast = z
  .object({
    limit: z.int().meta({ description: "Manual snapshots that a disk can have (A-55)." }),
    snapshotsPerDisk: z.int().meta({
      description: "Snapshots that a disk will have from this protection once as many expire as are made.",
    }),
    reachedTime: z.string().optional().meta({
      description:
        "When the first backup will fail with QuotaExceed.Snapshot, ISO 8601 in UTC; absent: never (A-55, A-76).",
    }),
  })
  .meta({ typeName: "SnapshotForecast", description: "How a protection stands to the quota of snapshots." });

const outputs = z.object({
  protectionId: z.string().meta({ description: "The protection that was looked at." }),
  disabled: z.boolean().meta({ description: "Whether it is suspended: then no backup runs (A-59)." }),
  ...forecastShape,
  copies: z.int().meta({ description: "Copies in another region that will be there at the end." }),
  failedCopies: z.int().meta({ description: "Copies that will fail until the end (A-57)." }),
  snapshotQuota: snapshotForecast.meta({ description: "How it stands to the quota of snapshots (A-55)." }),
});

function toSnapshotForecast(steady: SteadyState | null): z.output<typeof snapshotForecast> {
  return {
    limit: snapshotsPerDisk,
    snapshotsPerDisk: steady?.snapshotsPerDisk ?? 0,
    ...momentOf("reachedTime", steady?.quotaReachedTime),
  };
}

interface Asked {
  readonly protection: Protection;
  readonly days: number;
  readonly slots?: SharedSlots<SlotList>;
}

/** The forecast of a protection as the function tells it. */
export const tellForecast: Query<Asked, z.output<typeof outputs>> = async (context, { protection, days, slots }) => {
  const { id: protectionId, policyId, disabled } = protection;
  const { now } = context;
  const until = now + days * secondsPerDay;
  const asked = { protectionId, until, lookUntil: yearFrom(now), isSettling: true, slots };
  const forecast = await forecastProtection(context, asked);
  if (forecast === undefined) {
    const message = `policy ${policyId} of protection ${protectionId} is gone`;
    throw apiRefusal("EntityNotExist.Policy", "protectionId", message, "bind the machine to a policy again");
  }
  const { copies, failedCopies, steadyState } = forecast;
  return {
    protectionId,
    disabled,
    ...toForecastOutput({ ...forecast, now, until }),
    copies,
    failedCopies,
    snapshotQuota: toSnapshotForecast(steadyState),
  };
};

export const getForecastFunction = defineFunction({
  token: "cloudbackup:hbr:getForecast",
  source: "ENGINE",
  description:
    "Looks ahead at one protection: its next backups, what will be there, expire and fail after 30, 90 and 365 days, " +
    "its worst gap, the most that it stores, its replication lag, the slots at risk, and whether it will reach the " +
    "quota of snapshots. The figures are those that the engine's clock then yields, as long as nothing is changed.",
  inputs,
  outputs,
  call: async (context, properties) => {
    const protection = await requireNamedProtection(context, properties);
    return tellForecast(context, { protection, days: properties.days });
  },
});
