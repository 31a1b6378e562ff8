import { expect } from "chai";
import type { AzureRetentionAuditor, AzureRows } from "../support/azure-retention-auditor";
import { isImmutableIn } from "../support/azure-retention-auditor";
import type { TestEngine } from "../support/test-engine";
import { azureActionOf, isAccepted } from "./azure-actions";
import { asCaller, readAzureRows } from "./azure-estate";
import type { AzureEvent } from "./azure-events";

/** Jobs are forgotten after ninety days: the auditor looks sooner. */
const longestWay = 60 * 86_400;

/** Long ways of the clock as several shorter ones. */
function inSteps(events: readonly AzureEvent[]): AzureEvent[] {
  return events.flatMap((event): AzureEvent[] => {
    if (event.kind !== "advance") return [event];
    const whole = Math.floor(event.seconds / longestWay);
    const steps = [...Array.from({ length: whole }, () => longestWay), event.seconds % longestWay];
    return steps.filter((seconds) => seconds > 0).map((seconds) => ({ kind: "advance", seconds }));
  });
}

/** Nothing in an immutable vault ends before its time, but for the data that an outsider takes away (Z-30). */
function breaches(before: AzureRows, after: AzureRows): string[] {
  if (!isImmutableIn(before)) return [];
  const now = new Map(after.point.map((point) => [point.id, point]));
  return before.point.flatMap(({ id, policyExpireTime }) => {
    const end = policyExpireTime ?? Number.POSITIVE_INFINITY;
    const point = now.get(id);
    const isSooner = (point?.policyExpireTime ?? Number.POSITIVE_INFINITY) < end;
    return end > after.now && (point === undefined || isSooner) ? [`${id} was to be kept until ${end}`] : [];
  });
}

/** Rows as they are, but for when somebody has looked at them last. */
function facts(rows: AzureRows): string {
  return JSON.stringify(rows, (name, value) => (["updateTime", "scheduledUntil"].includes(name) ? null : value));
}

/** Lives through the events with the auditor watching; gives what is there at the end. */
export async function watchAzure(
  engine: TestEngine,
  events: readonly AzureEvent[],
  auditor: AzureRetentionAuditor,
  seen: Set<string>,
): Promise<AzureRows> {
  const sequence = { next: 0 };
  let before = await readAzureRows(engine);
  auditor.look(before);
  for (const [index, event] of inSteps(events).entries()) {
    const action = azureActionOf(event, before, sequence);
    if (action === undefined) continue;
    const where = `event ${index}, ${JSON.stringify(event)}, at ${before.now}`;
    for (const stranger of action.strangers ?? []) {
      if (!(await isAccepted(asCaller(engine, stranger), action))) continue;
      // Who may read may run what changes nothing (Z-20).
      expect(stranger, `${where}, by somebody without a role`).not.to.equal("stranger");
      expect(facts(await readAzureRows(engine)), `${where}, by ${stranger}`).to.equal(facts(before));
    }
    const may = action.may?.(auditor);
    const wasAccepted = await isAccepted(engine, action);
    if (may !== undefined) expect(wasAccepted, `${where} is accepted`).to.equal(may);
    const after = await readAzureRows(engine);
    if (wasAccepted) action.done?.(auditor, before, after);
    auditor.look(after);
    expect([...auditor.problems, ...breaches(before, after)].join("\n"), where).to.equal("");
    seen.add(`${event.kind} ${wasAccepted ? "accepted" : "refused"}`);
    before = after;
  }
  return before;
}
