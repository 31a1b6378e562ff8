import type { Finding } from "../../definition/finding";
import {
  overrideImpact,
  policyImpact,
  removalImpact,
  rulesChange,
  swapChange,
} from "../../engine/alibaba/point-impact";
import { findPolicy } from "../../engine/alibaba/policy";
import type { PolicyChange } from "../../engine/alibaba/policy-change";
import { policyOutcome } from "../../engine/alibaba/policy-outcome";
import type { UnnumberedRule } from "../../engine/alibaba/policy-rule";
import type { Protection } from "../../engine/alibaba/protection-row";
import type { OverrideInput, RetentionOverride } from "../../engine/alibaba/retention-override";
import { ruleSources } from "../../engine/alibaba/rule";
import { disksOfPoints, type ImpactWords } from "../../engine/core/impact-text";
import { readableDate } from "../../engine/core/time";
import type { QueryContext } from "../../engine/engine";
import { impactFindings, laterDestroy } from "../shared/impact";
import { rarerBackups } from "../shared/rarer-backups";
import { retentionWords } from "./retention-words";

const keepThem = "keep the longer retention, or extend the points that are to stay first (hbr:RetentionOverride)";

/** What other rules of a policy make of the points under it. */
export async function rulesFindings(
  context: QueryContext,
  input: { readonly policyId: string; readonly rules: readonly UnnumberedRule[] },
): Promise<Finding[]> {
  const change = await rulesChange(context, input);
  if (change === undefined) return [];
  const subject = retentionWords(change) || (isOtherSchedule(change) ? "another schedule" : "the changed policy");
  const remedy = `${keepThem}; machines that need less take a policy of their own`;
  const isRunning = change.protections.some(({ disabled }) => !disabled);
  return [
    ...impactFindings(await policyImpact(context, change, 0), { subject, remedy }),
    ...(isRunning ? rarerFindings(change, "rules") : []),
  ];
}

/** Another schedule that leaves more time between two points. */
function rarerFindings(change: PolicyChange, path: string): Finding[] {
  if (!isOtherSchedule(change)) return [];
  const rule = { id: "A-35", source: ruleSources["A-35"] };
  return rarerBackups(rule, path, policyOutcome(change.old), policyOutcome(change.next));
}

function isOtherSchedule({ old, next }: PolicyChange): boolean {
  const [before, after] = [old, next].map(({ backups }) =>
    backups.map(({ schedule }) => JSON.stringify(schedule)).sort(),
  );
  return String(before) !== String(after);
}

/** What a program says of a protection or plan that may end its points, or that no more come. */
interface Course {
  readonly disabled: boolean;
  readonly onDestroy: "retain" | "delete";
}

/** A protection or plan that is there, and what its program said and says. */
export interface ProtectionEdit {
  readonly protection: Protection;
  readonly old: Course;
  readonly next: Course;
}

/** What another policy makes of a protection's points. */
export async function swapFindings(
  context: QueryContext,
  { policyId, ...edit }: ProtectionEdit & { readonly policyId: string },
): Promise<Finding[]> {
  const { protection } = edit;
  const change = await swapChange(context, { protection, policyId });
  if (change === undefined) return [];
  const [old, next] = [await findPolicy(context, protection.policyId), await findPolicy(context, policyId)];
  const retention = retentionWords(change);
  const names = `policy ${old?.policyName} → ${next?.policyName}`;
  const subject = retention === "" ? names : `${names} (${retention})`;
  const impact = await policyImpact(context, change, 0);
  const remedy = "choose a policy that keeps points as long, or extend those that are to stay (hbr:RetentionOverride)";
  const notes = isSuspended(edit) ? [noMore(impact.leftUntil)] : [];
  return [
    ...impactFindings(impact, { subject, remedy, notes }),
    ...(edit.next.disabled ? [] : rarerFindings(change, "policyId")),
    ...(await destroyFindings(context, edit)),
  ];
}

/** What it means for a protection's points that no more come, or that a destroy will take them. */
export async function courseFindings(context: QueryContext, edit: ProtectionEdit): Promise<Finding[]> {
  const { protection } = edit;
  const destroy = await destroyFindings(context, edit);
  if (!isSuspended(edit)) return destroy;
  const change = await swapChange(context, { protection, policyId: protection.policyId });
  const impact = change && (await policyImpact(context, change, 0));
  const notes = impact === undefined ? [] : [noMore(impact.leftUntil)];
  return [...impactFindings(impact, { subject: "suspending the backups", notes, remedy: "" }), ...destroy];
}

function isSuspended({ old, next }: ProtectionEdit): boolean {
  return !old.disabled && next.disabled;
}

function noMore(leftUntil: number | null): string {
  return `no more points are made${leftUntil === null ? "" : `; the last one expires ${readableDate(leftUntil)}`}`;
}

async function destroyFindings(context: QueryContext, { protection, old, next }: ProtectionEdit): Promise<Finding[]> {
  if (old.onDestroy === "delete" || next.onDestroy === "retain") return [];
  return removalFindings(context, protection, { subject: laterDestroy, isForLater: true });
}

/** What the end of a protection takes whose destroy deletes its points. */
export async function removalFindings(
  context: QueryContext,
  protection: Protection,
  words: ImpactWords,
): Promise<Finding[]> {
  const remedy = 'set onDestroy to "retain", in an update before the destroy: the points then stay until they expire';
  const impact = await removalImpact(context, protection);
  const notes = impact.kept === 0 ? [] : ["it is refused as long as a point is held: they go together or not at all"];
  return impactFindings(impact, { ...words, remedy, notes });
}

/** How many points an override holds, and until when. */
export async function overrideFindings(
  context: QueryContext,
  input: OverrideInput & { readonly own: RetentionOverride | undefined },
): Promise<Finding[]> {
  const impact = await overrideImpact(context, input);
  const until = impact.leftUntil === null ? "for ever" : `until ${readableDate(impact.leftUntil)}`;
  const noun = input.dimension === "DISK" ? { noun: disksOfPoints } : {};
  return impactFindings(impact, {
    subject: "the override",
    notes: [`the last one lives ${until}`],
    remedy: "",
    ...noun,
  });
}
