import type { Machine, MachineDisk } from "./machine";

/** Machines that a rule leaves alone. */
export interface Exemptions {
  /** By name of the resource, name or id of the machine; disks by name or id. */
  readonly exempt?: readonly string[];
  /** By tags: every one of them must be there. */
  readonly exemptTags?: Readonly<Record<string, string>>;
}

export function isExempt({ names, tags }: Machine, { exempt = [], exemptTags = {} }: Exemptions): boolean {
  const wanted = Object.entries(exemptTags);
  const isTagged = wanted.length > 0 && wanted.every(([key, value]) => tags[key] === value);
  return isTagged || names.some((name) => exempt.includes(name));
}

export function isDiskExempt({ names }: MachineDisk, { exempt = [] }: Exemptions): boolean {
  return names.some((name) => exempt.includes(name));
}
