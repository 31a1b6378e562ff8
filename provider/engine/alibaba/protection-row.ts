import type { Row } from "../../store/tables";
import { type ProtectionSettings, readSettings } from "./protection-settings";

/** The binding of one machine, or of one consistency group, to a policy. */
export type Protection = Row<"protection">;

export function settingsOf(protection: Protection): ProtectionSettings {
  return readSettings(protection.settings);
}

/** Whether what is backed up is a consistency group and no machine. */
export function isGroupId(sourceId: string): boolean {
  return sourceId.startsWith("cg-");
}
