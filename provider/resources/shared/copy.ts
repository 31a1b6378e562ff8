import type { Finding } from "../../definition/finding";
import { destinationRefusals } from "../../engine/alibaba/policy-rule";
import { replicationRefusals } from "../../engine/alibaba/protection-assessment";
import type { ProtectionSettings } from "../../engine/alibaba/protection-settings";
import { ruleSources } from "../../engine/alibaba/rule";
import { refusalFinding } from "./finding";

interface CopyInputs {
  readonly doCopy: boolean;
  readonly destinationRegionId?: string | undefined;
  readonly destinationRetention?: unknown;
}

/** What is wrong with a copy that a backup or plan asks for by itself. */
export function copyFindings(
  { doCopy, destinationRegionId, destinationRetention }: CopyInputs,
  { settings, regionId }: { readonly settings: ProtectionSettings; readonly regionId: string | undefined },
): Finding[] {
  const strange = Object.entries({ destinationRegionId, destinationRetention })
    .filter(([, value]) => !doCopy && value !== undefined)
    .map(([path]): Finding => {
      const message = `${path} is set, but doCopy is off`;
      const remedy = `set doCopy to true, or leave ${path} out`;
      return { severity: "error", path, rule: "A-34", message, remedy, source: ruleSources["A-34"] };
    });
  if (!doCopy) return [...strange, ...replicationRefusals(settings, null, regionId).map(refusalFinding)];
  const missing = destinationRefusals(destinationRegionId, "destinationRegionId");
  const own = replicationRefusals(settings, { regionId: destinationRegionId ?? "" }, regionId).map((refused) => ({
    ...refusalFinding(refused),
    path: "destinationRegionId",
  }));
  return [...missing.map(refusalFinding), ...own];
}
