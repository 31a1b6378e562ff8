import { sha256Hex } from "../engine/core/identifier";
import type { DriftedResource } from "./drift";
import type { DriftClass, DriftFinding } from "./drift-finding";
import { type DriftReport, isComplete, labelsOf, sourceOf } from "./drift-report";

export interface SarifPlace {
  /** The project's file, relative to where the command runs, with slashes. */
  readonly uri: string;
  /** Of this tool. */
  readonly version: string;
}

const levels: Readonly<Record<DriftClass, "error" | "warning" | "note">> = {
  LOST: "error",
  WEAKENED: "warning",
  STRONGER: "note",
  COSMETIC: "note",
};

const meaningOfClass: Readonly<Record<DriftClass, string>> = {
  LOST: "No backup runs any more, or a recovery point can no longer be restored.",
  WEAKENED: "A lower level, a longer RPO, shorter retention, fewer disks or copies, or a lock is off.",
  STRONGER: "More than the program asks for.",
  COSMETIC: "It changes no outcome.",
};

const remedyOfClass: Readonly<Record<DriftClass, string>> = {
  LOST: "Bring the protection back with pulumi up. Points that are gone stay gone; pulumi refresh takes note of it.",
  WEAKENED: "Bring back what the program says with pulumi up, or change the program.",
  STRONGER: "Take it over into the program, or go back to what the program says with pulumi up.",
  COSMETIC: "Take it over into the program, or go back to what the program says with pulumi up.",
};

/** The report in SARIF 2.1.0, as code scanning reads it. */
export function driftSarif(report: DriftReport, { uri, version }: SarifPlace): object {
  const labels = labelsOf(report);
  const told = report.resources.flatMap((resource) => {
    const findings = resource.findings.filter(({ lowers }) => lowers === undefined);
    return findings.map((finding) => ({ resource, finding }));
  });
  const prints = fingerprintsOf(told);
  const rules = new Map(told.map(({ finding }) => [ruleIdOf(finding), toRule(finding)]));
  const indexes = new Map([...rules.keys()].map((id, index) => [id, index]));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "cloudbackup drift", semanticVersion: version, rules: [...rules.values()] } },
        automationDetails: { id: `cloudbackup-drift/${report.project}/${report.stack}/` },
        invocations: [{ executionSuccessful: isComplete(report), toolExecutionNotifications: notifications(report) }],
        results: told.map(({ resource, finding }, index) => {
          const label = labels.get(resource) ?? resource.name;
          const result = toResult(resource, finding, label, uri);
          const fingerprint = prints[index] ?? "";
          // GitHub knows no other name: without it alerts at one line are told apart by that line alone.
          const partialFingerprints = { "cloudbackupDrift/v1": fingerprint, primaryLocationLineHash: fingerprint };
          return { ...result, ruleIndex: indexes.get(result.ruleId), partialFingerprints };
        }),
      },
    ],
  };
}

/** A rule of a document where there is one, else the property. */
function ruleIdOf({ class: worst, rule, property }: DriftFinding): string {
  return `${worst.toLowerCase()}/${rule || property || "resource"}`;
}

function toRule(finding: DriftFinding): object {
  const source = sourceOf(finding.rule);
  return {
    id: ruleIdOf(finding),
    shortDescription: { text: meaningOfClass[finding.class] },
    fullDescription: { text: source === undefined ? meaningOfClass[finding.class] : `${finding.rule}: ${source}` },
    help: { text: remedyOfClass[finding.class] },
    defaultConfiguration: { level: levels[finding.class] },
  };
}

interface Told {
  readonly resource: DriftedResource;
  readonly finding: DriftFinding;
}

/**
 * Of neither amounts nor words: the same finding stays the same alert while it gets worse. Several of one property by
 * one rule are told apart by their order.
 */
function fingerprintsOf(told: readonly Told[]): readonly string[] {
  const counts = new Map<string, number>();
  return told.map(({ resource, finding }) => {
    const key = [resource.urn, finding.property, ruleIdOf(finding)].join("\n");
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return sha256Hex(count === 1 ? key : `${key}\n${count}`);
  });
}

function toResult({ urn, type }: DriftedResource, finding: DriftFinding, label: string, uri: string) {
  const { class: worst, property, what, why, amount } = finding;
  const ruleId = ruleIdOf(finding);
  return {
    ruleId,
    level: levels[worst],
    message: { text: `${label}: ${what}${why === "" ? "" : ` (${why})`}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: urn, name: label, kind: "resource" }],
      },
    ],
    properties: { class: worst, type, property, ...(amount === undefined ? {} : { amount }) },
  };
}

function notifications({ unread, unknownToEngine }: DriftReport) {
  const said = [
    ...unread.map(({ name, urn, message }) => ({ urn, text: `${name} could not be read: ${message}` })),
    ...unknownToEngine.map((urn) => ({ urn, text: "the engine does not know the resource; it was not checked" })),
  ];
  return said.map(({ urn, text }) => ({
    level: "error",
    message: { text },
    locations: [{ logicalLocations: [{ fullyQualifiedName: urn, kind: "resource" }] }],
  }));
}
