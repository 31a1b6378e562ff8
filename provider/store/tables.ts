import { azureTables } from "./azure-tables";
import { backupTables } from "./backup-tables";
import { boolean, type Column, integer, type Json, json, nullable, table, text } from "./column";
import { machineTables } from "./machine-tables";

export type { Json } from "./column";

/**
 * Every table of the engine. Rows of all accounts share the tables; `account` comes first in each index that lists.
 * The row types are plain data: the engine gives the JSON columns their meaning.
 */
export const tables = {
  /** Facts of the engine itself, id = name: clock, seed. */
  setting: table({ columns: { value: json<Json>() }, indexes: [] }),

  /** One row per life of a Pulumi resource; a dead one stays, so that "gone" and "never seen" can be told apart. */
  incarnation: table({
    columns: {
      account: text,
      urn: text,
      generation: integer,
      resourceType: text,
      resourceId: text,
      /** Hash of the inputs that replace the resource when they change. */
      identity: text,
      live: boolean,
    },
    indexes: [
      ["account", "urn"],
      ["account", "resourceId"],
    ],
  }),

  ...machineTables,
  ...backupTables,
  ...azureTables,

  kmsKey: table({
    since: 2,
    columns: {
      account: text,
      regionId: text,
      /** Enabled, Disabled or PendingDeletion. */
      keyState: text,
      /** Cloud Backup may use it. */
      granted: boolean,
      createTime: integer,
    },
    indexes: [["account", "regionId"]],
  }),
  /** Something that goes wrong in the simulated cloud for a while: throttling, a region's metadata. */
  fault: table({
    since: 2,
    columns: { account: text, kind: text, regionId: nullable(text), fromTime: integer, until: integer },
    indexes: [["account"]],
  }),
} as const;

export type Tables = typeof tables;
export type TableName = keyof Tables;

type Values<C extends Record<string, Column<unknown>>> = {
  [K in keyof C]: C[K] extends Column<infer V> ? V : never;
};

/** A row: the table's columns and its `id`. */
export type Row<T extends TableName> = { id: string } & Values<Tables[T]["columns"]>;
