import { expect } from "chai";
import { Asset, type PropertyMap, unknown } from "../../provider/definition/value";
import type { DiffResult, Session } from "../../provider/session/contract";
import { emptyState, FakePulumi, type State } from "../support/fake-pulumi";
import { fakeSession } from "../support/fake-session";
import { type Program, Reference } from "../support/program";

const type = "cloudbackup:test:Thing";
const none: DiffResult = { changes: "none", detailedDiff: {}, replaces: [], stables: [], deleteBeforeReplace: false };

/** Tells every call in the order in which it came. */
function listening(diffs: Readonly<Record<string, DiffResult>> = {}) {
  const calls: string[] = [];
  const told = (urn: string): string => urn.split("::").at(-1) ?? "";
  const session: Session = fakeSession({
    check: async ({ name, olds, news }) => {
      calls.push(`check ${name} olds ${JSON.stringify(olds)} news ${JSON.stringify(news)}`);
      return { inputs: news, failures: [] };
    },
    diff: async ({ urn, id, oldInputs, news }) => {
      calls.push(`diff ${told(urn)} ${id} ${JSON.stringify(oldInputs)} to ${JSON.stringify(news)}`);
      return diffs[told(urn)] ?? none;
    },
    create: async ({ urn, properties, preview }) => {
      calls.push(`create ${told(urn)}${preview ? " in preview" : ""}`);
      return { id: `${told(urn)}-new`, properties };
    },
    update: async ({ urn, id, news, preview }) => {
      calls.push(`update ${told(urn)} ${id}${preview ? " in preview" : ""}`);
      return { properties: news };
    },
    read: async ({ urn, id, properties, inputs }) => {
      calls.push(`read ${told(urn)} ${id}${properties === undefined ? " by id" : ""}`);
      return id === "gone" ? undefined : { id, properties: { live: 1 }, inputs: inputs ?? { live: 1 } };
    },
    delete: async ({ urn, id }) => void calls.push(`delete ${told(urn)} ${id}`),
    close: async () => void calls.push("close"),
  });
  return { calls, pulumi: new FakePulumi(async () => session) };
}

function stateOf(...names: readonly string[]): State {
  const resources = names.map((name, index) => ({
    urn: `urn:pulumi:stack::project::${type}::${name}`,
    type,
    name,
    id: `${name}-old`,
    inputs: { size: 1 } as PropertyMap,
    outputs: { size: 1 } as PropertyMap,
    dependencies: index === 0 ? [] : [names[index - 1] ?? ""],
  }));
  return { resources, replaced: [] };
}

const chain: Program = [
  { name: "b", type, inputs: { from: new Reference("a", "id") } },
  { name: "a", type, inputs: { size: 1 } },
];

describe("the model of Pulumi's engine", () => {
  it("checks with nothing old, then creates, dependents after what they take their values from", async () => {
    const { calls, pulumi } = listening();
    const { state } = await pulumi.up(chain, emptyState);
    expect(calls).to.deep.equal([
      'check a olds {} news {"size":1}',
      "create a",
      'check b olds {} news {"from":"a-new"}',
      "create b",
      "close",
    ]);
    expect(state.resources.map(({ id }) => id)).to.deep.equal(["a-new", "b-new"]);
  });

  it("gives the id that a preview promised to dependents, and an unknown where there is none", async () => {
    const { calls, pulumi } = listening();
    await pulumi.preview(chain, emptyState);
    expect(calls).to.include('check b olds {} news {"from":"a-new"}');
    const nameless = fakeSession({ create: async () => ({ id: "", properties: {} }) });
    const preview = await new FakePulumi(async () => nameless).preview(chain, emptyState);
    expect(preview.steps.at(-1)?.inputs).to.deep.equal({ from: unknown });
  });

  it("asks nothing more of what has not changed", async () => {
    const { calls, pulumi } = listening();
    await pulumi.up([{ name: "a", type, inputs: { size: 1 } }], stateOf("a"));
    expect(calls).to.deep.equal([
      'check a olds {"size":1} news {"size":1}',
      'diff a a-old {"size":1} to {"size":1}',
      "close",
    ]);
  });

  it("checks twice before it replaces, creates before it deletes, and deletes at the end by the old id", async () => {
    const replaces = { ...none, changes: "some" as const, replaces: ["size"] };
    const { calls, pulumi } = listening({ a: replaces });
    await pulumi.up(
      [
        { name: "a", type, inputs: { size: 2 } },
        { name: "z", type, inputs: {} },
      ],
      stateOf("a"),
    );
    expect(calls).to.deep.equal([
      'check a olds {"size":1} news {"size":2}',
      'diff a a-old {"size":1} to {"size":2}',
      'check a olds {} news {"size":2}',
      "create a",
      "check z olds {} news {}",
      "create z",
      "delete a a-old",
      "close",
    ]);
  });

  it("sends no deletes in a preview, but tells them; destroys dependents first", async () => {
    const preview = listening();
    const { steps } = await preview.pulumi.preview([], stateOf("a", "b"));
    expect(preview.calls).to.deep.equal(["close"]);
    expect(steps.map(({ operation }) => operation)).to.deep.equal(["delete", "delete"]);
    const destroy = listening();
    await destroy.pulumi.destroy(stateOf("a", "b"));
    expect(destroy.calls).to.deep.equal(["delete b b-old", "delete a a-old", "close"]);
  });

  it("turns the diff of a refresh round: what was read is old, what the state says is new", async () => {
    const { calls, pulumi } = listening();
    const { state } = await pulumi.refresh(stateOf("a"));
    expect(calls).to.deep.equal(["read a a-old", 'diff a a-old {"size":1} to {"size":1}', "close"]);
    expect(state.resources[0]?.outputs).to.deep.equal({ live: 1 });
  });

  it("forgets what a refresh finds gone, and imports by the id alone", async () => {
    const { calls, pulumi } = listening();
    const [resource] = stateOf("a").resources;
    const gone = { resources: resource === undefined ? [] : [{ ...resource, id: "gone" }], replaced: [] };
    expect((await pulumi.refresh(gone)).state.resources).to.deep.equal([]);
    calls.splice(0);
    await pulumi.import(stateOf("a").resources);
    expect(calls).to.deep.equal(["read a a-old by id", 'check a olds {} news {"live":1}', "close"]);
  });

  it("compares files by their hash and sends their contents to create and update only", async () => {
    const { calls, pulumi } = listening({ a: { ...none, changes: "some" } });
    await pulumi.up([{ name: "a", type, inputs: { file: new Asset({ text: "freeze" }) } }], stateOf("a"));
    expect(calls[0]).to.contain("freeze");
    expect(calls[1])
      .to.match(/diff .* to .*"hash":"[0-9a-f]{64}"/)
      .and.not.to.contain("freeze");
    expect(calls[2]).to.equal("update a a-old");
  });

  it("stops at the first failure and keeps what was done", async () => {
    const failing = fakeSession({
      check: async ({ name, news }) => ({
        inputs: news,
        failures: name === "b" ? [{ property: "from", reason: "no" }] : [],
      }),
    });
    const { state, failure } = await new FakePulumi(async () => failing).up(chain, emptyState);
    expect(state.resources.map(({ name }) => name)).to.deep.equal(["a"]);
    expect(failure?.failures).to.deep.equal([{ property: "from", reason: "no" }]);
  });
});
