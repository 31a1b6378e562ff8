import type { DiagnosticEvent, EngineEvent, PropertyDiff, StepEventMetadata } from "@pulumi/pulumi/automation";
import { withoutColourMarks } from "../definition/colour-mark";
import { nameOfUrn } from "../engine/core/urn";

/** What the engine did, or in a preview would do, to one resource. A replacement is several steps of one URN. */
export interface Step {
  readonly urn: string;
  /** The last part of the URN. */
  readonly name: string;
  readonly type: string;
  readonly operation: string;
  readonly failed: boolean;
  readonly id: string | undefined;
  /** Property path to kind of change (`add`, `update-replace`, …); empty when the provider gave none. */
  readonly detailedDiff: Readonly<Record<string, string>>;
  readonly oldInputs: Readonly<Record<string, unknown>>;
  readonly newInputs: Readonly<Record<string, unknown>>;
  readonly oldOutputs: Readonly<Record<string, unknown>>;
  /** In a preview: what the provider promises. */
  readonly newOutputs: Readonly<Record<string, unknown>>;
}

export interface Diagnostic {
  readonly severity: DiagnosticEvent["severity"];
  readonly urn: string | undefined;
  readonly message: string;
}

export interface EventDigest {
  /**
   * In the order in which they began, the stack itself and providers left out. In a refresh a resource's step is what
   * the refresh found: `same`, `update` or `delete`.
   */
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
  /** Operation to number of resources, as in the CLI's summary. */
  readonly changes: Readonly<Record<string, number>>;
}

/** Puts the engine's events together: what began, how it ended, and what was said meanwhile. */
export function digestEvents(events: readonly EngineEvent[]): EventDigest {
  const steps = new Map<string, Step>();
  const diagnostics: Diagnostic[] = [];
  let changes: Record<string, number> = {};
  for (const event of events) {
    const metadata = (event.resOpFailedEvent ?? event.resOutputsEvent ?? event.resourcePreEvent)?.metadata;
    if (metadata !== undefined && !metadata.type.startsWith("pulumi:")) {
      steps.set(`${metadata.op} ${metadata.urn}`, toStep(metadata, event.resOpFailedEvent !== undefined));
    }
    const said = event.diagnosticEvent;
    if (said !== undefined && said.ephemeral !== true && !isDebug(said)) diagnostics.push(toDiagnostic(said));
    if (event.summaryEvent !== undefined) changes = event.summaryEvent.resourceChanges;
  }
  return { steps: withoutAnnouncements([...steps.values()]), diagnostics, changes };
}

/** A refresh announces each resource by a `refresh` step; once its outcome is known a second step tells it. */
function withoutAnnouncements(steps: readonly Step[]): readonly Step[] {
  const concluded = new Set(steps.filter((step) => step.operation !== "refresh").map((step) => step.urn));
  return steps.filter((step) => step.operation !== "refresh" || !concluded.has(step.urn));
}

/** The Node runtime tells the engine of every call it makes; the type of the severity does not know it. */
function isDebug(event: DiagnosticEvent): boolean {
  return (event.severity as string) === "debug";
}

function toStep(metadata: StepEventMetadata, failed: boolean): Step {
  return {
    urn: metadata.urn,
    name: nameOfUrn(metadata.urn),
    type: metadata.type,
    operation: metadata.op,
    failed,
    id: metadata.new?.id || metadata.old?.id || undefined,
    detailedDiff: Object.fromEntries(
      Object.entries<PropertyDiff>(metadata.detailedDiff ?? {}).map(([property, diff]) => [property, diff.diffKind]),
    ),
    oldInputs: metadata.old?.inputs ?? {},
    newInputs: metadata.new?.inputs ?? {},
    oldOutputs: metadata.old?.outputs ?? {},
    newOutputs: metadata.new?.outputs ?? {},
  };
}

/** Messages carry colour as `<{%fg 1%}>` marks and end in a line break; a test wants the words. */
function toDiagnostic(event: DiagnosticEvent): Diagnostic {
  const message = withoutColourMarks(event.message).trimEnd();
  return { severity: event.severity, urn: event.urn || undefined, message };
}
