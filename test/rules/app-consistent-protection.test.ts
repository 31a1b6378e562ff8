import { expect } from "chai";
import * as fc from "fast-check";
import { checkInputs } from "../../provider/definition/check";
import {
  type Child,
  ChildOutput,
  type ComponentInputs,
  Given,
  type Template,
} from "../../provider/definition/component";
import { formatFinding } from "../../provider/definition/finding";
import { formatPath } from "../../provider/definition/path";
import { isList, unwrap } from "../../provider/definition/plain";
import { type PropertyMap, Unknown, unknown } from "../../provider/definition/value";
import { appConsistentProtectionComponent as component } from "../../provider/resources/hbr/app-consistent-protection";
import { groupForScripts } from "../../provider/resources/shared/script-groups";

const rules = [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 }];
const scripts = { preScript: { content: "freeze" }, postScript: { content: "thaw" } };

/** Inputs as a component gets to see them; the test's own must be right, each by itself. */
function checked(inputs: PropertyMap): ComponentInputs {
  const result = checkInputs(component.inputs, inputs);
  expect(result.failures.map(formatFinding)).to.deep.equal([]);
  return unwrap(result.inputs).value as ComponentInputs;
}

/** `<input>`, `child.output`, `?` for an unknown, else JSON. */
function written(template: Template): string {
  if (template instanceof Given) return `<${formatPath(template.path)}>`;
  if (template instanceof ChildOutput) return `${template.child}.${template.property}`;
  if (template instanceof Unknown) return "?";
  if (template === null || typeof template !== "object") return JSON.stringify(template);
  if (isList(template)) return `[${template.map(written).join(", ")}]`;
  const members = Object.entries(template).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${name}: ${written(member as Template)}`).join(", ")}}`;
}

/** A child in one line, with those inputs that a test looks at. */
function line({ name, token, inputs }: Child, ...properties: string[]): string {
  const shown = properties.filter((property) => inputs[property] !== undefined);
  const values = shown.map((property) => `${property}=${written(inputs[property] as Template)}`);
  return [name, token.replace("cloudbackup:", ""), ...values].join(" ");
}

const wiring = [
  ...["roleName", "policyName", "ramRoleName", "instanceIds", "instanceId", "policyId", "scriptDeploymentId"],
  ...["rules", "allDisks", "diskIdList"],
];

describe("hbr:AppConsistentProtection", () => {
  it("makes both steps of the procedure, each resource wired to the one before", () => {
    const { children, outputs } = component.build(checked({ instanceIds: ["i-a", "i-b"], ...scripts, rules }));
    expect(children.map((child) => line(child, ...wiring)).join("\n")).to.equal(
      [
        "snapshot-role ram:Role roleName=<ramRoleName>",
        "snapshot-policy ram:Policy policyName=<ramPolicyName>",
        "snapshot-grant ram:RolePolicyAttachment roleName=snapshot-role.roleName policyName=snapshot-policy.policyName",
        "role-attachment ecs:RamRoleAttachment ramRoleName=snapshot-grant.roleName instanceIds=<instanceIds>",
        "scripts-1 ecs:ScriptDeployment instanceIds=[<instanceIds[1]>]",
        "scripts-4 ecs:ScriptDeployment instanceIds=[<instanceIds[0]>]",
        "policy hbr:Policy policyName=<policyName> rules=<rules>",
        "i-a hbr:InstanceProtection ramRoleName=role-attachment.ramRoleName instanceId=<instanceIds[0]> " +
          "policyId=policy.policyId scriptDeploymentId=scripts-4.id allDisks=true diskIdList=<diskIdLists.i-a>",
        "i-b hbr:InstanceProtection ramRoleName=role-attachment.ramRoleName instanceId=<instanceIds[1]> " +
          "policyId=policy.policyId scriptDeploymentId=scripts-1.id allDisks=true diskIdList=<diskIdLists.i-b>",
      ].join("\n"),
    );
    expect(Object.entries(outputs).map(([name, output]) => `${name}=${written(output as Template)}`)).to.deep.equal([
      "roleName=role-attachment.ramRoleName",
      "policyId=policy.policyId",
      "protectionIds={i-a: i-a.protectionId, i-b: i-b.protectionId}",
      "achievedLevels={i-a: i-a.achievedLevel, i-b: i-b.achievedLevel}",
      "scriptDeploymentIds={i-a: scripts-4.id, i-b: scripts-1.id}",
    ]);
  });

  it("trusts ECS and grants what the document's AppSnapshotPolicy grants", () => {
    const [role, policy] = component.build(checked({ instanceIds: ["i-a"], policyId: "po-1" })).children;
    expect(role?.inputs.assumeRolePolicyDocument).to.deep.equal({
      Version: "1",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } }],
    });
    const actions = ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:TagResources", "ecs:DescribeDisks"];
    expect(policy?.inputs.policyDocument).to.deep.equal({
      Version: "1",
      Statement: [{ Effect: "Allow", Action: actions, Resource: ["*"], Condition: {} }],
    });
  });

  const variants: readonly (readonly [string, PropertyMap, readonly string[]])[] = [
    [
      "an existing policy, no scripts",
      { instanceIds: ["i-a"], policyId: "po-1" },
      ["i-a hbr:InstanceProtection policyId=<policyId> allDisks=true"],
    ],
    [
      "a list of disks for one machine",
      { instanceIds: ["i-a", "i-b"], policyId: "po-1", diskIdLists: { "i-b": ["d-1"] } },
      [
        "i-a hbr:InstanceProtection policyId=<policyId> allDisks=true",
        "i-b hbr:InstanceProtection policyId=<policyId> allDisks=false",
      ],
    ],
    [
      "lists of disks that are not known yet",
      { instanceIds: ["i-a"], policyId: unknown, diskIdLists: unknown },
      ["i-a hbr:InstanceProtection policyId=<policyId> allDisks=?"],
    ],
    [
      "scripts that are not known yet",
      { instanceIds: ["i-a"], policyId: "po-1", preScript: unknown, postScript: unknown },
      [
        "scripts-4 ecs:ScriptDeployment",
        "i-a hbr:InstanceProtection policyId=<policyId> scriptDeploymentId=scripts-4.id allDisks=true",
      ],
    ],
    ["machines that are not known yet", { instanceIds: unknown, policyId: "po-1", ...scripts }, []],
    [
      "one machine that is not known yet: the role of the others is as uncertain",
      { instanceIds: [unknown, "i-a"], policyId: "po-1" },
      ["i-a hbr:InstanceProtection ramRoleName=? policyId=<policyId> allDisks=true"],
    ],
  ];
  for (const [what, inputs, expected] of variants) {
    it(`makes, after step 1, of ${what}`, () => {
      const { children, outputs } = component.build(checked(inputs));
      const shown = ["policyId", "scriptDeploymentId", "allDisks"];
      const isWhole = outputs.protectionIds !== unknown;
      const lines = children.slice(4).map((child) => line(child, ...(isWhole ? shown : ["ramRoleName", ...shown])));
      expect(lines).to.deep.equal(expected);
      if (!isWhole) expect([outputs.achievedLevels, outputs.scriptDeploymentIds]).to.deep.equal([unknown, unknown]);
    });
  }

  const many = Array.from({ length: 100 }, (_, index) => `i-${index}`);
  const refusals: readonly (readonly [string, PropertyMap, readonly string[]])[] = [
    ["100 machines", { instanceIds: many, policyId: "po-1" }, ["instanceIds A-49"]],
    ["100 machines, one unknown", { instanceIds: [unknown, ...many.slice(1)], rules }, ["instanceIds A-49"]],
    ["a machine twice", { instanceIds: ["i-a", "i-b", "i-a"], rules }, ["instanceIds[2] A-30"]],
    ["one script", { instanceIds: ["i-a"], rules, preScript: { content: "x" } }, ["postScript A-14"]],
    ["the other script", { instanceIds: ["i-a"], rules, postScript: unknown }, ["preScript A-14"]],
    ["no policy", { instanceIds: ["i-a"] }, ["policyId "]],
    ["two policies", { instanceIds: ["i-a"], policyId: unknown, rules }, ["rules A-30"]],
    ["a name for an existing policy", { instanceIds: ["i-a"], policyId: "po-1", policyName: "x" }, ["policyName "]],
    [
      "disks of another machine",
      { instanceIds: ["i-a"], rules, diskIdLists: { "i-x": ["d-1"] }, excludeDiskIdLists: { "i.y": ["d-2"] } },
      ["diskIdLists.i-x A-22", 'excludeDiskIdLists["i.y"] A-22'],
    ],
    [
      "a machine in both lists of disks",
      { instanceIds: ["i-a"], rules, diskIdLists: { "i-a": ["d-1"] }, excludeDiskIdLists: { "i-a": ["d-2"] } },
      ["excludeDiskIdLists.i-a A-22"],
    ],
    ["all of it right", { instanceIds: many.slice(1), rules, ...scripts, diskIdLists: { "i-7": ["d-1"] } }, []],
    ["disks of what may be a machine", { instanceIds: unknown, rules, diskIdLists: { "i-x": ["d-1"] } }, []],
  ];
  for (const [what, inputs, expected] of refusals) {
    it(`${expected.length === 0 ? "takes" : "refuses"} ${what}`, () => {
      const findings = component.check?.(checked(inputs)) ?? [];
      expect(findings.map(({ path, rule }) => `${path} ${rule}`)).to.deep.equal(expected);
      for (const finding of findings) expect(finding.remedy, finding.message).to.be.a("string");
    });
  }

  const machineIds = fc.uniqueArray(fc.stringMatching(/^i-[a-z0-9]{4,20}$/), { minLength: 1, maxLength: 98 });

  it("never moves a machine from one script deployment to another when one is added anywhere", () => {
    const groupOf = (ids: readonly string[]) =>
      new Map(
        groupForScripts(ids).flatMap(({ number, instanceIds }) => instanceIds.map((id) => [id, number] as const)),
      );
    fc.assert(
      fc.property(machineIds, fc.nat(), (ids, place) => {
        const at = place % ids.length;
        const after = groupOf(ids);
        const before = groupOf(ids.toSpliced(at, 1));
        expect([...after.keys()].sort()).to.deep.equal([...ids].sort());
        for (const [id, number] of before) expect(after.get(id)).to.equal(number);
      }),
    );
  });

  it("puts at most 50 machines into one deployment, even when all of them belong there", () => {
    const all = Array.from({ length: 5000 }, (_, index) => `i-${index}`);
    const sameHome = all.filter((id) => groupForScripts([id])[0]?.number === 4).slice(0, 99);
    const groups = groupForScripts(sameHome);
    expect(groups.map(({ number, instanceIds }) => `${number}: ${instanceIds.length}`)).to.deep.equal([
      "1: 49",
      "4: 50",
    ]);
  });
});
