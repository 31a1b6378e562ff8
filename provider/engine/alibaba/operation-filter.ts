import type { Json } from "../../store/tables";
import { itemsOf, Structure } from "./operation-structure";
import { apiRefusal } from "./rule";

/** One of a request's filters: the record's value of the key must be among the values. */
export interface RecordFilter {
  readonly key: string;
  readonly values: readonly string[];
}

/** The filters of a request, `[{"Key":"…","Operator":"IN","Values":["…"]}]`. */
export function decodeFilters(value: Json | undefined, keys: readonly string[]): readonly RecordFilter[] {
  return itemsOf(value ?? [], "Filters").map((item, index) => {
    const path = `Filters[${index}]`;
    const filter = new Structure(item, path, ["Key", "Operator", "Values"]);
    filter.choice("Operator", ["IN", "EQUAL"]);
    const key = filter.choice("Key", keys);
    if (key === undefined) {
      throw apiRefusal("MissingParameter", `${path}.Key`, `${path} has no Key`, `it is ${keys.join(", ")}`);
    }
    return { key, values: filter.texts("Values") ?? [] };
  });
}

/** Whether all filters let a record through. */
export function isLetThrough(record: Json, filters: readonly RecordFilter[]): boolean {
  const values = record as Readonly<Record<string, Json>>;
  return filters.every((filter) => filter.values.includes(String(values[filter.key])));
}
