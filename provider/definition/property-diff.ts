import { parsePath } from "./path";
import type { Replacement } from "./replacement";

/** How one property changes, as the engine takes it. */
export interface PropertyDiff {
  readonly kind: "add" | "addReplace" | "delete" | "deleteReplace" | "update" | "updateReplace";
  /** Whether inputs were compared; otherwise outputs. */
  readonly inputDiff: boolean;
}

/** Changes by property path; `replaces` names the top-level properties whose change replaces the resource. */
export interface Differences {
  readonly detailedDiff: Readonly<Record<string, PropertyDiff>>;
  readonly replaces: readonly string[];
  /** Why each of them does. */
  readonly replacements: readonly Replacement[];
}

/** The same changes for a resource that can't be updated at all. */
export function allReplacing({ detailedDiff, replacements }: Differences): Differences {
  const entries = Object.entries(detailedDiff).map(([path, { kind, inputDiff }]) => {
    const replacing = kind.endsWith("Replace") ? kind : `${kind}Replace`;
    return [path, { kind: replacing, inputDiff }] as [string, PropertyDiff];
  });
  const names = entries.map(([path]) => String(parsePath(path)[0]));
  const told = new Set(replacements.map(({ path }) => String(parsePath(path)[0])));
  const untold = [...new Set(names)].filter((name) => !told.has(name));
  const why = "a resource of this kind can't be changed once it is made";
  return {
    detailedDiff: Object.fromEntries(entries),
    replaces: [...new Set(names)],
    replacements: [...replacements, ...untold.map((path) => ({ path, change: "changes", why }))],
  };
}
