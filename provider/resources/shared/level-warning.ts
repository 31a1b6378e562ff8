import type { Finding } from "../../definition/finding";
import type { Assessment } from "../../engine/core/assessment";
import { reasonWarning } from "./finding";

/** Less than was asked for is a warning with every reason; the gate has made an error of it where it was asked to. */
export function levelWarnings({ consistency, refusals, warnings }: Assessment): Finding[] {
  if (consistency === undefined || refusals.length > 0) return [];
  const paths = warnings.map(({ property, reason }) => reasonWarning(property, reason));
  const { requested, achieved, reasons } = consistency;
  if (reasons.length === 0) return paths;
  const head =
    achieved === requested
      ? `gets ${achieved} as asked, with a restriction`
      : `asks for ${requested}, will get ${achieved === "NONE" ? "no backup" : achieved}`;
  const list = reasons.map(
    (item) => `\n  ${item.rule}  ${item.message}\n        fix: ${item.remedy}\n        source: ${item.source}`,
  );
  return [{ severity: "warning", path: "", rule: "", message: head + list.join("") }, ...paths];
}
