import { expect } from "chai";
import * as fc from "fast-check";
import { auditGuest } from "../support/consistency-auditor";
import type { Rows } from "../support/retention-ledger";
import { actionOf, isAccepted } from "./actions";
import { cases, evaluate } from "./consistency-cases";
import { openEstate, readRows } from "./estate";
import { scriptLists } from "./events";

/** What a job's row tells of its guest, read without the engine's words for it. */
interface GuestRow {
  readonly preScript?: { readonly outcome: string };
  readonly isFrozen?: boolean;
  readonly postScript?: { readonly outcome: string };
}

function guestOf(job: Rows["job"][number]): GuestRow | undefined {
  return (job.detail as { readonly guestRun?: GuestRow } | null)?.guestRun;
}

/** Whether something was begun in the guest that only the post-script ends. */
function isBegun({ preScript, isFrozen }: GuestRow): boolean {
  return preScript !== undefined || isFrozen === true;
}

describe("law 8, thaw", () => {
  it("the post-script runs whenever the pre-script ran, and each ends as somebody else finds too", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(cases, (item) => {
        const { guestRun } = evaluate(item);
        const expected = auditGuest(item.facts, item.settings, item.edition, item.grants);
        const found = guestRun && {
          pre: guestRun.preScript.outcome,
          post: guestRun.postScript.outcome,
          isFrozen: guestRun.isFrozen,
        };
        expect(found).to.deep.equal(expected);
        if (found !== null) seen.add(`${found.pre}, then ${found.post}`);
      }),
      { numRuns: 1000 },
    );
    // A pre-script that failed or was stopped is no reason to leave the guest frozen.
    expect([...seen]).to.include.members(["FAILED, then SUCCESS", "TIMED_OUT, then SUCCESS", "SUCCESS, then FAILED"]);
  });

  it("no job of any history leaves a guest frozen, whatever became of its scripts and of itself", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(scriptLists, async (events) => {
        const engine = await openEstate();
        const sequence = { next: 0 };
        for (const event of events) {
          const action = actionOf(event, await readRows(engine), sequence);
          if (action !== undefined) await isAccepted(engine, action);
        }
        const jobs = (await readRows(engine)).job.filter(({ instanceId }) => instanceId === "i-0");
        for (const job of jobs) {
          const guest = guestOf(job);
          if (guest === undefined || !isBegun(guest)) {
            expect(job.level, `${job.id} froze nothing`).not.to.equal("APPLICATION");
            continue;
          }
          expect(guest.postScript, `${job.id} thawed what it froze`).not.to.equal(undefined);
          const ends = [guest.preScript?.outcome, guest.postScript?.outcome];
          const isClean = ends.every((outcome) => outcome === "SUCCESS");
          expect(job.level, `${job.id}: ${ends}`).to.equal(isClean ? "APPLICATION" : "FILE_SYSTEM");
          seen.add(isClean ? "clean" : "unclean");
        }
      }),
      { numRuns: 150 },
    );
    expect([...seen].sort()).to.deep.equal(["clean", "unclean"]);
  });
});
