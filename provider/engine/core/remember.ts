/** So many results are kept: a program's policies are few, and each is asked for at every check, read and update. */
const mostKept = 256;

/**
 * The same function, which works out each result once while it is among the last that were asked for. Only for what
 * rests on its argument alone; `keyOf` tells arguments apart. What throws is not kept.
 */
export function remembering<A, R>(work: (argument: A) => R, keyOf: (argument: A) => string): (argument: A) => R {
  const kept = new Map<string, R>();
  return (argument) => {
    const key = keyOf(argument);
    const result = kept.has(key) ? (kept.get(key) as R) : work(argument);
    // The newest stands last, so that the oldest is the first to go.
    kept.delete(key);
    kept.set(key, result);
    if (kept.size > mostKept) kept.delete(kept.keys().next().value as string);
    return result;
  };
}
