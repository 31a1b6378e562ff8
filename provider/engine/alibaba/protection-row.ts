import type { Row } from "../../store/tables";
import type { ProtectionSettings } from "./protection-settings";

/** The binding of one machine, or of one consistency group, to a policy. */
export type Protection = Row<"protection">;

export function settingsOf(protection: Protection): ProtectionSettings {
  const settings = protection.settings as unknown as Partial<ProtectionSettings>;
  // Rows from before copies could be encrypted don't say how.
  return { ...settings, replicationEncryption: settings.replicationEncryption ?? null } as ProtectionSettings;
}

/** Whether what is backed up is a consistency group and no machine. */
export function isGroupId(sourceId: string): boolean {
  return sourceId.startsWith("cg-");
}
