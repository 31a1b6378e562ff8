import { z } from "zod";

/** How long something is to live, in units of the calendar. */
export const retentionPeriod = z
  .strictObject({
    value: z.int().min(1).max(65_536).meta({ description: "How many units, 1 to 65536. Source: seed 000, step 2." }),
    unit: z
      .enum(["DAY", "WEEK", "MONTH", "YEAR"])
      .meta({
        typeName: "RetentionUnit",
        valueDescriptions: {
          DAY: "24 hours.",
          WEEK: "7 days.",
          MONTH: "A calendar month in UTC; the 31st becomes the month's last day.",
          YEAR: "A calendar year in UTC.",
        },
      })
      .default("DAY")
      .meta({ description: "The unit. Default: DAY. Source: seed 000, step 2 (A-36)." }),
  })
  .meta({ typeName: "Retention", description: "How long a recovery point lives." });
