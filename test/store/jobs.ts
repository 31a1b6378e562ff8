import type { Filter, FindOptions, Store } from "../../provider/store/store";
import type { Row } from "../../provider/store/tables";
import { job } from "./rows";

export async function put(store: Store, ...rows: Row<"job">[]): Promise<void> {
  await store.write((writer) => writer.put("job", rows));
}

export async function idsOf(store: Store, filter?: Filter<"job">, options?: FindOptions<"job">): Promise<string[]> {
  const rows = await store.read((reader) => reader.find("job", filter, options));
  return rows.map((row) => row.id);
}

export const someJobs = [
  job("a", { status: "RUNNING", startTime: 30, level: "crash", protectionId: "p1" }),
  job("b", { status: "COMPLETE", startTime: 10, level: null, protectionId: "p2" }),
  job("c", { status: "COMPLETE", startTime: 20, level: "application", protectionId: null, account: "2" }),
  job("d", { status: "FAILED", startTime: 20, level: null, protectionId: "p1", account: "2" }),
];
