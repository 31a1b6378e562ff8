import { Ajv } from "ajv";
import { expect } from "chai";
import { driftText } from "../../provider/cli/drift-text";
import { driftJson } from "../../provider/review/drift-json";
import { driftMarkdown, driftMarker } from "../../provider/review/drift-markdown";
import { type DriftReport, reportDrift } from "../../provider/review/drift-report";
import { driftSarif } from "../../provider/review/drift-sarif";
import type { Step } from "../../provider/review/step";
import { Folder } from "../cli/cli";
import { changed, gone, same } from "./drift-steps";

const facts = {
  project: "backup",
  stack: "prod",
  otherPackages: { random: 2, aws: 1 },
  pending: [{ urn: "urn:pulumi:prod::backup::cloudbackup:ecs:Disk::half", operation: "creating" }],
  unknownToEngine: [],
  clocks: new Map<string, number>(),
  successors: new Map(),
  ignored: new Map<string, readonly string[]>(),
  lostPoints: new Map([["s-7", { id: "s-7", date: "2026-03-04", isDeleted: false }]]),
};

const lying = (fileMode: string) => ({
  results: [{ instanceId: "i-1", success: true, preScript: { path: "/tmp/prescript.sh", present: true, fileMode } }],
});
const steps: readonly Step[] = [
  same("ecs:Instance", "lonely", {}),
  same("ecs:Instance", "i-1", {}),
  changed("hbr:Policy", "daily", { policyDescription: "a" }, { policyDescription: "b" }),
  changed("ecs:ScriptDeployment", "scripts", lying("0700"), lying("0755")),
  changed(
    "hbr:InstanceProtection",
    "db",
    { instanceId: "i-1", achievedLevel: "APPLICATION", reasons: [] },
    { instanceId: "i-1", achievedLevel: "FILE_SYSTEM", reasons: [{ rule: "A-13", message: "mode 755" }] },
  ),
  changed("hbr:InstanceProtection", "web", { damagedPoints: [] }, { damagedPoints: ["s-7"] }),
];

const unread: Step = { ...same("hbr:BackupPlan", "far", {}), operation: "refresh" };
const said = [{ severity: "error" as const, urn: unread.urn, message: "A-80: throttled\nfix: wait" }];

function textOf(report: DriftReport, hasColour = false): string {
  const io = { ...({} as Parameters<typeof driftText>[1]), hasColour };
  return driftText(report, io, 1.84);
}

describe("the report of a drift", () => {
  it("as text: the worst first, a cause below what it lowers, and what was not checked", () => {
    expect(textOf(reportDrift([...steps, unread], said, facts)).split("\n")).to.deep.equal([
      "web      LOST      point can't be restored: 2026-03-04 (s-7)  snapshots were deleted outside Cloud Backup  A-39",
      "db       WEAKENED  APPLICATION → FILE_SYSTEM                  /tmp/prescript.sh: mode 700 → 755            A-13",
      "daily    cosmetic  policyDescription a → b",
      "scripts  cause     /tmp/prescript.sh: mode 700 → 755          of db                                        A-13",
      "1 lost, 1 weakened, 1 cosmetic; 2 resources in order, 1 not read (1.8 s)",
      "could not be read: far: A-80: throttled fix: wait",
      "not checked, as they are other providers': aws 1, random 2",
      "not known: half, as Pulumi was interrupted while creating it",
      "no protection of the stack covers: lonely",
      "",
    ]);
    expect(textOf(reportDrift([], [], { ...facts, otherPackages: {}, pending: [] }))).to.equal(
      "no drift; 0 resources in order (1.8 s)\nnothing was checked: the stack holds no resource of cloudbackup\n",
    );
    expect(textOf(reportDrift(steps, [], facts), true)).to.contain("\u001b[31mLOST\u001b[0m");
  });

  it("notes what is not as the program says where the program ignores it, and counts it for nothing", () => {
    const rules = (retention: number) => ({ rules: [{ retention }], policyName: "p" });
    const policy = { ...same("hbr:Policy", "p", {}), oldInputs: rules(30), newInputs: rules(3) };
    const ignoring = (...paths: readonly string[]) =>
      reportDrift([policy], [], { ...facts, otherPackages: {}, pending: [], ignored: new Map([[policy.urn, paths]]) });
    const { ignored, counts } = ignoring("rules[0].retention");
    expect([ignored[0]?.properties, counts.WEAKENED]).to.deep.equal([["rules"], 0]);
    expect(textOf(ignoring("*"))).to.contain("\nnot as the program says, which ignores it: p (rules)\n");
    expect(ignoring("policyName").ignored).to.deep.equal([]);
  });

  it("tells two resources of one name apart", () => {
    const report = reportDrift([gone("hbr:InstanceProtection", "db", {}), gone("ecs:Instance", "db", {})], [], facts);
    expect(textOf(report)).to.match(/^db \(Instance\) +LOST .*\ndb \(InstanceProtection\) +LOST /);
  });

  it("as JSON: a version, the summary, and every amount", () => {
    const report = JSON.parse(JSON.stringify(driftJson(reportDrift([...steps, unread], said, facts))));
    expect(report).to.include({ version: 1, project: "backup", stack: "prod", worst: "LOST" });
    expect(report.summary).to.deep.equal({ lost: 1, weakened: 1, stronger: 0, cosmetic: 1, inOrder: 2, unread: 1 });
    const [web, db, , scripts] = report.resources;
    expect(web.findings[0].amount).to.deep.equal({ unit: "points", before: 0, after: 1 });
    expect(db.findings[0]).to.include({ class: "WEAKENED", rule: "A-13", why: "/tmp/prescript.sh: mode 700 → 755" });
    expect(db.findings[0].source).to.contain("seed 000");
    expect(scripts.causeOf).to.deep.equal([db.urn]);
    expect(scripts.findings[0].lowers).to.deep.equal(["db"]);
    expect(report.notChecked.otherPackages).to.deep.equal({ aws: 1, random: 2 });
    expect(report.unprotected.map(({ name }: { name: string }) => name)).to.deep.equal(["lonely"]);
  });

  it("as Markdown: marker and summary first, and nothing that formats, mentions or breaks the table", () => {
    const evil = "a | b <script> @team `x`\n**y**";
    const edited = changed("hbr:Policy", evil, { policyDescription: "a" }, { policyDescription: "b" });
    const text = driftMarkdown(reportDrift([...steps, edited], [], facts));
    const lines = text.split("\n");
    expect(lines.slice(0, 2)).to.deep.equal([driftMarker, "## Drift of `prod`: 1 lost, 1 weakened, 2 cosmetic"]);
    expect(lines).to.include(
      "| db | **WEAKENED** | APPLICATION → FILE\\_SYSTEM | /tmp/prescript.sh: mode 700 → 755 | A-13 |",
    );
    const cells = "a \\| b &lt;script&gt; &#64;team \\`x\\` \\*\\*y\\*\\*";
    expect(lines.filter((line) => line.startsWith(`| ${cells} |`))).to.have.length(1);
    expect(lines.filter((line) => line.startsWith("| scripts |"))).to.deep.equal([]);
    expect(text).to.contain("cause for db: /tmp/prescript.sh");
  });

  it("as Markdown: under the limit whatever the size, with the whole summary; what is left out is said", () => {
    const many = Array.from({ length: 1_500 }, (_, index) => gone("hbr:InstanceProtection", `db-${index}`, {}));
    const text = driftMarkdown(reportDrift(many, [], facts));
    expect(text.length).to.be.lessThan(60_000).and.greaterThan(40_000);
    expect(text)
      .to.contain("## Drift of `prod`: 1500 lost")
      .and.to.match(/… and \d+ more rows/);
    expect(text.trimEnd()).to.match(/<\/details>$/);
  });
});

const text = { type: "object", required: ["text"], properties: { text: { type: "string", minLength: 1 } } };
const logical = { type: "object", required: ["fullyQualifiedName"], additionalProperties: { type: "string" } };

/** What code scanning needs of SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0 */
const sarifSchema = {
  type: "object",
  additionalProperties: false,
  required: ["$schema", "version", "runs"],
  properties: {
    $schema: { type: "string" },
    version: { const: "2.1.0" },
    runs: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["tool", "results"],
        properties: {
          tool: {
            type: "object",
            required: ["driver"],
            properties: {
              driver: {
                type: "object",
                additionalProperties: false,
                required: ["name", "rules"],
                properties: {
                  name: { type: "string" },
                  semanticVersion: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+" },
                  rules: {
                    type: "array",
                    uniqueItems: true,
                    items: {
                      type: "object",
                      additionalProperties: false,
                      required: ["id", "shortDescription", "fullDescription", "help", "defaultConfiguration"],
                      properties: {
                        id: { type: "string" },
                        shortDescription: text,
                        fullDescription: text,
                        help: text,
                        defaultConfiguration: { properties: { level: { enum: ["error", "warning", "note"] } } },
                      },
                    },
                  },
                },
              },
            },
          },
          automationDetails: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
          invocations: {
            type: "array",
            items: {
              type: "object",
              required: ["executionSuccessful"],
              properties: {
                executionSuccessful: { type: "boolean" },
                toolExecutionNotifications: {
                  type: "array",
                  items: { required: ["message"], properties: { message: text } },
                },
              },
            },
          },
          results: {
            type: "array",
            items: {
              type: "object",
              additionalProperties: false,
              required: ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
              properties: {
                ruleId: { type: "string" },
                ruleIndex: { type: "integer", minimum: 0 },
                level: { enum: ["error", "warning", "note"] },
                message: text,
                locations: {
                  type: "array",
                  minItems: 1,
                  items: {
                    type: "object",
                    additionalProperties: false,
                    required: ["physicalLocation", "logicalLocations"],
                    properties: {
                      physicalLocation: { required: ["artifactLocation", "region"] },
                      logicalLocations: { type: "array", minItems: 1, items: logical },
                    },
                  },
                },
                partialFingerprints: {
                  type: "object",
                  required: ["primaryLocationLineHash"],
                  additionalProperties: { pattern: "^[0-9a-f]{64}$" },
                },
                properties: { type: "object" },
              },
            },
          },
        },
      },
    },
  },
};

interface SarifLog {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly invocations: readonly { readonly executionSuccessful: boolean }[];
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly partialFingerprints: Readonly<Record<string, string>>;
    }[];
  }[];
}

function sarifOf(given: readonly Step[]): SarifLog["runs"][number] {
  const log = driftSarif(reportDrift(given, said, facts), { uri: "infra/Pulumi.yaml", version: "0.1.0" });
  const validate = new Ajv({ strict: false }).compile<SarifLog>(sarifSchema);
  const plain: unknown = JSON.parse(JSON.stringify(log));
  if (!validate(plain)) throw new Error(JSON.stringify(validate.errors));
  const [run] = plain.runs;
  if (run === undefined) throw new Error("no run");
  return run;
}

describe("the report of a drift as SARIF", () => {
  it("has a level by class, rules by class and rule, and the project's file", () => {
    const { results, tool, invocations } = sarifOf([...steps, unread]);
    expect(results.map(({ level, ruleId, message }) => [level, ruleId, message.text])).to.deep.equal([
      [
        "error",
        "lost/A-39",
        "web: point can't be restored: 2026-03-04 (s-7) (snapshots were deleted outside Cloud Backup)",
      ],
      ["warning", "weakened/A-13", "db: APPLICATION → FILE_SYSTEM (/tmp/prescript.sh: mode 700 → 755)"],
      ["note", "cosmetic/policyDescription", "daily: policyDescription a → b"],
    ]);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).to.equal(ruleId);
    expect(invocations[0]?.executionSuccessful).to.equal(false);
    expect(sarifOf(steps).invocations[0]?.executionSuccessful).to.equal(true);
  });

  it("keeps the fingerprint of what gets worse, and gives each finding its own", () => {
    const cut = (after: number) => {
      const rules = (retention: number) => [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention }];
      return changed("hbr:Policy", "daily", { rules: rules(30) }, { rules: rules(after) });
    };
    const print = (given: readonly Step[]) =>
      sarifOf(given).results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash);
    expect(print([cut(7)])).to.deep.equal(print([cut(3)]));
    expect(new Set(print(steps)).size).to.equal(3);
    const measured = (count: number) => ({ dailySchedule: { retentionDuration: { count } } });
    const schedulePolicy = { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:00"] };
    const weekly = { weeklySchedule: { daysOfTheWeek: ["Sunday"], retentionDuration: { count: 12 } } };
    const nightly = changed(
      "recoveryservices:ProtectionPolicy",
      "nightly",
      { schedulePolicy, retentionPolicy: { ...measured(30), ...weekly } },
      { schedulePolicy, retentionPolicy: measured(7) },
    );
    const several = print([nightly]);
    expect(several).to.have.length(3);
    expect(new Set(several).size).to.equal(3);
  });
});

describe("the command for drift", () => {
  it("tells its classes and exit codes, and takes one form of output at a time", async () => {
    const folder = new Folder();
    try {
      const help = await folder.run("drift", "--help");
      for (const word of ["LOST", "WEAKENED", "stronger", "cosmetic", "--fail-on", "Exit codes:"]) {
        expect(help.stdout).to.contain(word);
      }
      expect((await folder.run("drift", "--json", "--sarif")).exitCode).to.equal(1);
      expect((await folder.run("drift", "--fail-on", "perhaps")).stderr).to.contain("never, lost, weakened");
      expect((await folder.run("drift")).stderr).to.contain("Command.NoProject");
    } finally {
      folder.remove();
    }
  });
});
