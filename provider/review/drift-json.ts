import type { DriftFinding } from "./drift-finding";
import { type DriftReport, sourceOf, worstClass } from "./drift-report";

/** Raised when a reader of an earlier shape would be misled. */
const shapeVersion = 1;

/** The report for programs: no time, no place, so that equal drift gives equal bytes. */
export function driftJson(report: DriftReport): object {
  const { counts, inOrder, project, stack, unread, otherPackages, pending, unknownToEngine, unprotected } = report;
  return {
    version: shapeVersion,
    project,
    stack,
    worst: worstClass(report) ?? null,
    summary: {
      lost: counts.LOST,
      weakened: counts.WEAKENED,
      stronger: counts.STRONGER,
      cosmetic: counts.COSMETIC,
      inOrder,
      unread: unread.length,
    },
    resources: report.resources.map(({ findings, ...resource }) => ({ ...resource, findings: findings.map(toJson) })),
    unread,
    notChecked: { otherPackages, pending, unknownToEngine, ignored: report.ignored },
    unprotected: unprotected.map(({ urn, name, type, id }) => ({ urn, name, type, id })),
  };
}

function toJson({ class: worst, property, what, why, rule, amount, lowers }: DriftFinding): object {
  const source = sourceOf(rule);
  return {
    class: worst,
    property,
    what,
    ...(why === "" ? {} : { why }),
    ...(rule === "" ? {} : { rule }),
    ...(source === undefined ? {} : { source }),
    ...(amount === undefined ? {} : { amount }),
    ...(lowers === undefined ? {} : { lowers }),
  };
}
