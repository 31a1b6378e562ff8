import type { Finding } from "../../definition/finding";
import { armKey, itemIdOf, policyIdOf } from "../../engine/azure/arm-id";
import type { ItemInput } from "../../engine/azure/item-assessment";
import { findItem, type ProtectedItem } from "../../engine/azure/item-row";
import { itemsImpact, removalImpact } from "../../engine/azure/point-impact";
import { findPolicy, type PolicyProperties, type PolicyRow, propertiesOf } from "../../engine/azure/policy";
import { type ItemsChange, itemsUnder } from "../../engine/azure/policy-change";
import { policyOutcome } from "../../engine/azure/policy-outcome";
import { livesChangeOf } from "../../engine/azure/protected-item";
import type { PolicyInput } from "../../engine/azure/protection-policy";
import { ruleSources } from "../../engine/azure/rule";
import type { ImpactWords } from "../../engine/core/impact-text";
import { canonicalJson, type Json } from "../../engine/core/json";
import { readableDate } from "../../engine/core/time";
import type { QueryContext } from "../../engine/engine";
import { impactFindings, laterDestroy } from "../shared/impact";
import { rarerBackups } from "../shared/rarer-backups";
import { retentionWords } from "./retention-words";

/** What other properties of a policy make of the points under it. */
export async function policyFindings(context: QueryContext, input: PolicyInput): Promise<Finding[]> {
  const policy = await findPolicy(context, policyIdOf(input.vaultId, input.policyName));
  if (policy === undefined) return [];
  const policies = { old: propertiesOf(policy), next: input.properties };
  const change = await itemsUnder(context, policy, policies);
  const other = isOtherSchedule(policies) ? "another schedule" : "the changed policy";
  const subject = retentionWords(policies.old, policies.next) || other;
  const remedy = "keep the longer retention; machines that need less take a policy of their own";
  const impact = await itemsImpact(context, { ...change, properties: policies.next }, 0);
  const isUsed = change.itemIds.length > 0;
  return [...impactFindings(impact, { subject, remedy }), ...(isUsed ? rarerFindings(policies, "schedulePolicy") : [])];
}

interface Policies {
  readonly old: PolicyProperties;
  readonly next: PolicyProperties;
}

function isOtherSchedule({ old, next }: Policies): boolean {
  const [before, after] = [old, next].map(({ schedulePolicy }) => schedulePolicy as unknown as Json);
  return canonicalJson(before ?? null) !== canonicalJson(after ?? null);
}

/** Another schedule that leaves more time between two points. */
function rarerFindings(policies: Policies, path: string): Finding[] {
  if (!isOtherSchedule(policies)) return [];
  const rule = { id: "Z-21", source: ruleSources["Z-21"] };
  return rarerBackups(rule, path, policyOutcome(policies.old), policyOutcome(policies.next));
}

/** What a program says of an item that may end its points. */
interface Course {
  readonly onDestroy: "retain" | "delete";
}

/** What another policy or state makes of an item's points, and what a destroy will make of them. */
export async function itemFindings(
  context: QueryContext,
  input: ItemInput,
  course: { readonly old: Course | undefined; readonly next: Course },
): Promise<Finding[]> {
  const item = await findItem(context, itemIdOf(input.vaultId, input.sourceResourceId));
  if (item === undefined) return [];
  const policies = await policiesOf(context, item, input);
  const edit = [...(await editFindings(context, item, input, policies)), ...rarerSwap(item, input, policies)];
  if (course.old?.onDestroy !== "retain" || course.next.onDestroy === "retain") return edit;
  return [...edit, ...(await removalFindings(context, item, { subject: laterDestroy, isForLater: true }))];
}

/** The policies of an item, before and after. */
interface ItemPolicies {
  readonly old: PolicyRow | undefined;
  readonly next: PolicyRow | undefined;
}

async function policiesOf(context: QueryContext, item: ProtectedItem, input: ItemInput): Promise<ItemPolicies> {
  const find = (id: string | null) => (id === null ? undefined : findPolicy(context, id));
  const nextId = input.policyId === null ? null : armKey(input.policyId);
  const old = await find(item.policyId);
  return { old, next: nextId === item.policyId ? old : await find(nextId) };
}

async function editFindings(
  context: QueryContext,
  item: ProtectedItem,
  input: ItemInput,
  policies: ItemPolicies,
): Promise<Finding[]> {
  const { protectionState } = input;
  const policyId = input.policyId === null ? null : armKey(input.policyId);
  const lives = await livesChangeOf(context, item, { policyId, protectionState });
  if (lives === undefined && item.protectionState === protectionState) return [];
  const unchanged: ItemsChange = { vaultId: item.vaultId, itemIds: [item.id], policies: undefined };
  const properties = policies.next && propertiesOf(policies.next);
  const impact = await itemsImpact(context, { ...(lives ?? unchanged), properties }, 0);
  const isIdle = protectionState !== "Protected" && item.protectionState === "Protected";
  const last = impact.leftUntil === null ? "" : `; the last one expires ${readableDate(impact.leftUntil)}`;
  return impactFindings(impact, {
    subject: subjectOf(item, protectionState, policies),
    notes: isIdle ? [`no more points are made${last}`] : [],
    remedy:
      item.protectionState === "ProtectionStopped"
        ? "leave protectionState ProtectionStopped to keep them; their policy's expiry holds again otherwise"
        : "choose a policy that keeps points as long, or let the machine stay under its own",
  });
}

/** An item that goes on under a policy with a rarer schedule. */
function rarerSwap(item: ProtectedItem, input: ItemInput, { old, next }: ItemPolicies): Finding[] {
  if (item.protectionState !== "Protected" || input.protectionState !== "Protected") return [];
  if (old === undefined || next === undefined) return [];
  return rarerFindings({ old: propertiesOf(old), next: propertiesOf(next) }, "policyId");
}

/** Who changes the points: another state, or another policy. */
function subjectOf(
  { protectionState: before }: ProtectedItem,
  state: ItemInput["protectionState"],
  { old, next }: ItemPolicies,
): string {
  const isSwap = old !== undefined && next !== undefined && old.id !== next.id;
  const retention = isSwap ? retentionWords(propertiesOf(old), propertiesOf(next)) : "";
  const swap = isSwap
    ? [`policy ${old.policyName} → ${next.policyName}${retention === "" ? "" : ` (${retention})`}`]
    : [];
  const acts = {
    Protected: "protecting again",
    ProtectionStopped: "stopping protection",
    BackupsSuspended: "suspending",
  };
  const act = before === "SoftDeleted" ? "undeleting" : acts[state];
  return [...(before === state ? [] : [act]), ...swap].join(", ");
}

/** What the end of an item takes whose destroy deletes its points. */
export async function removalFindings(
  context: QueryContext,
  item: ProtectedItem,
  words: ImpactWords,
): Promise<Finding[]> {
  const remedy = 'set onDestroy to "retain", in an update before the destroy: the points are then kept for ever';
  const impact = await removalImpact(context, item);
  const notes = impact.kept === 0 ? [] : ["it is refused as long as the vault is immutable and a point is left"];
  return impactFindings(impact, { ...words, remedy, notes });
}
