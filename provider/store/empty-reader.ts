import type { Reader } from "./store";

/** What is seen in a store that doesn't exist yet. */
export const emptyReader: Reader = {
  get: async () => undefined,
  getMany: async () => [],
  find: async () => [],
  count: async () => 0,
  countBy: async () => new Map(),
};
