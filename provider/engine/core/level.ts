/** What a backup promises of the data in it. */
export type ConsistencyLevel = "APPLICATION" | "FILE_SYSTEM" | "CRASH";

/** From the strongest promise to the weakest. */
export const consistencyLevels: readonly ConsistencyLevel[] = ["APPLICATION", "FILE_SYSTEM", "CRASH"];

/** The weakest of some levels; undefined of none. */
export function weakestOf(levels: readonly ConsistencyLevel[]): ConsistencyLevel | undefined {
  return consistencyLevels.findLast((level) => levels.includes(level));
}

/** Whether a level is worse than another. */
export function isBelow(level: ConsistencyLevel, other: ConsistencyLevel): boolean {
  return consistencyLevels.indexOf(level) > consistencyLevels.indexOf(other);
}
