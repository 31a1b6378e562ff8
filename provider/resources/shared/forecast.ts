import { z } from "zod";

/** How far a forecast looks ahead. */
export const forecastDays = z
  .int()
  .min(1)
  .max(3650)
  .default(30)
  .meta({ description: "How far to look ahead, days, 1 to 3650. Default: 30. Source: ENGINE.", units: "days" });

/** What a forecast tells first, whichever cloud's. */
export const forecastShape = {
  from: z.string().meta({ description: "Now, ISO 8601 in UTC." }),
  until: z.string().meta({ description: "The end of the look ahead, ISO 8601 in UTC." }),
  firstBackup: z
    .string()
    .optional()
    .meta({ description: "When the first point will be made, ISO 8601 in UTC; absent: none until the end." }),
  nextBackups: z.array(z.string()).meta({ description: "When the first five points will be made, ISO 8601 in UTC." }),
  backups: z.int().meta({ description: "Points that will be made until the end." }),
  points: z.int().meta({ description: "Points that will be there at the end." }),
  expiring: z.int().meta({ description: "Points that will expire until the end, also of those that are there now." }),
  failed: z.int().meta({ description: "Jobs that will fail until the end." }),
};
