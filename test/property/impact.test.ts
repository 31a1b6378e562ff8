import { expect } from "chai";
import * as fc from "fast-check";
import { policyImpact } from "../../provider/engine/alibaba/point-impact";
import { effectivePolicy } from "../../provider/engine/alibaba/policy";
import { itemsImpact } from "../../provider/engine/azure/point-impact";
import { propertiesOf } from "../../provider/engine/azure/policy";
import { livesChangeOf } from "../../provider/engine/azure/protected-item";
import { type Impact, impactPattern } from "../../provider/engine/core/impact";
import { describeImpact } from "../../provider/engine/core/impact-text";
import { OverlayStore } from "../../provider/store/overlay";
import type { AzureRows } from "../support/azure-retention-auditor";
import type { Rows } from "../support/retention-ledger";
import { TestEngine } from "../support/test-engine";
import { type Action, actionOf, isAccepted } from "./actions";
import { type AzureAction, azureActionOf, isAccepted as isAzureAccepted } from "./azure-actions";
import { openAzureEstate, readAzureRows } from "./azure-estate";
import { azureEventLists } from "./azure-events";
import { openEstate, readRows } from "./estate";
import { eventLists } from "./events";

const day = 86_400;
const all = 1_000_000;

/** A point as rows tell it; `usable` says whether it can be restored. */
interface Life {
  readonly id: string;
  readonly machineId: string;
  readonly end: number;
  readonly usable: boolean;
}

/** A branch on which something is done first, so that the engine itself still is as it was. */
function futureOf({ store }: TestEngine): TestEngine {
  return new TestEngine(new OverlayStore(store));
}

function fateOf(old: number, end: number | undefined): string {
  if (end === undefined) return "PRUNED";
  const gained = end - old;
  return end === old || Math.abs(gained) < day ? "KEPT" : gained < 0 ? "SHORTENED" : "EXTENDED";
}

/** What was told of points is what became of them: each of them, with a reason, and all sums. */
function expectTold(impact: Impact, before: readonly Life[], after: readonly Life[], where: string): void {
  const ends = new Map(after.map(({ id, end }) => [id, end]));
  const happened = before.map(({ id, end }) => `${id} ${fateOf(end, ends.get(id))}`).sort();
  const told = impact.points.map(({ recoveryPointId, fate }) => `${recoveryPointId.toLowerCase()} ${fate}`).sort();
  expect(told, where).to.deep.equal(happened.map((line) => line.replace(/^\S+/, (id) => id.toLowerCase())));
  const { kept, pruned, shortened, extended } = impact;
  expect(kept + pruned + shortened + extended, `${where}: kept and gone are all`).to.equal(before.length);
  expect(
    impact.reasons.reduce((sum, { count }) => sum + count, 0),
    `${where}: reasons`,
  ).to.equal(before.length);
  for (const { reason, newExpireTime, fate, recoveryPointId } of impact.points) {
    expect(reason.rule && reason.message && reason.source, `${where}: a reason`).not.to.equal("");
    const end = ends.get(recoveryPointId) ?? ends.get(recoveryPointId.toLowerCase());
    if (fate !== "PRUNED") expect(newExpireTime ?? Number.POSITIVE_INFINITY, where).to.equal(end);
  }
  for (const machine of impact.machines) {
    const sum = machine.kept + machine.pruned + machine.shortened + machine.extended;
    expect(sum, `${where}: ${machine.machineName}`).to.equal(machine.total);
  }
  if (impact.total > 0) expect(describeImpact(impact, { subject: "it" }), where).to.match(impactPattern);
}

/** Whether the machines that are told to have no point left are those that had one and now have none. */
function expectEmptied(impact: Impact, before: readonly Life[], left: readonly Life[], where: string): void {
  const has = (lives: readonly Life[], id: string) =>
    lives.some(({ machineId, usable }) => usable && machineId === id.toLowerCase());
  for (const { machineId, isEmptied } of impact.machines) {
    expect(isEmptied, `${where}: ${machineId}`).to.equal(has(before, machineId) && !has(left, machineId));
  }
}

function livesOf({ recoveryPoint }: Rows, protectionId?: string): Life[] {
  return recoveryPoint
    .filter((point) => protectionId === undefined || point.protectionId === protectionId)
    .map(({ id, instanceId, expireTime, damaged }) => ({
      id,
      machineId: instanceId,
      end: expireTime ?? Number.POSITIVE_INFINITY,
      usable: !damaged,
    }));
}

async function tryEvent(engine: TestEngine, action: Action, before: Rows, where: string, seen: Map<string, number>) {
  const future = futureOf(engine);
  if (!(await isAccepted(future, action))) return;
  const after = await readRows(future);
  for (const protection of before.protection) {
    const now = after.protection.find(({ id }) => id === protection.id);
    const policyOf = (rows: Rows, policyId: string | undefined) => rows.policy.find(({ id }) => id === policyId);
    const [old, next] = [policyOf(before, protection.policyId), policyOf(after, now?.policyId)];
    if (old === undefined || next === undefined) continue;
    const change = { protections: [protection], old: effectivePolicy(old), next: effectivePolicy(next) };
    const impact = await engine.ask((context) => policyImpact(context, change, all), undefined);
    const [own, later] = [livesOf(before, protection.id), livesOf(after, protection.id)];
    expectTold(impact, own, later, where);
    expectEmptied(impact, own, livesOf(after), where);
    for (const { fate, count } of impact.reasons) seen.set(fate, (seen.get(fate) ?? 0) + count);
  }
}

function azureLivesOf({ point, now }: AzureRows, itemId?: string): Life[] {
  return point
    .filter((each) => itemId === undefined || each.itemId === itemId)
    .filter(({ expireTime }) => expireTime === null || expireTime > now)
    .map(({ id, vmId, expireTime, damaged }) => ({
      id,
      machineId: vmId,
      end: expireTime ?? Number.POSITIVE_INFINITY,
      usable: !damaged,
    }));
}

async function tryAzureEvent(
  engine: TestEngine,
  action: AzureAction,
  before: AzureRows,
  where: string,
  seen: Map<string, number>,
) {
  const future = futureOf(engine);
  if (!(await isAzureAccepted(future, action))) return;
  const after = await readAzureRows(future);
  for (const item of before.item) {
    const now = after.item.find(({ id }) => id === item.id);
    if (now === undefined || now.protectionState === "SoftDeleted") continue;
    const policyOf = (rows: AzureRows, policyId: string | null) => rows.policy.find(({ id }) => id === policyId);
    const [old, next] = [policyOf(before, now.policyId), policyOf(after, now.policyId)];
    const impact = await engine.ask(async (context) => {
      const lives = await livesChangeOf(context, item, now);
      const same = { vaultId: item.vaultId, itemIds: [item.id], policies: undefined };
      const isEdit = old !== undefined && next !== undefined && item.policyId === now.policyId;
      const policies = isEdit ? { old: propertiesOf(old), next: propertiesOf(next) } : undefined;
      const change = lives ?? { ...same, policies };
      return itemsImpact(context, { ...change, properties: next && propertiesOf(next) }, all);
    }, undefined);
    const [own, later] = [azureLivesOf(before, item.id), azureLivesOf(after, item.id)];
    expectTold(impact, own, later, where);
    expectEmptied(impact, own, azureLivesOf(after), where);
    for (const { fate, count } of impact.reasons) seen.set(fate, (seen.get(fate) ?? 0) + count);
  }
}

const fates = ["KEPT", "PRUNED", "SHORTENED", "EXTENDED"];

describe("law 6, what a change is told to do to points is what it does", () => {
  it("on Alibaba Cloud: rules, swaps, plans", async function () {
    this.timeout(120_000);
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(eventLists, async (events) => {
        const engine = await openEstate();
        const sequence = { next: 0 };
        for (const [index, event] of events.entries()) {
          const before = await readRows(engine);
          const action = actionOf(event, before, sequence);
          if (action === undefined) continue;
          if (["policy", "retention", "protect", "plan"].includes(event.kind)) {
            const where = `event ${index}, ${JSON.stringify(event)}, at ${before.now}`;
            await tryEvent(engine, action, before, where, seen);
          }
          await isAccepted(engine, action);
        }
      }),
      { numRuns: 40 },
    );
    expect([...seen.keys()]).to.include.members(fates);
  });

  it("on Azure: policies, swaps, stops", async function () {
    this.timeout(120_000);
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(azureEventLists, async (events) => {
        const engine = await openAzureEstate();
        const sequence = { next: 0 };
        for (const [index, event] of events.entries()) {
          const before = await readAzureRows(engine);
          const action = azureActionOf(event, before, sequence);
          if (action === undefined) continue;
          if (["policy", "protect", "stop"].includes(event.kind)) {
            const where = `event ${index}, ${JSON.stringify(event)}, at ${before.now}`;
            await tryAzureEvent(engine, action, before, where, seen);
          }
          await isAzureAccepted(engine, action);
        }
      }),
      { numRuns: 40 },
    );
    expect([...seen.keys()]).to.include.members(fates);
  });
});
