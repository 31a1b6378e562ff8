import { expect } from "chai";
import * as fc from "fast-check";
import { containsUnknown, type PropertyMap, unknown } from "../../provider/definition/value";
import { EngineError } from "../../provider/engine/error";
import { components, resources } from "../../provider/registry";
import type { Monitor, Session } from "../../provider/session/contract";
import { anyValue } from "../definition/arbitrary";
import { urnOf } from "../support/provider-client";
import { TestEngine } from "../support/test-engine";
import { inventory } from "./programs";

const signal = new AbortController().signal;

/** Words that bring garbage further than garbage: enums, ids of things that exist, times. */
const words = fc.constantFrom(
  "BACKUP",
  "Custom",
  "i-inventory0",
  "i-inventory1",
  "d-system0",
  "/tmp/prescript.sh",
  "a",
  "I|0|P1D",
);

/** Inputs of a resource with any value in any place. */
function garbage(names: readonly string[]): fc.Arbitrary<PropertyMap> {
  const value = fc.oneof(
    anyValue,
    words,
    fc.integer({ min: -2, max: 90_000 }),
    fc.boolean(),
    fc.array(words, { maxLength: 2 }),
  );
  return fc.dictionary(fc.oneof({ arbitrary: fc.constantFrom(...names), weight: 9 }, fc.string()), value, {
    maxKeys: names.length,
  });
}

/** A refusal in words is right; anything else that is thrown is a crash. */
async function refusalOf(work: () => Promise<unknown>): Promise<EngineError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    expect(error.message).not.to.equal("");
    expect(error.remedy).not.to.equal("");
    expect(error.source).not.to.equal("");
    return error;
  }
}

async function checked(session: Session, type: string, names: readonly string[], news: PropertyMap, olds: PropertyMap) {
  const request = { urn: urnOf(type, "x"), type, name: "x", olds, news, randomSeed: undefined, autonaming: undefined };
  const { inputs, failures } = await session.check(request);
  for (const { property, reason } of failures) {
    expect(reason, "a reason").not.to.equal("");
    if (property === "") continue;
    // The engine looks the property up by its plain name and prints its value; deeper paths are in the reason.
    expect([...Object.keys(news), ...names], "a property of the resource").to.include(property);
  }
  return { inputs, failures };
}

/** Takes whatever a component registers, and keeps the names. */
function anyMonitor(names: string[]): Monitor {
  return {
    registerComponent: async () => "urn:component",
    registerChild: async ({ name, inputs }) => {
      names.push(name);
      return { urn: `urn:${name}`, id: `id-${name}`, outputs: inputs, partial: true };
    },
    registerOutputs: async () => {},
  };
}

describe("law 12, wrong inputs", () => {
  for (const { token, inputs: shape } of components) {
    it(`${token}: garbage is refused in words, or gives children of different names`, async () => {
      const session = await (await TestEngine.inMemory()).open();
      const names = Object.keys(shape.shape);
      const rules = [{ ruleType: "BACKUP", schedule: "I|0|P1D", retention: 30 }];
      const machines = fc.uniqueArray(fc.oneof(words, fc.constant(unknown)), { maxLength: 4 });
      const right = fc.record({ instanceIds: machines, rules: fc.constant(rules) }, { requiredKeys: [] });
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(garbage(names), fc.constant({})),
          right,
          fc.boolean(),
          async (wrong, some, preview) => {
            const registered: string[] = [];
            const inputs = { ...wrong, ...some };
            const request = { type: token, name: "x", inputs, inputDependencies: {}, preview };
            const result = await session.construct(request, anyMonitor(registered));
            if (!("failures" in result)) {
              expect(new Set(registered).size).to.equal(registered.length);
              if (!preview) expect(containsUnknown(result.state)).to.equal(false);
              return;
            }
            expect(registered).to.deep.equal([]);
            for (const { property, reason } of result.failures) {
              expect(reason, "a reason").not.to.equal("");
              if (property !== "") expect([...Object.keys(inputs), ...names]).to.include(property);
            }
          },
        ),
        { numRuns: 300 },
      );
    });
  }

  for (const { token, inputs: shape } of resources) {
    it(`${token}: garbage is refused in words, and nothing is ever half applied`, async () => {
      const engine = await TestEngine.inMemory({ inventory });
      const session = await engine.open();
      const inputs = garbage(Object.keys(shape.shape));
      await fc.assert(
        fc.asyncProperty(inputs, inputs, async (news, olds) => {
          const result = await checked(session, token, Object.keys(shape.shape), news, olds);
          if (result.failures.length > 0 || containsUnknown(result.inputs)) return;
          const before = await engine.export();
          const request = { urn: urnOf(token, "x"), type: token, timeoutInSeconds: 0, signal };
          const refusal = await refusalOf(() =>
            session.create({ ...request, properties: result.inputs, preview: false }),
          );
          if (refusal !== undefined) expect(await engine.export()).to.equal(before);
        }),
        { numRuns: 150 },
      );
    });

    it(`${token}: an id that is none is refused in words`, async () => {
      const session = await (await TestEngine.inMemory({ inventory })).open();
      const request = { urn: urnOf(token, "x"), type: token, properties: undefined, inputs: undefined, signal };
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.string(), fc.string({ unit: "binary" }), words), async (id) => {
          await refusalOf(() => session.read({ ...request, id }));
        }),
        { numRuns: 50 },
      );
    });
  }
});
