import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { prComment } from "../../provider/review/pr-comment";
import { PreviewReader } from "../../provider/review/read-preview";
import { expectSoundComment } from "../support/comment-reader";

const folder = path.join(__dirname, "previews");
const isRenewal = (process.env.CLOUDBACKUP_GOLDEN ?? "") !== "";
const nowhere = { project: undefined, stack: undefined };

/** The comment on a preview, given as its lines. */
function commentOn(lines: readonly (string | object)[], place = nowhere as Parameters<typeof prComment>[1]): string {
  const reader = new PreviewReader();
  for (const line of lines) reader.add(typeof line === "string" ? line : JSON.stringify(line));
  const comment = prComment(reader.end(), place);
  expectSoundComment(comment);
  return comment;
}

function captured(name: string): readonly string[] {
  return readFileSync(path.join(folder, `${name}.ndjson`), "utf8")
    .trimEnd()
    .split("\n");
}

/** Compares with the text beside the preview; test/e2e/pr-comment.test.ts captures the previews themselves. */
function golden(name: string): string {
  const comment = commentOn(captured(name));
  const file = path.join(folder, `${name}.md`);
  if (isRenewal) writeFileSync(file, comment);
  expect(existsSync(file), `${file} is there: make it with CLOUDBACKUP_GOLDEN=1`).to.equal(true);
  expect(comment, `${name}.md; renew it with CLOUDBACKUP_GOLDEN=1`).to.equal(readFileSync(file, "utf8"));
  return comment;
}

const urnOf = (type: string, name: string): string => `urn:pulumi:prod::shop::${type}::${name}`;

/** The end of a step as the engine tells it. */
function step(op: string, type: string, name: string, before: object | null, after: object | null, more: object = {}) {
  const urn = urnOf(type, name);
  const state = (properties: object | null) =>
    properties === null ? null : { type, urn, id: "", parent: "", inputs: {}, outputs: properties, provider: "" };
  const metadata = { op, urn, type, old: state(before), new: state(after), detailedDiff: null, ...more };
  return { sequence: 1, timestamp: 1, resOutputsEvent: { metadata } };
}

const said = (severity: string, message: string, urn?: string) => ({
  sequence: 1,
  timestamp: 1,
  diagnosticEvent: { urn, message, color: "never", severity },
});
const end = { summaryEvent: { resourceChanges: {}, result: "succeeded" } };

const machine = "cloudbackup:ecs:Instance";
const protection = "cloudbackup:hbr:InstanceProtection";
const covered = { instanceId: "i-1", policyId: "po-1", requestedLevel: "CRASH", achievedLevel: "CRASH" };

describe("the comment on a preview of the real CLI", () => {
  it("a first one: every machine of both clouds with its level, and what has no protection", () => {
    const comment = golden("created");
    expect(comment).to.contain("2 of 3 protected machines at the level asked for, 1 below: `cacheProtection`");
    expect(comment).to.contain("Without protection: 2 machines and 1 disk: `spare`, `web`, `dbScratch`");
    for (const name of ["dbProtection", "cacheProtection", "replicaItem"])
      expect(comment).to.contain(`| \`${name}\` (`);
  });

  it("an edit: points pruned, a protection that goes, and why resources are replaced", () => {
    const comment = golden("edited");
    expect(comment).to.contain("**69 recovery points pruned**, 21 live shorter");
    expect(comment).to.contain("🔴 machine `cache`");
    expect(comment).to.match(/`dbProtection` \(`hbr:InstanceProtection`\) \| replaced because instanceId changes/);
  });

  it("a refused one: the error first, and no claim about what was not seen", () => {
    const comment = golden("refused");
    expect(comment.indexOf("### Errors")).to.be.lessThan(comment.indexOf("### Machines"));
    expect(comment).to.not.contain("### Without protection");
    expect(comment).to.contain("What no protection covers is not told");
  });

  it("one that died says that its end is missing, wherever it was cut", () => {
    const lines = captured("edited");
    for (const length of [3, 20, lines.length - 2]) {
      const comment = commentOn([...lines.slice(0, length), (lines[length] ?? "").slice(0, 40)]);
      expect(comment).to.contain(": broke off before its end").and.contain("its end is missing");
    }
  });

  it("does not depend on the order in which resources were looked at", () => {
    const lines = captured("created");
    const isStep = (line: string) => line.includes("resOutputsEvent") && !line.includes("pulumi:pulumi:Stack");
    const steps = lines.filter(isStep);
    const first = lines.findIndex(isStep);
    const others = lines.filter((line) => !isStep(line) && !line.includes("resourcePreEvent"));
    const turned = [...others.slice(0, first), ...steps.toReversed(), ...others.slice(first)];
    expect(commentOn(turned)).to.equal(commentOn(lines));
  });
});

describe("the comment on a preview", () => {
  it("tells a machine that loses its protection from one that goes with it", () => {
    const both = [
      step("same", machine, "stays", { instanceId: "i-1" }, { instanceId: "i-1" }),
      step("delete", machine, "goes", { instanceId: "i-2" }, null),
      step("delete", protection, "of-stays", covered, null),
      step("delete", protection, "of-goes", { ...covered, instanceId: "i-2" }, null),
      end,
    ];
    const comment = commentOn(both);
    expect(comment).to.contain(
      "| 🔴 machine `stays` | `i-1` | **loses its protection**: of-stays goes, the machine stays",
    );
    expect(comment).to.not.contain("machine `goes`");
  });

  it("names a machine of no resource whose protection goes, and points that are deleted with it", () => {
    const gone = { ...covered, instanceId: "i-9", onDestroy: "delete" };
    const comment = commentOn([step("delete", protection, "p", gone, null), end]);
    expect(comment).to.contain("| 🔴 machine | `i-9` | **loses its protection**");
    expect(comment).to.contain("**Recovery points are deleted** with `p`");
  });

  it("counts a suspended protection as none, and a TAG rule as one", () => {
    const rules = [{ ruleType: "TAG", tagFilters: [{ key: "backup", operator: "EQUAL", value: "yes" }] }];
    const comment = commentOn([
      step("same", machine, "tagged", {}, { instanceId: "i-1", tags: { backup: "yes" } }),
      step("same", machine, "bare", { instanceId: "i-2" }, { instanceId: "i-2" }),
      step(
        "update",
        protection,
        "p",
        { ...covered, instanceId: "i-2" },
        { ...covered, instanceId: "i-2", disabled: true },
      ),
      step("same", "cloudbackup:hbr:Policy", "by-tag", {}, { policyId: "po-1", rules }),
      end,
    ]);
    expect(comment).to.contain(
      "| 🔴 machine `bare` | `i-2` | **loses its protection**: p is suspended: no backup runs",
    );
    expect(comment).to.not.contain("machine `tagged`");
  });

  it("covers the machines of a group, and ARM ids whatever their case", () => {
    const vm = "/subscriptions/1/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/v";
    const comment = commentOn([
      step("create", machine, "a", null, { instanceId: "i-1" }),
      step("create", "cloudbackup:hbr:ConsistencyGroup", "g", null, { groupId: "cg-1", instanceIds: ["i-1"] }),
      step("create", protection, "of-group", null, { ...covered, instanceId: undefined, groupId: "cg-1" }),
      step("create", "cloudbackup:compute:VirtualMachine", "v", null, { vmId: vm }),
      step("create", "cloudbackup:recoveryservices:ProtectedItem", "item", null, {
        sourceResourceId: vm.toLowerCase(),
      }),
      end,
    ]);
    expect(comment).to.not.contain("### Without protection");
  });

  it("says that a level is lower than before", () => {
    const before = { ...covered, requestedLevel: "APPLICATION", achievedLevel: "APPLICATION" };
    const after = { ...before, achievedLevel: "CRASH", reasons: [{ rule: "A-08", message: "no role" }] };
    const comment = commentOn([step("update", protection, "p", before, after), end]);
    expect(comment).to.contain("🔴 APPLICATION → **CRASH**, was APPLICATION | A-08 no role");
    expect(comment).to.contain("Weaker than before: `p`");
  });

  it("shows anybody's text as text", () => {
    const name = "a|b`c`<img src=x>@octo-org/team #12 </details>\n## big";
    const message = "see @octocat in #7 </pre></details><script>alert(1)</script>\n```\n\u202etxet";
    const comment = commentOn([
      step("create", machine, name, null, { instanceId: "i-1" }),
      said("warning", message, urnOf(machine, name)),
      end,
    ]);
    expect(comment).to.not.match(/<script|<img|@octo|\u202e/);
    expect(comment).to.contain("&lt;script&gt;");
  });

  it("shows no secret: neither a wrapper nor a value that was marked somewhere", () => {
    const secret = (more: object) => ({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ...more,
    });
    const before = { password: secret({ ciphertext: "v1:abcdef:0123456789" }), plain: "hunter2hunter2" };
    const after = { password: secret({ plaintext: '"hunter2hunter2"' }), plain: "changed" };
    const comment = commentOn([
      step("update", machine, "m", before, after, {
        detailedDiff: { password: { diffKind: "update" }, plain: { diffKind: "update" } },
      }),
      said("info", "the password is hunter2hunter2", urnOf(machine, "m")),
      end,
    ]);
    expect(comment).to.not.match(/hunter2|v1:abcdef|4dabf181|1b470612/);
    expect(comment).to.contain("| `password` | `[secret]` | `[secret]` |");
  });

  it("keeps what matters of a large stack and says how much it leaves out", () => {
    const count = 1_000;
    const many = Array.from({ length: count }, (_, index) => [
      step("create", machine, `m${index}`, null, { instanceId: `i-${index}` }),
      step("create", protection, `p${index}`, null, { ...covered, instanceId: `i-${index}` }),
    ]).flat();
    const weak = step("create", protection, "weak", null, {
      ...covered,
      instanceId: "i-x",
      requestedLevel: "APPLICATION",
    });
    const comment = commentOn([...many, weak, end]);
    const shown = comment.split("\n").filter((line) => /^\| `(p\d+|weak)`/.test(line)).length;
    expect(comment).to.contain(`${count} of ${count + 1} protected machines`);
    expect(comment.split("\n").find((line) => line.startsWith("| `"))).to.contain("`weak`");
    expect(comment).to.contain(`… and ${count + 1 - shown} more protections`);
    expect(comment.length).to.be.greaterThan(50_000);
  });

  it("takes the stack's name from the preview, or else from the caller, and its marker can't be broken", () => {
    expect(commentOn([end], { project: "shop --><b>", stack: "prod" }).split("\n")[0]).to.equal(
      "<!-- cloudbackup-preview shop_--__b_/prod -->",
    );
    const own = commentOn([step("create", machine, "m", null, { instanceId: "i-1" }), end], {
      project: "x",
      stack: "y",
    });
    expect(own.split("\n")[0]).to.equal("<!-- cloudbackup-preview shop/prod -->");
  });

  it("shows for how long a machine is without a backup", () => {
    const message =
      "A-30: machine db is unprotected until 2026-02-02 00:00 UTC, when its first backup runs\n  fix: now";
    const comment = commentOn([said("warning", message, urnOf(protection, "p")), end]);
    expect(comment)
      .to.contain("### Unprotected time")
      .and.contain("🟡 A-30: machine db is unprotected until 2026-02-02");
  });

  it("says of a time without backup how to avoid it, once", () => {
    const message =
      "A-30: machine db is unprotected until 2026-02-02 00:00 UTC, when its first backup runs\n" +
      "  fix: back up now\n  source: x";
    const comment = commentOn([
      said("warning", message, urnOf(protection, "p")),
      said("warning", "else", urnOf(machine, "m")),
      end,
    ]);
    expect(comment).to.match(/\| 🟡 A-30: .* first backup runs \| back up now \|/);
    expect(comment).to.contain("🟡 **Without backup for a time**: `p`");
    expect(comment.split("is unprotected until")).to.have.length(2);
    expect(comment).to.contain("- 🟡 1 warning, with what to do, below");
  });

  it("adds up points of one day only: providers may look ahead for spans of their own", () => {
    const ahead = (name: string, days: string) => {
      const { diagnosticEvent } = said("info", `CRASH, next backup 2026-01-02 00:00 UTC, 5 points by ${days}`);
      const event = { ...diagnosticEvent, urn: urnOf(protection, name), ephemeral: true };
      return [step("create", protection, name, null, { ...covered, instanceId: name }), { diagnosticEvent: event }];
    };
    const same = commentOn([...ahead("a", "2026-01-31"), ...ahead("b", "2026-01-31"), end]);
    expect(same).to.contain("next backup 2026-01-02 00:00 UTC, 10 recovery points by 2026-01-31 (2 new or changed");
    const others = commentOn([...ahead("a", "2026-01-31"), ...ahead("b", "2026-01-11"), end]);
    expect(others).to.contain("Looking ahead: next backup 2026-01-02 00:00 UTC (2 new or changed protections)");
  });

  it("says that backups become rarer", () => {
    const message =
      "rules: A-35: backups are rarer: from one point to the next it takes up to 168 h instead of 24 h\n  fix: x";
    const comment = commentOn([said("warning", message, urnOf("cloudbackup:hbr:Policy", "daily")), end]);
    expect(comment).to.contain("## 🟡 ");
    expect(comment).to.contain("from one point to the next: `daily` up to 168 h instead of 24 h");
  });

  it("folds many protections away that stay as they are, and counts as people do", () => {
    const levels = (index: number) => ({
      ...covered,
      instanceId: `i-${index}`,
      requestedLevel: index % 3 === 0 ? "APPLICATION" : "CRASH",
    });
    const unchanged = Array.from({ length: 20 }, (_, index) =>
      step("same", protection, `p${index}`, levels(index), levels(index)),
    );
    const comment = commentOn([...unchanged, end]);
    const [open = "", folded = ""] = comment.split("<details><summary>13 protections as before");
    const names = (text: string) => [...text.matchAll(/^\| `(p\d+)`/gm)].map(([, name]) => name);
    expect(names(open)).to.deep.equal(["p0", "p3", "p6", "p9", "p12", "p15", "p18"]);
    expect(names(folded).slice(0, 8)).to.deep.equal(["p1", "p2", "p4", "p5", "p7", "p8", "p10", "p11"]);
    expect(open).to.not.contain("| Forecast |");
  });

  it("leaves no machine without a word whose policy's text names only some", () => {
    const type = "cloudbackup:hbr:Policy";
    const properties = (index: number) => ({ ...covered, instanceId: `i-${index}` });
    const message =
      "retention 30 → 7 days prunes 4 of 8 recovery points on 6 machines (i-0: 1, 5 more)\n" +
      "  i-0: 1 pruned, 1 kept of 2; left 2026-03-02 to 2026-03-09\n  … and 5 more machines";
    const comment = commentOn([
      ...[0, 1].map((index) => step("same", protection, `p${index}`, properties(index), properties(index))),
      step("create", protection, "new", null, properties(2)),
      step("update", type, "daily", { policyId: "po-1" }, { policyId: "po-1" }),
      said("warning", message, urnOf(type, "daily")),
      end,
    ]);
    expect(comment)
      .to.match(/^\| `p0` .*\| 1 pruned, 1 kept of 2; left/m)
      .and.match(/^\| `p1` .*\| see daily below \|/m);
    expect(comment).to.match(/^\| `new` .*\| – \| create \|/m);
  });

  it("shows of long values where they differ", () => {
    const id = (name: string) => ({ sourceResourceId: `/subscriptions/${"0".repeat(150)}/virtualMachines/${name}` });
    const comment = commentOn([
      step("update", protection, "p", id("before"), id("after"), {
        detailedDiff: { sourceResourceId: { diffKind: "update" } },
      }),
      end,
    ]);
    expect(comment).to.match(/\| `…0+\/virtualMachines\/before` \| `…0+\/virtualMachines\/after` \|/);
  });

  it("shows no green sign when protections go with their machines", () => {
    const comment = commentOn([
      step("delete", machine, "m", { instanceId: "i-1" }, null),
      step("delete", protection, "p", covered, null),
      end,
    ]);
    expect(comment).to.contain("## 🟡 ").and.contain("**1 protection goes with its machine**: `p`");
    expect(comment).to.contain("rehearse-destroy");
  });

  it("says why a preview failed that tells nothing itself, by what was printed beside it", () => {
    const reader = new PreviewReader();
    reader.add(JSON.stringify({ sequence: 0, cancelEvent: {} }));
    const preview = reader.end();
    const bare = prComment(preview, nowhere);
    expect(bare).to.contain(": failed").and.contain("the log of its run tells");
    const printed = "warning: using pulumi-language-yaml from $PATH at /x\n\u001b[31merror:\u001b[0m no @stack <b>\n";
    const comment = prComment(preview, nowhere, printed);
    expectSoundComment(comment);
    expect(comment).to.contain("**failed**: 1 error").and.contain("<pre>error: no @&#8203;stack &lt;b&gt;</pre>");
    expect(comment.split("\n")).to.include("- ❌ The preview **failed**: 1 error");
  });

  it("says so when events are missing that the preview counted", () => {
    const counts = { summaryEvent: { resourceChanges: { same: 2, create: 1 }, result: "succeeded" } };
    const comment = commentOn([step("create", machine, "m", null, { instanceId: "i-1" }), counts]);
    expect(comment).to.contain(": incomplete").and.contain("2 steps more than it holds");
    expect(comment).to.not.contain("### Without protection");
  });

  it("counts a mandatory policy that is violated as an error", () => {
    const policyEvent = {
      message: "no copy",
      policyName: "copies",
      policyPackName: "backup",
      enforcementLevel: "mandatory",
    };
    const comment = commentOn([{ policyEvent }, end]);
    expect(comment).to.contain("The preview **failed**: 1 error").and.contain("backup: copies: no copy");
  });
});
