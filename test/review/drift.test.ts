import { readFileSync } from "node:fs";
import { expect } from "chai";
import { classifyDrift } from "../../provider/review/drift";
import { meaningOf } from "../../provider/review/drift-meaning";
import type { Step } from "../../provider/review/step";
import { inWords } from "./drift-row";
import { driftRowsOfAlibaba } from "./drift-rows-alibaba";
import { driftRowsOfAzure } from "./drift-rows-azure";
import { driftRowsOfPolicies } from "./drift-rows-policy";
import { changed, gone, same } from "./drift-steps";

function only(steps: readonly Step[]) {
  const [resource] = classifyDrift(steps).resources;
  if (resource === undefined) throw new Error("no drift");
  return resource;
}

describe("what a drift means", () => {
  for (const { title, steps, expected } of [...driftRowsOfPolicies, ...driftRowsOfAlibaba, ...driftRowsOfAzure]) {
    const type = steps
      .find(({ operation }) => operation !== "same")
      ?.type.split(":")
      .at(-1);
    it(`${type}: ${title}`, () => {
      const resource = only(steps);
      const [worst] = resource.findings;
      expect([resource.class, worst?.what, worst?.rule, inWords(worst?.amount)]).to.deep.equal(expected);
    });
  }

  it("has considered every property of every resource", () => {
    const schema = JSON.parse(readFileSync("schema.json", "utf8")) as {
      resources: Record<string, { inputProperties?: object; properties?: object }>;
    };
    const properties = Object.entries(schema.resources).flatMap(([type, { inputProperties, properties }]) =>
      Object.keys({ ...inputProperties, ...properties }).map((property) => [type, property] as const),
    );
    expect(properties).to.have.length.greaterThan(250);
    const missing = properties.filter(([type, property]) => meaningOf(type, property) === undefined);
    expect(missing.map(([type, property]) => `${type} ${property}`)).to.deep.equal([]);
  });

  it("tells a policy's machines, and where the retention of a policy is the same for all points, once", () => {
    const rules = (retention: number) => ({ rules: [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention }] });
    const machines = ["a", "b", "c", "d"].map((name) => same("hbr:InstanceProtection", name, { policyId: "p" }));
    const { findings } = only([...machines, changed("hbr:Policy", "p", rules(30), rules(7))]);
    expect(findings.map(({ what, why }) => [what, why])).to.deep.equal([
      ["retention 30 → 7 days", "for a, b, c and 1 more"],
    ]);
  });

  it("tells whether points were deleted, or broken behind the service's back", () => {
    const why = (...deleted: readonly boolean[]) => {
      const ids = deleted.map((_, index) => `s-${index}`);
      const points = ids.map((id, index) => ({ id, date: "2026-03-04", isDeleted: deleted[index] === true }));
      const lostPoints = new Map(points.map((point) => [point.id, point]));
      const change = changed("hbr:InstanceProtection", "db", { damagedPoints: [] }, { damagedPoints: ids });
      const [finding] =
        classifyDrift([change], { clocks: new Map(), successors: new Map(), lostPoints }).resources[0]?.findings ?? [];
      return [finding?.what.split(":")[0], finding?.why, finding?.rule];
    };
    const deleted = "deleted through Cloud Backup before they expired";
    expect(why(true, true)).to.deep.equal(["2 points deleted", deleted, "A-42"]);
    expect(why(false)).to.deep.equal([
      "point can't be restored",
      "snapshots were deleted outside Cloud Backup",
      "A-39",
    ]);
    const both = `${deleted}, or their snapshots outside it`;
    expect(why(true, false)).to.deep.equal(["2 points can't be restored", both, "A-39"]);
  });

  it("tells what takes the place of a binding that is gone, and by how much it is less", () => {
    const rules = (interval: string) => ({ rules: [{ ruleType: "BACKUP", schedule: `I|1767225600|${interval}` }] });
    const db = gone("hbr:InstanceProtection", "db", { policyId: "daily", achievedLevel: "APPLICATION" });
    const policies = [same("hbr:Policy", "daily", rules("P1D")), same("hbr:Policy", "weekly", rules("P7D"))];
    const told = (policyId: string, level: string) => {
      const successors = new Map([[db.urn, { policyId, level }]]);
      const facts = { clocks: new Map(), lostPoints: new Map(), successors };
      const [resource] = classifyDrift([db, ...policies], facts).resources;
      return resource?.findings.map(({ class: worst, what }) => `${worst} ${what}`);
    };
    const anew = "COSMETIC deleted, and bound anew outside the program";
    expect(told("weekly", "CRASH")).to.deep.equal([
      "WEAKENED APPLICATION → CRASH",
      "WEAKENED RPO 24 → 168 hours",
      anew,
    ]);
    expect(told("daily", "APPLICATION")).to.deep.equal([anew]);
    expect(told("po-9", "APPLICATION")).to.deep.equal([
      "WEAKENED policy daily → po-9, of which the stack knows nothing",
      anew,
    ]);
  });

  it("takes damage that expired for no drift: time alone makes none", () => {
    const expired = changed(
      "hbr:InstanceProtection",
      "db",
      { damagedPoints: ["s-1", "s-2"] },
      { damagedPoints: ["s-2"] },
    );
    const { resources, inOrder } = classifyDrift([expired]);
    expect([resources.length, inOrder]).to.deep.equal([0, 1]);
  });

  it("names the machines that a TAG rule lets go", () => {
    const tagged = { ruleType: "TAG", tagFilters: [{ key: "backup", value: "kept" }] };
    const backup = { ruleType: "BACKUP", schedule: "I|1767225600|P1D" };
    const policy = changed("hbr:Policy", "p", { rules: [backup, tagged] }, { rules: [backup] });
    const machine = same("ecs:Instance", "i-1", { tags: { backup: "kept" } });
    const why = (...steps: readonly Step[]) => classifyDrift([policy, ...steps]).resources[0]?.findings[0]?.why;
    expect([why(machine), why()]).to.deep.equal(["for i-1", "no machine of the stack"]);
  });

  it("takes a machine that leaves a group for lost, unless it was released or something else backs it up", () => {
    const ids = { instanceIds: ["i-1", "i-2"] };
    const group = changed("hbr:ConsistencyGroup", "cg", ids, { instanceIds: ["i-1"] });
    const under = same("hbr:InstanceProtection", "pair", { groupId: "cg", achievedLevel: "CRASH" });
    const classOf = (...steps: readonly Step[]) =>
      classifyDrift([group, ...steps]).resources.find(({ name }) => name === "cg")?.class;
    expect(classOf(under)).to.equal("LOST");
    expect(classOf(under, same("hbr:InstanceProtection", "own", { instanceId: "i-2" }))).to.equal("WEAKENED");
    expect(classOf(under, gone("ecs:Instance", "i-2", {}))).to.equal("WEAKENED");
  });

  it("takes another disk at the same LUN for another disk", () => {
    const at = (name: string) => ({ lun: 1, name });
    const vm = changed("compute:VirtualMachine", "/vm", { dataDisks: [at("a")] }, { dataDisks: [at("b")] });
    const item = changed(
      "recoveryservices:ProtectedItem",
      "db",
      { sourceResourceId: "/vm", coveredDisks: [at("a")] },
      { sourceResourceId: "/vm", coveredDisks: [at("b")] },
    );
    const { resources } = classifyDrift([vm, item]);
    expect(resources.map(({ name, findings }) => [name, findings[0]?.class, findings[0]?.why])).to.deep.equal([
      ["db", "WEAKENED", "no longer covered: a"],
      ["/vm", "COSMETIC", ""],
    ]);
    expect(resources[1]?.causeOf).to.have.length(1);
  });

  it("tells the date of a point, and a start that is still to come, where they are known", () => {
    const damage = changed("hbr:InstanceProtection", "db", { damagedPoints: [] }, { damagedPoints: ["s-1"] });
    const rules = (start: number) => ({ rules: [{ ruleType: "BACKUP", schedule: `I|${start}|P1D`, retention: 7 }] });
    const late = changed("hbr:Policy", "p", rules(1_767_225_600), rules(1_798_761_600));
    const facts = {
      clocks: new Map([[late.urn, 1_767_312_000]]),
      successors: new Map(),
      lostPoints: new Map([["s-1", { id: "s-1", date: "2026-03-04", isDeleted: false }]]),
    };
    const told = classifyDrift([damage, late], facts).resources.map(({ class: worst, findings }) => [
      worst,
      findings[0]?.what,
    ]);
    expect(told).to.deep.equal([
      ["LOST", "point can't be restored: 2026-03-04 (s-1)"],
      ["WEAKENED", "no backup before 2027-01-01 00:00 UTC"],
    ]);
  });
});

const reasons = (rule: string) => [{ rule, message: `${rule} is not met`, remedy: "", source: "" }];
const lowered = (name: string, rule: string, more: object, live = "FILE_SYSTEM") =>
  changed(
    "hbr:InstanceProtection",
    name,
    { ...more, achievedLevel: "APPLICATION", reasons: [] },
    { ...more, achievedLevel: live, reasons: reasons(rule) },
  );

const lying = (instanceId: string, fileMode: string) => ({
  instanceId,
  success: true,
  preScript: { path: "/tmp/prescript.sh", present: true, fileMode, fileOwner: "root", sha256: "a" },
});
const scripts = changed(
  "ecs:ScriptDeployment",
  "scripts",
  { results: [lying("i-1", "0700"), lying("i-2", "0700")] },
  { results: [lying("i-1", "0755"), lying("i-2", "0700")] },
);

function story(steps: readonly Step[]) {
  const { resources, counts } = classifyDrift(steps);
  const told = resources.map(({ name, causeOf, findings }) => {
    const word = causeOf.length > 0 ? "cause" : findings[0]?.class;
    return `${name} ${word}: ${findings[0]?.why || findings[0]?.what}`;
  });
  return { told, counted: counts.LOST + counts.WEAKENED + counts.STRONGER + counts.COSMETIC };
}

describe("cause and effect of a drift", () => {
  it("are one story when rule and machine are the same", () => {
    expect(story([scripts, lowered("db", "A-13", { instanceId: "i-1" })])).to.deep.equal({
      told: ["db WEAKENED: /tmp/prescript.sh: mode 700 → 755", "scripts cause: /tmp/prescript.sh: mode 700 → 755"],
      counted: 1,
    });
  });

  it("are two when the machine is another one, or the rule", () => {
    expect(story([scripts, lowered("db", "A-13", { instanceId: "i-2" })]).counted).to.equal(2);
    expect(story([scripts, lowered("db", "A-11", { instanceId: "i-1" })]).counted).to.equal(2);
  });

  it("one role is the cause for all that rest on it, and for nobody else", () => {
    const role = changed("ram:Role", "role", { roleName: "R", assumeRolePolicyDocument: "a" }, { roleName: "R" });
    const under = (name: string, ramRoleName: string) => lowered(name, "A-09", { instanceId: name, ramRoleName });
    const { told, counted } = story([role, under("a", "R"), under("b", "r"), under("c", "other")]);
    expect(told).to.include("role cause: assumeRolePolicyDocument removed");
    expect(counted).to.equal(3);
    const [cause] = classifyDrift([role, under("a", "R"), under("b", "r"), under("c", "other")]).resources.slice(-1);
    expect(cause?.findings[0]?.lowers).to.deep.equal(["a", "b"]);
  });

  it("a machine that was released takes all that was on it along", () => {
    const released = changed(
      "ecs:ScriptDeployment",
      "scripts",
      { results: [lying("i-1", "0700")] },
      {
        results: [{ instanceId: "i-1", success: false, message: "the machine was released" }],
      },
    );
    const steps = [
      gone("ecs:Instance", "i-1", {}),
      gone("ecs:Disk", "data", { instanceId: "i-1" }),
      released,
      lowered("db", "A-59", { instanceId: "i-1", coveredDisks: ["data"] }, "NONE"),
    ];
    expect(story(steps)).to.deep.equal({
      told: [
        "db LOST: machine i-1 released",
        "i-1 cause: machine i-1 released",
        "data cause: went with its machine",
        "scripts cause: i-1: the machine was released",
      ],
      counted: 1,
    });
  });

  it("a group's members, and a VM's framework, are found", () => {
    const group = same("hbr:ConsistencyGroup", "cg", { instanceIds: ["i-1", "i-2"] });
    const stopped = changed("ecs:Instance", "i-2", { status: "Running" }, { status: "Stopped" });
    expect(story([stopped, lowered("pair", "A-07", { groupId: "cg" }), group]).counted).to.equal(1);
    const framework = gone("compute:ScriptFramework", "f", { vmId: "/VM" });
    const asked = { sourceResourceId: "/vm", reasons: [] };
    const item = changed(
      "recoveryservices:ProtectedItem",
      "vm",
      { ...asked, requestedLevel: "APPLICATION", achievedLevel: "APPLICATION" },
      { ...asked, requestedLevel: "FILE_SYSTEM", achievedLevel: "FILE_SYSTEM" },
    );
    expect(story([framework, item])).to.deep.equal({
      told: ["vm WEAKENED: scripts and config deleted", "f cause: scripts and config deleted"],
      counted: 1,
    });
  });

  it("a role that is deleted takes along what hangs on it, and is what is told", () => {
    const steps = [
      gone("ram:Policy", "grants", { policyName: "P" }),
      gone("ram:RolePolicyAttachment", "granted", { policyName: "P", roleName: "R" }),
      gone("ecs:RamRoleAttachment", "attached", { ramRoleName: "R", instanceIds: ["i-1"] }),
      gone("ram:Role", "role", { roleName: "R" }),
      lowered("db", "A-08", { instanceId: "i-1", ramRoleName: "R" }, "CRASH"),
    ];
    const { told, counted } = story(steps);
    expect([told[0], counted]).to.deep.equal(["db WEAKENED: role R deleted", 1]);
  });

  it("what is no cause says how those stand that rest on it, and says nothing of a level that fell", () => {
    const stopped = changed("ecs:Instance", "i-1", { status: "Running" }, { status: "Stopped" });
    const on = { instanceId: "i-1", achievedLevel: "CRASH" };
    const other = lowered("fallen", "A-13", on);
    const ended = changed("hbr:InstanceProtection", "ended", { ...on, disabled: false }, { ...on, disabled: true });
    const why = (...steps: readonly Step[]) =>
      classifyDrift([stopped, ...steps]).resources.find(({ name }) => name === "i-1")?.findings[0]?.why;
    expect(why(same("hbr:InstanceProtection", "kept", on))).to.equal("kept keeps its level");
    expect(why(...["a", "b"].map((name) => same("hbr:InstanceProtection", name, on)), other, ended)).to.equal(
      "a, b keep their level; fallen fell for another reason; no backup of ended runs any more",
    );
  });

  it("a policy that went with its protections protected them until then", () => {
    const steps = [gone("hbr:Policy", "p", {}), gone("hbr:InstanceProtection", "db", { policyId: "p" })];
    expect(story(steps).told).to.include("p COSMETIC: with what used it: db");
  });

  it("are the same whatever the order in which a refresh read the resources", () => {
    const steps = [scripts, lowered("db", "A-13", { instanceId: "i-1", policyId: "p" })];
    const machines = ["a", "b"].map((name) => same("hbr:InstanceProtection", name, { policyId: "p" }));
    const rules = (retention: number) => ({ rules: [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention }] });
    const policy = changed("hbr:Policy", "p", rules(30), rules(7));
    const all = [...steps, ...machines, policy, gone("ecs:Disk", "data", { instanceId: "i-1" })];
    expect(classifyDrift([...all].reverse())).to.deep.equal(classifyDrift(all));
  });

  it("a resource that has more to tell than causes is counted for that", () => {
    const machine = changed(
      "ecs:Instance",
      "i-1",
      { status: "Running", instanceName: "a" },
      { status: "Stopped", instanceName: "b" },
    );
    const { counts } = classifyDrift([machine, lowered("db", "A-07", { instanceId: "i-1" })]);
    expect(counts).to.deep.equal({ LOST: 0, WEAKENED: 1, STRONGER: 0, COSMETIC: 1 });
  });
});

describe("a large stack's drift", () => {
  const drift = (count: number): readonly Step[] =>
    Array.from({ length: count }, (_, index) => [
      changed("ecs:Instance", `i-${index}`, { status: "Running" }, { status: "Stopped" }),
      lowered(`db-${index}`, "A-07", { instanceId: `i-${index}`, policyId: "p", ramRoleName: "r" }),
    ]).flat();

  /** Of the processor: other tests may run at the same time. */
  function milliseconds(steps: readonly Step[]): number {
    const before = process.cpuUsage();
    expect(classifyDrift(steps).counts.WEAKENED).to.equal(steps.length / 2);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }

  it("1,000 protections take less than 0.2 s, and five times as many not much more than five times that", () => {
    milliseconds(drift(100));
    const [few, many] = [drift(1_000), drift(5_000)];
    const ofFew = Math.min(...Array.from({ length: 4 }, () => milliseconds(few)));
    expect(ofFew).to.be.lessThan(200);
    expect(milliseconds(many)).to.be.lessThan(20 * Math.max(5, ofFew));
  });
});
