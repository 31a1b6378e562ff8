import { expect } from "chai";
import * as fc from "fast-check";
import type { Machine, MachineFacts } from "../../provider/engine/alibaba/fact";
import { documents } from "../../provider/engine/core/document";
import { consistencyLevels } from "../../provider/engine/core/level";
import { audit } from "../support/consistency-auditor";
import { type Case, cases, evaluate } from "./consistency-cases";

const below = new Set(["A-20", "A-21", "A-22", "A-24"]);

describe("law 7, consistency", () => {
  it("the engine and the documents, read by somebody else, agree on level and unmet rules", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(cases, (item) => {
        const expected = audit(item.facts, item.settings, item.edition, item.grants);
        const { requested, achieved, reasons } = evaluate(item);
        expect({ requested, achieved }).to.deep.equal({ requested: expected.requested, achieved: expected.achieved });
        const rules = new Set(reasons.map(({ rule }) => rule).filter((rule) => !below.has(rule)));
        expect([...rules].sort()).to.deep.equal([...expected.broken].sort());
        seen.add(achieved);
      }),
      { numRuns: 1500 },
    );
    expect([...seen].sort(), "levels that were seen").to.deep.equal(["APPLICATION", "CRASH", "FILE_SYSTEM"]);
  });

  it("never more than was asked for, and every downgrade says why, from where and how to mend it", () => {
    fc.assert(
      fc.property(cases, (item) => {
        const { requested, achieved, reasons } = evaluate(item);
        const rank = (level: (typeof consistencyLevels)[number]) => consistencyLevels.indexOf(level);
        expect(rank(achieved)).to.be.at.least(rank(requested));
        if (achieved !== requested) expect(reasons).not.to.have.length(0);
        for (const { message, remedy, source } of reasons) {
          expect(message).not.to.equal("");
          expect(remedy).not.to.equal("");
          expect(
            Object.values(documents).some((document) => source.includes(document)),
            source,
          ).to.equal(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("taking a prerequisite away never raises the level", () => {
    const withoutOne: readonly ((item: Case) => Case)[] = [
      (item) => machineWith(item, { osName: "Debian 12" }),
      (item) => machineWith(item, { status: "Stopped" }),
      (item) => machineWith(item, { ramRoleName: null }, { role: undefined }),
      (item) => machineWith(item, { roleKnown: false }),
      (item) => machineWith(item, { cloudAssistantRunning: false }),
      (item) => machineWith(item, { publicIpAddress: null }),
      (item) => machineWith(item, { vssWritersHealthy: false }),
      (item) => machineWith(item, {}, { scripts: item.facts.scripts.slice(1) }),
      (item) => machineWith(item, {}, { scripts: item.facts.scripts.map((each) => ({ ...each, fileMode: "0777" })) }),
      (item) => machineWith(item, {}, { scripts: item.facts.scripts.map((each) => ({ ...each, exitCode: 1 })) }),
      (item) => machineWith(item, {}, { disks: item.facts.disks.map((each) => ({ ...each, category: "cloud_ssd" })) }),
      (item) => machineWith(item, {}, { disks: item.facts.disks.map((each) => ({ ...each, fileSystem: "btrfs" })) }),
      (item) => ({ ...item, settings: { ...item.settings, enableFsFreeze: false } }),
    ];
    fc.assert(
      fc.property(cases, fc.constantFrom(...withoutOne), (item, takeAway) => {
        const [before, after] = [evaluate(item).achieved, evaluate(takeAway(item)).achieved];
        expect(consistencyLevels.indexOf(after)).to.be.at.least(consistencyLevels.indexOf(before));
      }),
      { numRuns: 1000 },
    );
  });
});

function machineWith(item: Case, machine: Partial<Machine>, rest: Partial<MachineFacts> = {}): Case {
  return { ...item, facts: { ...item.facts, ...rest, machine: { ...item.facts.machine, ...machine } } };
}
