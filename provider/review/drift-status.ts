import type { EngineEvent } from "@pulumi/pulumi/automation";
import { withoutColourMarks } from "../definition/colour-mark";
import { asOfPattern, lostIn, type Successor, successorIn, unknownToEngine } from "../definition/refresh-status";
import type { LostPoint } from "../engine/point-date";
import { keyOf } from "./drift-change";
import type { DriftFacts } from "./drift-protection";

export interface RefreshStatus extends DriftFacts {
  readonly unknownToEngine: readonly string[];
}

/** What the provider showed in the status column while it refreshed: outputs, which tell no moment, leave it out. */
export function statusOf(events: readonly EngineEvent[]): RefreshStatus {
  const unknown = new Set<string>();
  const lostPoints = new Map<string, LostPoint>();
  const successors = new Map<string, Successor>();
  const clocks = new Map<string, number>();
  for (const { diagnosticEvent: said } of events) {
    if (said?.ephemeral !== true || said.urn === undefined) continue;
    const text = withoutColourMarks(said.message).trimEnd();
    if (text === unknownToEngine) unknown.add(said.urn);
    const time = asOfPattern.exec(text)?.[1];
    if (time !== undefined) clocks.set(said.urn, Date.parse(time) / 1000);
    const successor = successorIn(text);
    if (successor !== undefined) successors.set(said.urn, successor);
    for (const point of lostIn(text)) lostPoints.set(keyOf(point.id), point);
  }
  return { clocks, lostPoints, successors, unknownToEngine: [...unknown] };
}
