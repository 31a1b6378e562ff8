import { expect } from "chai";
import * as fc from "fast-check";
import { ruleSources } from "../../provider/engine/azure/rule";
import type { ConfigFile, Framework, ScriptFile } from "../../provider/engine/azure/script-framework";
import type { VirtualMachine } from "../../provider/engine/azure/virtual-machine";
import { documents } from "../../provider/engine/core/document";
import { auditBackup } from "../support/azure-consistency-auditor";
import { type AzureCase, azureCases, evaluateAzure } from "./azure-consistency-cases";

/** From the best to none at all. */
const ranks = ["APPLICATION", "FILE_SYSTEM", "CRASH", "NONE"] as const;
/** How many codes S3's table of errors has. */
const errorCodes = 10;
type Rank = (typeof ranks)[number];

function rankOf(level: Rank): number {
  return ranks.indexOf(level);
}

describe("law 7, consistency on Azure", () => {
  it("the engine and the documents, read by somebody else, agree on level, unmet rules and codes", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(azureCases, (item) => {
        const expected = auditBackup(item.facts, item.settings);
        const { requested, achieved, reasons } = evaluateAzure(item);
        expect({ requested, achieved }).to.deep.equal({ requested: expected.requested, achieved: expected.achieved });
        const rules = new Set(reasons.map(({ rule }) => rule));
        expect([...rules].sort()).to.deep.equal([...expected.broken].sort());
        const codes = reasons.flatMap(({ code, rule }) => (code === null || rule === "Z-14" ? [] : [code]));
        expect(codes.sort()).to.deep.equal([...expected.codes].sort());
        seen.add(achieved);
        for (const code of codes) seen.add(code);
      }),
      { numRuns: 3000 },
    );
    // All levels and all codes of S3 must have been met for the law to mean something.
    expect(seen.size, [...seen].sort().join(", ")).to.equal(ranks.length + errorCodes);
  });

  it("never more than was asked for, and every downgrade says why, from where and how to mend it", () => {
    fc.assert(
      fc.property(azureCases, (item) => {
        const { requested, achieved, reasons } = evaluateAzure(item);
        expect(rankOf(achieved)).to.be.at.least(rankOf(requested));
        if (achieved !== requested) expect(reasons).not.to.have.length(0);
        for (const { rule, message, remedy, source } of reasons) {
          expect(message).not.to.equal("");
          expect(remedy).not.to.equal("");
          expect(source, rule).to.equal(ruleSources[rule]);
          expect(
            Object.values(documents).some((document) => source.includes(document)),
            source,
          ).to.equal(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("taking a prerequisite away never raises the level", () => {
    fc.assert(
      fc.property(azureCases, fc.constantFrom(...losses), (item, { takeAway, leaves }) => {
        const before = evaluateAzure(item).achieved;
        const after = evaluateAzure(takeAway(item)).achieved;
        const best = leaves === undefined ? rankOf(before) : Math.min(rankOf(before), rankOf(leaves));
        expect(rankOf(after), `${before}, then ${after}`).to.be.at.least(best);
      }),
      { numRuns: 2000 },
    );
  });
});

interface Loss {
  readonly takeAway: (item: AzureCase) => AzureCase;
  /**
   * The level that is left where the framework itself had asked for less: a machine that is off is backed up whatever
   * its config says (Z-07), and a config that can't be read neither forbids a backup nor a freeze (Z-10).
   */
  readonly leaves?: Rank;
}

const losses: readonly Loss[] = [
  { takeAway: (item) => machineWith(item, { powerState: "VM deallocated" }), leaves: "CRASH" },
  { takeAway: (item) => machineWith(item, { guestAgent: "NotReady" }) },
  { takeAway: (item) => machineWith(item, { vssHealthy: false }) },
  {
    takeAway: (item) => machineWith(item, { extension: "VMSnapshotLinux", hostFile: "MISSING" }),
    leaves: "FILE_SYSTEM",
  },
  { takeAway: (item) => configWith(item, { mode: "644" }), leaves: "FILE_SYSTEM" },
  { takeAway: (item) => configWith(item, { present: false }), leaves: "FILE_SYSTEM" },
  { takeAway: (item) => configWith(item, { values: null, problem: "no JSON" }), leaves: "FILE_SYSTEM" },
  { takeAway: (item) => scriptsWith(item, { present: false }) },
  { takeAway: (item) => scriptsWith(item, { mode: "755" }) },
  { takeAway: (item) => scriptsWith(item, { owner: "mysql" }) },
  { takeAway: (item) => behavingWith(item, { exitCode: 1 }) },
  { takeAway: (item) => behavingWith(item, { durationSeconds: 100_000 }) },
  { takeAway: (item) => valuesWith(item, { fsFreezeEnabled: false }) },
  { takeAway: (item) => valuesWith(item, { preScriptNoOfRetries: 0, postScriptNoOfRetries: 0 }) },
  { takeAway: withDisk },
];

function machineWith(item: AzureCase, machine: Partial<VirtualMachine>): AzureCase {
  return { ...item, facts: { ...item.facts, machine: { ...item.facts.machine, ...machine } } };
}

function frameworkWith(item: AzureCase, change: (framework: Framework) => Framework): AzureCase {
  const { framework } = item.facts;
  return framework === undefined ? item : { ...item, facts: { ...item.facts, framework: change(framework) } };
}

function configWith(item: AzureCase, config: Partial<ConfigFile>): AzureCase {
  return frameworkWith(item, (framework) => ({ ...framework, config: { ...framework.config, ...config } }));
}

function valuesWith(item: AzureCase, values: Partial<ConfigFile["values"]>): AzureCase {
  const old = item.facts.framework?.config.values ?? null;
  return old === null ? item : configWith(item, { values: { ...old, ...values } });
}

function scriptsWith(item: AzureCase, script: Partial<ScriptFile>): AzureCase {
  return frameworkWith(item, ({ config, preScript, postScript }) => ({
    config,
    preScript: { ...preScript, ...script },
    postScript: { ...postScript, ...script },
  }));
}

function behavingWith(item: AzureCase, behaviour: Partial<ScriptFile["behaviour"]>): AzureCase {
  return frameworkWith(item, ({ config, preScript, postScript }) => ({
    config,
    preScript: { ...preScript, behaviour: { ...preScript.behaviour, ...behaviour } },
    postScript: { ...postScript, behaviour: { ...postScript.behaviour, ...behaviour } },
  }));
}

/** A machine that no longer has a single disk has no fallback any more (Z-06). */
function withDisk(item: AzureCase): AzureCase {
  const disk = { lun: 40, name: "one-more", sizeGiB: 4, usedGiB: null, encrypted: false };
  return { ...item, facts: { ...item.facts, disks: [...item.facts.disks, disk] } };
}
