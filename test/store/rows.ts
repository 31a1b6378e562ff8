import type { Column } from "../../provider/store/column";
import { type Row, type TableName, tables } from "../../provider/store/tables";

const blanks: Readonly<Record<Column<unknown>["kind"], unknown>> = {
  text: "",
  integer: 0,
  real: 0,
  boolean: false,
  json: [],
};

/** A row of null, or else blank, values, but for those given. */
export function row<T extends TableName>(table: T, id: string, values: Partial<Row<T>> = {}): Row<T> {
  const columns = Object.entries(tables[table].columns) as [string, Column<unknown>][];
  const blank = columns.map(([name, { kind, nullable }]) => [name, nullable ? null : blanks[kind]]);
  return { id, ...Object.fromEntries(blank), ...values } as Row<T>;
}

export function job(id: string, values: Partial<Row<"job">> = {}): Row<"job"> {
  return row("job", id, { account: "1234567890123456", status: "COMPLETE", startTime: 1_700_000_000, ...values });
}

export function machine(id: string, values: Partial<Row<"machine">> = {}): Row<"machine"> {
  return row("machine", id, { account: "1234567890123456", instanceName: "web", ...values });
}
