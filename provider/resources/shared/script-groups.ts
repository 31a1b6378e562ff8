import { sha256Hex } from "../../engine/core/identifier";

/** As many machines get their scripts from one deployment at most, as SendFile takes in one call. */
const mostPerGroup = 50;

/** With four groups of 50 places, the machines of one component (99 at most) practically never fill one of them. */
const groupCount = 4;

export interface ScriptGroup {
  /** 1 to 4. */
  readonly number: number;
  readonly instanceIds: readonly string[];
}

/**
 * Deals machines out to script deployments. A machine's id alone says which one is its own, whatever other machines
 * there are and in which order: so none ever moves from one to another, which would leave it without its scripts for
 * a moment. Only where a group is full does a machine go to the next one.
 */
export function groupForScripts(instanceIds: readonly string[]): readonly ScriptGroup[] {
  const groups = Array.from({ length: groupCount }, (_, index) => ({ number: index + 1, instanceIds: [] as string[] }));
  const byHash = instanceIds.map((id) => ({ id, hash: sha256Hex(id) })).sort((a, b) => (a.hash < b.hash ? -1 : 1));
  for (const { id, hash } of byHash) {
    const home = Number.parseInt(hash.slice(-4), 16) % groupCount;
    const order = groups.map((_, step) => groups[(home + step) % groupCount]);
    order.find((group) => group !== undefined && group.instanceIds.length < mostPerGroup)?.instanceIds.push(id);
  }
  return groups
    .filter((group) => group.instanceIds.length > 0)
    .map(({ number, instanceIds: members }) => ({ number, instanceIds: members.sort() }));
}
