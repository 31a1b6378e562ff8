import { consistencyRows } from "./consistency-rows";
import { failureRows } from "./failure-rows";
import { groupRows } from "./group-rows";
import { guestRows } from "./guest-rows";
import { holdRows } from "./hold-rows";
import { policyChangeRows } from "./policy-change-rows";
import { policyRows } from "./policy-rows";
import { replicationRows } from "./replication-rows";
import { restoreRows } from "./restore-rows";
import { retentionRows } from "./retention-rows";
import type { Row } from "./row";

/** The whole table: one row or more for each rule. */
export const rows: readonly Row[] = [
  ...consistencyRows,
  ...guestRows,
  ...groupRows,
  ...policyRows,
  ...retentionRows,
  ...policyChangeRows,
  ...holdRows,
  ...replicationRows,
  ...restoreRows,
  ...failureRows,
];
