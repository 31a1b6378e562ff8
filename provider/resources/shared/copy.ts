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

/** What is said about a copy that nobody asks for. */
export function strayFindings({ doCopy, destinationRegionId, destinationRetention }: CopyInputs): Finding[] {
  return Object.entries({ destinationRegionId, destinationRetention })
    .filter(([, value]) => !doCopy && value !== undefined)
    .map(([path]): Finding => {
      const message = `${path} is set, but doCopy is off`;
      const remedy = `set doCopy to true, or leave ${path} out`;
      return { severity: "error", path, rule: "A-34", message, remedy, source: ruleSources["A-34"] };
    });
}

/** What is wrong with a copy that a backup asks for by itself. */
export function copyFindings(
  inputs: CopyInputs,
  { settings, regionId }: { readonly settings: ProtectionSettings; readonly regionId: string | undefined },
): Finding[] {
  const property = "destinationRegionId";
  const destination = inputs.doCopy ? { regionId: inputs.destinationRegionId ?? "" } : null;
  const refusals = [
    ...(destination === null ? [] : destinationRefusals(destination.regionId, property)),
    ...replicationRefusals(settings, destination, regionId, property),
  ];
  return [...strayFindings(inputs), ...refusals.map(refusalFinding)];
}
