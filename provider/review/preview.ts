import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { countsOf, isObject, type JsonObject, objectOf, objectsOf, textOf, toEvent, toMetadata } from "./event";
import { digestEvents, type EventDigest } from "./step";

/**
 * How a preview ended; `broken off`: its end was never told, as somebody stopped it or the machine did; `incomplete`:
 * it ended well, but the file lacks some of its events.
 */
export type Outcome = "succeeded" | "failed" | "broken off" | "incomplete";

/** What a policy pack has against the program. */
export interface Violation {
  readonly policy: string;
  readonly message: string;
  readonly urn: string | undefined;
  readonly isMandatory: boolean;
}

/** All that a preview said. */
export interface Preview extends EventDigest {
  /** Undefined when it named no resource. */
  readonly project: string | undefined;
  readonly stack: string | undefined;
  readonly outcome: Outcome;
  /** How many steps it counted that are not in the file. */
  readonly missing: number;
  /** The event stream, or the one document of plain `--json`, which leaves out what is not there yet. */
  readonly form: "events" | "document";
  /** The status line of each resource that had one, without its line break. */
  readonly statuses: ReadonlyMap<string, string>;
  /** Sentences on why each resource is replaced. */
  readonly replacements: ReadonlyMap<string, readonly string[]>;
  /** The properties that the engine names as the cause of each replacement. */
  readonly replaceKeys: ReadonlyMap<string, readonly string[]>;
  readonly violations: readonly Violation[];
}

const replacementWords = /^replaced because /;

/** The events of a preview, those included of which nothing is read. */
const eventNames = new Set(
  [
    ["prelude", "resourcePre", "resOutputs", "resOpFailed", "diagnostic", "summary", "cancel", "stdout", "progress"],
    ["policy", "policyRemediation", "policyLoad", "policyAnalyzeSummary", "policyRemediateSummary", "error"],
    ["policyAnalyzeStackSummary", "startDebugging"],
  ]
    .flat()
    .map((name) => `${name}Event`),
);

/** Puts a preview together from its events, of which it keeps no more than it needs. */
export class PreviewCollector {
  readonly #steps = new Map<string, EngineEvent>();
  readonly #diagnostics: EngineEvent[] = [];
  readonly #statuses = new Map<string, string>();
  readonly #replacements = new Map<string, readonly string[]>();
  readonly #replaceKeys = new Map<string, readonly string[]>();
  readonly #violations: Violation[] = [];
  #summary: EngineEvent | undefined;
  #result: string | undefined;
  #urn: string | undefined;
  #hasStarted = false;
  #isCancelled = false;
  #stepsBegun = 0;
  #beginnings = 0;
  #ends = 0;

  /** Whether anything was an event at all. */
  get hasEvents(): boolean {
    return this.#hasStarted;
  }

  /** Whether a second preview has begun or ended. */
  get isTwo(): boolean {
    return this.#beginnings > 1 || this.#ends > 1;
  }

  add(value: unknown): void {
    if (!isObject(value)) return;
    this.#hasStarted ||= Object.keys(value).some((key) => eventNames.has(key) && isObject(value[key]));
    if (objectOf(value, "preludeEvent") !== undefined) this.#beginnings += 1;
    this.#isCancelled ||= objectOf(value, "cancelEvent") !== undefined;
    const violation = toViolation(objectOf(value, "policyEvent"));
    if (violation !== undefined) this.#violations.push(violation);
    const event = toEvent(value);
    if (event === undefined) return;
    const metadata = (event.resOpFailedEvent ?? event.resOutputsEvent ?? event.resourcePreEvent)?.metadata;
    if (metadata !== undefined) this.#addStep(event, metadata);
    if (event.diagnosticEvent !== undefined) this.#addDiagnostic(event, event.diagnosticEvent);
    if (event.summaryEvent !== undefined) {
      this.#ends += 1;
      this.#summary = event;
      this.#result = textOf(objectOf(value, "summaryEvent"), "result");
    }
  }

  #addStep(event: EngineEvent, metadata: StepEventMetadata): void {
    this.#urn ??= metadata.urn;
    if (event.resourcePreEvent !== undefined) this.#stepsBegun += 1;
    const key = `${metadata.op} ${metadata.urn}`;
    // What begins a step is in its end, too; but a failure stays one.
    if (event.resourcePreEvent !== undefined && this.#steps.has(key)) return;
    if (this.#steps.get(key)?.resOpFailedEvent === undefined) this.#steps.set(key, event);
    if (metadata.keys !== undefined && metadata.keys.length > 0) this.#replaceKeys.set(metadata.urn, metadata.keys);
  }

  #addDiagnostic(event: EngineEvent, said: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    this.#urn ??= said.urn?.startsWith("urn:pulumi:") === true ? said.urn : undefined;
    if ((said.severity as string) === "debug") return;
    const text = said.message.trim();
    const { urn } = said;
    if (urn !== undefined && replacementWords.test(text)) this.#replacements.set(urn, text.split("\n"));
    else if (urn === undefined || said.ephemeral !== true) this.#diagnostics.push(event);
    else if (text !== "") this.#statuses.set(urn, text);
  }

  result(form: Preview["form"] = "events"): Preview {
    const summary = this.#summary === undefined ? [] : [this.#summary];
    const digest = digestEvents([...this.#steps.values(), ...this.#diagnostics, ...summary]);
    const [stack, project] = this.#urn?.replace(/^urn:pulumi:/, "").split("::") ?? [];
    return {
      ...digest,
      project: project === "" ? undefined : project,
      stack: stack === "" ? undefined : stack,
      outcome: this.#outcome(digest, form),
      missing: form === "events" ? this.#missing(digest) : 0,
      form,
      statuses: this.#statuses,
      replacements: this.#replacements,
      replaceKeys: this.#replaceKeys,
      violations: this.#violations,
    };
  }

  #outcome(digest: EventDigest, form: Preview["form"]): Outcome {
    // Pulumi closes the stream of a preview, too, that fails before it has anything to sum up.
    if (this.#summary === undefined) return this.#isCancelled ? "failed" : "broken off";
    if (this.#result !== undefined && this.#result !== "succeeded") return "failed";
    const { diagnostics, steps } = digest;
    const hasErrors = diagnostics.some(({ severity }) => severity === "error") || steps.some(({ failed }) => failed);
    if (hasErrors || this.#violations.some(({ isMandatory }) => isMandatory)) return "failed";
    return form === "events" && this.#missing(digest) > 0 ? "incomplete" : "succeeded";
  }

  /** What is counted has a step or several; several copies of one resource that wait for their end are one here. */
  #missing({ changes }: EventDigest): number {
    const counted = Object.values(changes).reduce((sum, count) => sum + count, 0);
    return Math.max(0, counted - Math.max(this.#steps.size, this.#stepsBegun));
  }
}

function toViolation(event: JsonObject | undefined): Violation | undefined {
  const message = textOf(event, "message");
  if (message === undefined) return undefined;
  return {
    policy: [textOf(event, "policyPackName"), textOf(event, "policyName")].filter((part) => part).join(": "),
    message,
    urn: textOf(event, "resourceUrn"),
    isMandatory: textOf(event, "enforcementLevel") === "mandatory",
  };
}

/** A preview that failed before it said anything. */
export function silentPreview(): Preview {
  const collector = new PreviewCollector();
  collector.add({ cancelEvent: {} });
  return collector.result();
}

/** Whether a value is the one document that plain `pulumi preview --json` prints. */
export function isPreviewDocument(value: unknown): value is JsonObject {
  if (!isObject(value) || "sequence" in value) return false;
  const isStep = (step: JsonObject): boolean => textOf(step, "op") !== undefined && textOf(step, "urn") !== undefined;
  return isObject(value.changeSummary) || objectsOf(value, "steps").some(isStep) || isFailure(value);
}

/** One that failed before its first step has nothing but diagnostics. */
function isFailure(value: JsonObject): boolean {
  return objectsOf(value, "diagnostics").some((said) => textOf(said, "message") !== undefined && "severity" in said);
}

/** The plain document as the preview that it is; what it leaves out stays untold. */
export function previewOfDocument(document: JsonObject): Preview {
  const collector = new PreviewCollector();
  for (const step of objectsOf(document, "steps")) {
    collector.add({ resOutputsEvent: { metadata: toMetadata(step) } });
  }
  const diagnostics = objectsOf(document, "diagnostics");
  for (const said of diagnostics) {
    // Here the severity stands in front of the message, too, and colours are the terminal's.
    const message = textOf(said, "message")
      ?.replaceAll(colour, "")
      .replace(/^(error|warning|debug): /, "");
    collector.add({ diagnosticEvent: { ...said, message } });
  }
  // The document does not say whether the preview succeeded; a program that failed has said so on its error output.
  const hasFailed = diagnostics.some(
    (said) => said.severity === "info#err" && /error/i.test(textOf(said, "message") ?? ""),
  );
  const resourceChanges = countsOf(document, "changeSummary");
  collector.add({ summaryEvent: { resourceChanges, result: hasFailed ? "failed" : undefined } });
  return collector.result("document");
}

const escapeCharacter = String.fromCharCode(27);
/** Marks that terminals take for colours. */
export const colour = new RegExp(`${escapeCharacter}\\[[0-9;]*m`, "g");
