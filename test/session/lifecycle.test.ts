import { expect } from "chai";
import { resources } from "../../provider/registry";
import { changesOf, emptyState, FakePulumi, type Run, type State } from "../support/fake-pulumi";
import { TestEngine } from "../support/test-engine";
import { declare, type Inputs } from "./life";
import { lives } from "./lives";

/** The steps of the one resource; everything else must be as it was. */
function operations({ steps, failure }: Run): string[] {
  expect(failure?.failures ?? failure?.error).to.equal(undefined);
  const [own, others] = [
    steps.filter(({ urn }) => urn.endsWith("::it")),
    steps.filter(({ urn }) => !urn.endsWith("::it")),
  ];
  for (const { operation, urn } of others) expect(operation, urn).to.be.oneOf(["same", "refresh"]);
  return own.map(({ operation }) => operation);
}

const summary = ({ steps }: Run): string => JSON.stringify(steps);

const stablesOf = (type: string | undefined): readonly string[] =>
  resources.find(({ token }) => token === type)?.stables ?? [];

describe("the life of every resource", () => {
  it("is told here", () => {
    const told = Object.entries(lives).map(([name, { type }]) => `cloudbackup:${type ?? name}`);
    expect([...new Set(told)]).to.have.members(resources.map(({ token }) => token));
  });

  for (const [name, life] of Object.entries(lives)) {
    const program = (inputs: Inputs) => [...life.needs, declare("it", life.type ?? name, inputs)];
    let engine: TestEngine;
    let pulumi: FakePulumi;
    let state: State;

    /** A preview and an update that must say the same. */
    const apply = async (inputs: Inputs): Promise<Run> => {
      const preview = await pulumi.preview(program(inputs), state);
      const up = await pulumi.up(program(inputs), state);
      expect(summary(preview)).to.equal(summary(up));
      state = up.state;
      return up;
    };

    describe(name, () => {
      beforeEach(async () => {
        engine = await TestEngine.inMemory();
        pulumi = new FakePulumi(() => engine.open());
        state = (await pulumi.up(life.needs, emptyState)).state;
        expect(operations(await apply(life.inputs))).to.deep.equal(["create"]);
      });

      it("is made as the preview says, and then nothing changes", async () => {
        expect(changesOf(await apply(life.inputs))).to.deep.equal([]);
        const refreshed = await pulumi.refresh(state);
        expect(changesOf(refreshed)).to.deep.equal([]);
        expect(changesOf(await pulumi.up(program(life.inputs), refreshed.state))).to.deep.equal([]);
      });

      const { update, replace } = life;

      const changesInPlace = async (changed: Inputs): Promise<void> => {
        const [before] = state.resources.filter((resource) => resource.name === "it");
        expect(operations(await apply(changed))).to.deep.equal(["update"]);
        const [after] = state.resources.filter((resource) => resource.name === "it");
        expect(after?.id).to.equal(before?.id);
        for (const stable of stablesOf(before?.type)) {
          expect(after?.outputs[stable], stable).to.deep.equal(before?.outputs[stable]);
        }
        expect(changesOf(await apply(changed))).to.deep.equal([]);
      };
      if (update !== undefined) it("is changed in place", () => changesInPlace(update));

      const makesAnew = async (changed: Inputs): Promise<void> => {
        const told = engine.told.length;
        expect(operations(await apply(changed))).to.deep.equal(["replace", "delete"]);
        const reasons = engine.told.slice(told).filter((text) => text.startsWith("info: replaced because "));
        expect(reasons, "one in the preview, the same one in the update").to.have.length(2);
        expect(reasons[0]).to.equal(reasons[1]);
        expect(changesOf(await apply(changed))).to.deep.equal([]);
        expect(operations(await apply(life.inputs))).to.deep.equal(["replace", "delete"]);
      };
      if (replace !== undefined) {
        it("is made anew where it can't be changed, and the old one goes", () => makesAnew(replace));
      }

      it("comes back by an import with its id alone", async () => {
        const [own] = state.resources.filter((resource) => resource.name === "it");
        const imported = await pulumi.import(own === undefined ? [] : [own]);
        expect(operations(imported)).to.deep.equal(["import"]);
        const others = state.resources.filter((resource) => resource.name !== "it");
        const resumed = { resources: [...others, ...imported.state.resources], replaced: [] };
        expect(changesOf(await pulumi.preview(program(life.inputs), resumed))).to.deep.equal([]);
      });

      it("is seen to be gone, and is made again", async () => {
        const [own] = state.resources.filter((resource) => resource.name === "it");
        await engine.run((context) => life.lose(context, own?.id ?? ""), undefined);
        const refreshed = await pulumi.refresh(state);
        expect(operations(refreshed)).to.deep.equal(["delete"]);
        state = refreshed.state;
        expect(operations(await apply(life.inputs))).to.deep.equal(["create"]);
        expect(changesOf(await apply(life.inputs))).to.deep.equal([]);
      });

      it("is destroyed, and deleting it twice is no error", async () => {
        const before = state;
        const destroyed = await pulumi.destroy(state);
        expect(destroyed.failure?.error).to.equal(undefined);
        expect(destroyed.state.resources).to.deep.equal([]);
        const again = await pulumi.destroy(before);
        expect(again.failure?.error).to.equal(undefined);
        expect(
          changesOf(await pulumi.up(program(life.inputs), emptyState)).every((s) => s.operation === "create"),
        ).to.equal(true);
      });
    });
  }
});
