import { expect } from "chai";
import type { Step } from "../../provider/review/step";
import { comparePromises, levelChanges, protectionLevels } from "../../scripts/demo/protection";

function stepOf(name: string, newOutputs: Step["newOutputs"], oldOutputs: Step["oldOutputs"] = {}): Step {
  const type = "cloudbackup:hbr:InstanceProtection";
  const none = { oldInputs: {}, newInputs: {}, detailedDiff: {}, failed: false, id: undefined };
  return { urn: `urn:pulumi:s::p::${type}::${name}`, name, type, operation: "update", oldOutputs, newOutputs, ...none };
}

const level = (achievedLevel: string) => ({ requestedLevel: "APPLICATION", achievedLevel, reasons: [] });

describe("what the demo concludes from a run's steps", () => {
  it("lists machines that get what they ask for first, then by name, protections only", () => {
    const others = { ...stepOf("daily", {}), type: "cloudbackup:hbr:Policy" };
    const steps = [stepOf("c", level("CRASH")), others, stepOf("b", level("APPLICATION")), stepOf("a", level("CRASH"))];
    expect(protectionLevels(steps).map((each) => each.machine)).to.deep.equal(["b", "a", "c"]);
  });

  it("tells the protections whose level changed from those that stayed or are new", () => {
    const changed = stepOf("a", level("FILE_SYSTEM"), level("APPLICATION"));
    const steps = [changed, stepOf("b", level("CRASH"), level("CRASH")), stepOf("c", level("CRASH"))];
    const changes = levelChanges(steps);
    expect(changes).to.have.lengthOf(1);
    expect(changes[0]).to.deep.include({ machine: "a", before: "APPLICATION" });
    expect(changes[0]?.after.achieved).to.equal("FILE_SYSTEM");
  });

  it("notices every promised value that came out otherwise or not at all", () => {
    const previewed = [stepOf("a", { kept: [1, { x: 2 }], other: 1, missing: "x" }), stepOf("b", { gone: true })];
    const applied = [stepOf("a", { kept: [1, { x: 2 }], other: 2, unpromised: 3 })];
    expect(comparePromises(previewed, applied)).to.deep.equal({
      promised: 4,
      broken: ["a.other", "a.missing", "b.gone"],
    });
  });
});
