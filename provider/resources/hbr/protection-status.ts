import type { Status } from "../../definition/resource";
import { forecastProtection } from "../../engine/alibaba/forecast";
import { describeProtection, findProtection } from "../../engine/alibaba/protection";
import { secondsPerDay } from "../../engine/core/time";
import type { QueryContext } from "../../engine/engine";
import { forecastLine, skippedSlotsWarnings } from "../shared/forecast-status";
import { lateStartFindings } from "./unprotected-time";

/** What a protection or a backup plan will mean. */
export async function protectionStatus(context: QueryContext, id: string, days: number): Promise<Status | undefined> {
  const protection = await findProtection(context, id);
  if (protection === undefined) return undefined;
  const { requestedLevel, achievedLevel: achieved } = await describeProtection(context, protection);
  const level = achieved === requestedLevel ? achieved : `${achieved} (asked for ${requestedLevel})`;
  if (protection.disabled) return { line: `${level}, suspended: no backup runs`, warnings: [] };
  const span = { days, until: context.now + days * secondsPerDay };
  const forecast = await forecastProtection(context, { protectionId: id, until: span.until });
  return {
    line: forecastLine(level, forecast, span),
    warnings: [
      ...(forecast === undefined ? [] : skippedSlotsWarnings(forecast, span)),
      ...(await lateStartFindings(context, id)),
    ],
  };
}
