import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import type * as core from "../../provider/engine/core/reason";
import { EngineError } from "../../provider/engine/error";
import type { Run } from "../support/fake-pulumi";
import type { AnyWorld } from "./any-world";
import { documentsOf, type RuleId } from "./specification";
import type { World } from "./world";

/** One line of the table of rules: what is spoilt or done, and what must come of it. */
export interface Row<W extends AnyWorld = World> {
  readonly rule: RuleId;
  readonly what: string;
  readonly test: (world: W) => Promise<void>;
}

/** A reason of either cloud. */
type Reason = core.Reason<RuleId>;

/** What is told besides the rule: all of it must be in the words. */
type Words = string | readonly string[];

/** A machine that gets less than it asks for. */
export function level<W extends AnyWorld = World>(
  rule: RuleId,
  what: string,
  change: (world: W) => void,
  expected: { readonly level: string; readonly message: Words; readonly remedy: string; readonly code?: string },
): Row<W> {
  return {
    rule,
    what: `${what}: ${expected.level}`,
    test: async (world) => {
      change(world);
      await world.done();
      expect(world.outputs("protection").achievedLevel).to.equal(expected.level);
      const own = reasonsOf(world).filter((reason) => reason.rule === rule);
      expectReason(own[0], { rule, ...expected });
    },
  };
}

export function expectReason(
  reason: (Pick<Reason, "rule" | "message" | "remedy" | "source"> & { readonly code?: string | null }) | undefined,
  expected: { readonly rule: RuleId; readonly message: Words; readonly remedy: string; readonly code?: string },
): void {
  expect(reason?.rule).to.equal(expected.rule);
  expectWords(reason?.message ?? "", expected.message);
  expect(reason?.remedy).to.contain(expected.remedy);
  expect(reason?.code ?? undefined).to.equal(expected.code);
  expectSource(reason?.source ?? "", expected.rule);
}

/** A program that is refused before anything happens to the resource. */
export function refused<W extends AnyWorld = World>(
  rule: RuleId,
  what: string,
  at: string,
  change: (world: W) => void | Promise<void>,
  message: Words,
  remedy: string,
): Row<W> {
  return {
    rule,
    what: `${what}: refused`,
    test: async (world) => {
      await change(world);
      const before = await world.preview();
      expectRefusal(before, at, rule, message, remedy);
      expectPath(before, rule);
      const after = await world.up();
      expectRefusal(after, at, rule, message, remedy);
      expect(after.failure?.failures, "what the update says").to.deep.equal(before.failure?.failures);
    },
  };
}

/** What happens. */
export function effect<W extends AnyWorld = World>(rule: RuleId, what: string, test: Row<W>["test"]): Row<W> {
  return { rule, what, test };
}

/** The check of one resource was refused by a rule, in these words, with this remedy and the rule's own source. */
export function expectRefusal({ failure }: Run, at: string, rule: RuleId, message: Words, remedy: string): void {
  expect(failure?.urn.split("::").at(-1), "the resource that is refused").to.equal(at);
  const own = (failure?.failures ?? []).map(({ reason }) => reason).filter((text) => text.includes(`${rule}: `));
  expect(own, `${rule} in ${JSON.stringify(failure?.failures)} ${String(failure?.error)}`).not.to.have.length(0);
  expectWords(own[0] ?? "", message);
  expect(/\n {2}fix: (.*)/.exec(own[0] ?? "")?.[1]).to.contain(remedy);
  expectSource(/\n {2}source: (.*)/.exec(own[0] ?? "")?.[1] ?? "", rule);
}

/** A refusal says at which property; one inside another has its path in front of the words. */
function expectPath({ failure }: Run, rule: RuleId): void {
  const own = (failure?.failures ?? []).filter(({ reason }) => reason.includes(`${rule}: `));
  const paths = own.map(({ property, reason }) => property || /^(\S+): [A-Z]/.exec(reason)?.[1]);
  expect(paths, JSON.stringify(own)).not.to.include(undefined);
}

/** What the simulated service itself says, with its code. */
export function expectError(
  error: unknown,
  expected: { readonly rule: RuleId; readonly code: string; readonly message: Words; readonly remedy: string },
): void {
  if (!(error instanceof EngineError)) throw new Error(`no refusal of the engine: ${String(error)}`);
  expect([error.rule, error.code]).to.deep.equal([expected.rule, expected.code]);
  expectWords(error.message, expected.message);
  expect(error.remedy).to.contain(expected.remedy);
  expectSource(error.source, expected.rule);
}

function expectWords(text: string, words: Words): void {
  for (const each of typeof words === "string" ? [words] : words) expect(text).to.contain(each);
}

/** Every document behind the rule is named. */
export function expectSource(source: string, rule: RuleId): void {
  for (const document of documentsOf(rule)) expect(source, `the source of ${rule}`).to.contain(document);
}

/** A warning, or a notice, was told. */
export function expectTold(world: AnyWorld, severity: "warning" | "info", ...words: readonly string[]): void {
  const found = world.engine.told.filter(
    (line) => line.startsWith(`${severity}: `) && words.every((word) => line.includes(word)),
  );
  expect(found, `${severity} ${words.join(" … ")} in ${world.engine.told.join("\n")}`).not.to.have.length(0);
}

export const reasonsOf = (world: AnyWorld, name = "protection"): readonly Reason[] =>
  world.outputs(name).reasons as unknown as readonly Reason[];

export const rulesOf = (world: AnyWorld, name = "protection"): readonly string[] =>
  reasonsOf(world, name).map(({ rule }) => rule);

export function record(value: unknown): PropertyMap {
  return value as PropertyMap;
}
