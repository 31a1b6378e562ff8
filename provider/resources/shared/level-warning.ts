import type { Finding } from "../../definition/finding";
import type { Assessment } from "../../engine/alibaba/protection-assessment";
import { isBelow } from "../../engine/core/level";
import { reasonWarning } from "./finding";

/** Less than was asked for is a warning with every reason; the gate has made an error of it where it was asked to. */
export function levelWarnings({ consistency, refusals, warnings }: Assessment): Finding[] {
  if (consistency === undefined || refusals.length > 0) return [];
  const paths = warnings.map(({ property, reason }) => reasonWarning(property, reason));
  const { requested, achieved, reasons } = consistency;
  if (reasons.length === 0) return paths;
  const head = isBelow(achieved, requested)
    ? `asks for ${requested}, will get ${achieved}`
    : `gets ${achieved} as asked, with a restriction`;
  const list = reasons.map(
    (item) => `\n  ${item.rule}  ${item.message}\n        fix: ${item.remedy}\n        source: ${item.source}`,
  );
  return [{ severity: "warning", path: "", rule: "", message: head + list.join("") }, ...paths];
}
