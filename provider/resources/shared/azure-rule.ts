import { type RuleId, ruleSources } from "../../engine/azure/rule";

/** The rule behind an input of Azure's, told with whatever is wrong with a value there. */
export function ruled(
  id: RuleId,
  remedy: string,
): {
  readonly rule: { readonly id: string; readonly remedy: string; readonly source: string };
} {
  return { rule: { id, remedy, source: ruleSources[id] } };
}
