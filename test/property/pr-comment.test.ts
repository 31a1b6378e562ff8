import { expect } from "chai";
import fc from "fast-check";
import { prComment } from "../../provider/review/pr-comment";
import { PreviewReader } from "../../provider/review/read-preview";
import { UnreadablePreview } from "../../provider/review/unreadable-preview";
import { expectSoundComment } from "../support/comment-reader";

const nasty = fc.constantFrom(
  "a|b",
  "`",
  "```",
  "</pre></details>",
  "<!-- x -->",
  "-->",
  "@octocat",
  "#12",
  "\\|",
  "\\",
  "line\nline\n\n| a | b |",
  "\r",
  "&lt;",
  "__proto__",
  "$x$",
  "~~",
  "\ud800",
  "\u202e",
  "💾".repeat(40),
);
const anyText = fc
  .array(fc.oneof({ weight: 2, arbitrary: nasty }, fc.string({ unit: "binary", maxLength: 30 })), { maxLength: 4 })
  .map((parts) => parts.join(""));
const secretText = fc.stringMatching(/^[a-z0-9]{12,20}$/).map((text) => `secret-${text}`);

const types = [
  "cloudbackup:ecs:Instance",
  "cloudbackup:ecs:Disk",
  "cloudbackup:hbr:InstanceProtection",
  "cloudbackup:hbr:ConsistencyGroup",
  "cloudbackup:hbr:Policy",
  "cloudbackup:compute:VirtualMachine",
  "cloudbackup:recoveryservices:ProtectedItem",
  "aws:s3/bucket:Bucket",
] as const;
const operations = [
  "create",
  "update",
  "same",
  "delete",
  "replace",
  "create-replacement",
  "delete-replaced",
  "read",
  "x",
];
const id = fc.constantFrom("i-1", "i-2", "d-1", "cg-1", "/subscriptions/1/virtualMachines/V");
const level = fc.constantFrom("APPLICATION", "FILE_SYSTEM", "CRASH", "NONE");

function wrapper(secret: string) {
  const marked = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
  return { ...marked, plaintext: JSON.stringify(secret), ciphertext: `v1:${secret}` };
}

const properties = (secret: string) =>
  fc.record(
    {
      instanceId: fc.oneof(id, anyText),
      diskId: id,
      vmId: id,
      sourceResourceId: id,
      groupId: fc.constant("cg-1"),
      instanceIds: fc.array(id, { maxLength: 3 }),
      instanceName: anyText,
      tags: fc.dictionary(anyText, anyText, { maxKeys: 2 }),
      achievedLevel: level,
      requestedLevel: level,
      reasons: fc.array(fc.record({ rule: anyText, message: anyText }), { maxLength: 2 }),
      uncoveredDisks: fc.array(fc.record({ diskId: id, rule: anyText, message: anyText }), { maxLength: 2 }),
      disabled: fc.boolean(),
      onDestroy: fc.constantFrom("delete", "retain"),
      rules: fc.constant([{ ruleType: "TAG", tagFilters: [{ key: "a", operator: "EQUAL", value: "b" }] }]),
      password: fc.constant(wrapper(secret)),
      anything: fc.jsonValue({ maxDepth: 2 }),
    },
    { requiredKeys: [] },
  );

const urn = fc.tuple(fc.constantFrom(...types), fc.oneof(fc.constantFrom("a", "b"), anyText)).map(([type, name]) => ({
  urn: `urn:pulumi:prod::shop::${type}::${name}`,
  type,
}));

function stepOf(secret: string) {
  const state = fc.option(fc.record({ id, inputs: properties(secret), outputs: properties(secret) }));
  const kind = fc.constantFrom("resourcePreEvent", "resOutputsEvent", "resOpFailedEvent");
  const path = fc.oneof(
    fc.constantFrom("password", "rules[0].ruleType", 'tags["a"]', "reasons[9].x[", "anything.a"),
    anyText,
  );
  const detailedDiff = fc.dictionary(path, fc.record({ diffKind: fc.constantFrom("update", "add", "update-replace") }));
  return fc
    .tuple(kind, urn, fc.constantFrom(...operations), state, state, detailedDiff, fc.array(anyText, { maxLength: 2 }))
    .map(([name, place, op, before, after, diff, keys]) => ({
      [name]: { metadata: { op, ...place, old: before, new: after, detailedDiff: diff, keys } },
    }));
}

function messageOf(secret: string) {
  const impact =
    "retention 30 → 7 days prunes 46 of 60 recovery points on 2 machines (a: 23, b: 23); oldest left 2026-03-02";
  const words = fc.oneof(
    anyText,
    fc.constant(`the secret is ${secret}.`),
    fc.constant(`NO RECOVERY POINT IS LEFT on 1 machine: a; ${impact}\n  a: 23 pruned of 30; none is left`),
    fc.constant("replaced because instanceId changes"),
    fc.constant("APPLICATION, next backup 2026-01-02 00:00 UTC, 30 points by 2026-01-31"),
    fc.constant("asks for APPLICATION, will get CRASH\n  A-08  no role\n        fix: attach it"),
  );
  const severity = fc.constantFrom("error", "warning", "info", "info#err", "debug");
  return fc
    .tuple(urn, words, severity, fc.boolean(), fc.integer({ min: 1, max: 40 }))
    .map(([place, message, how, ephemeral, times]) => ({
      diagnosticEvent: { urn: place.urn, message: message.repeat(times), color: "never", severity: how, ephemeral },
    }));
}

const end = fc
  .constantFrom("succeeded", "failed")
  .map((result) => ({ summaryEvent: { resourceChanges: { create: 3 }, result } }));
const stream = secretText.chain((secret) =>
  fc.record({
    secret: fc.constant(secret),
    events: fc.array(fc.oneof({ weight: 3, arbitrary: stepOf(secret) }, messageOf(secret), fc.jsonValue()), {
      maxLength: 60,
    }),
    end: fc.option(end),
    copies: fc.constantFrom(1, 1, 1, 1, 1, 25),
  }),
);

function commentOn(lines: readonly string[]): string {
  const reader = new PreviewReader();
  for (const line of lines) reader.add(line);
  return prComment(reader.end(), { project: undefined, stack: undefined });
}

/** Some step marks the secret, so that it is known to be one. */
function markOf(secret: string): object {
  const inputs = { hidden: wrapper(secret) };
  const type = "cloudbackup:ram:Role";
  return {
    resOutputsEvent: { metadata: { op: "same", urn: `urn:pulumi:prod::shop::${type}::r`, type, old: { inputs } } },
  };
}

describe("the comment on any preview", () => {
  it("is sound, short enough, the same for the same, and holds no secret", () => {
    fc.assert(
      fc.property(stream, ({ secret, events, end: last, copies }) => {
        const once = events.map((event) => JSON.stringify(event));
        const many = Array.from({ length: copies }, (_, copy) =>
          once.map((line) => line.replaceAll("prod::shop::", `prod::shop::c${copy}:`)),
        );
        const lines = [
          JSON.stringify(markOf(secret)),
          ...(copies === 1 ? once : many.flat()),
          ...(last === null ? [] : [JSON.stringify(last)]),
        ];
        const comment = commentOn(lines);
        expectSoundComment(comment);
        expect(comment).to.not.contain(secret);
        expect(comment).to.not.match(/4dabf18193072939515e22adb298388d|1b47061264138c4ac30d75fd1eb44270/);
        expect(commentOn(lines)).to.equal(comment);
        expect(comment.includes("broke off")).to.equal(last === null);
      }),
      { numRuns: 120 },
    );
  }).timeout(120_000);

  it("or there is none, with a reason: whatever the file holds", () => {
    const line = fc.oneof(
      anyText,
      fc.json(),
      stepOf("secret-0123456789").map((event) => JSON.stringify(event)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.nat(200), (lines, length) => {
        const text = lines.join("\n");
        try {
          expectSoundComment(commentOn(text.slice(0, Math.max(0, text.length - length)).split("\n")));
        } catch (error) {
          if (!(error instanceof UnreadablePreview)) throw error;
          expect(error.remedy).to.contain("pulumi preview --json");
        }
      }),
      { numRuns: 500 },
    );
  });
});
