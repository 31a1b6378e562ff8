import { expect } from "chai";
import { decide, missingActions, trustsService } from "../../provider/engine/alibaba/ram-document";
import type { Json } from "../../provider/store/tables";

const disk = "acs:ecs:cn-hangzhou:1000000000000001:disk/d-1";

function document(...statements: object[]): Json {
  return { Version: "1", Statement: statements } as unknown as Json;
}

const allow = (action: string | string[], resource: string | string[] = "*") => ({
  Effect: "Allow",
  Action: action,
  Resource: resource,
});
const deny = (action: string, rest: object = {}) => ({ Effect: "Deny", Action: action, Resource: "*", ...rest });
const condition = { Condition: { IpAddress: { "acs:SourceIp": "10.0.0.0/8" } } };

const rows: readonly (readonly [what: string, documents: readonly Json[], action: string, allowed: boolean])[] = [
  ["nothing says yes", [], "ecs:DescribeDisks", false],
  ["the action itself", [document(allow("ecs:DescribeDisks"))], "ecs:DescribeDisks", true],
  ["actions ignore case", [document(allow("ECS:describedisks"))], "ecs:DescribeDisks", true],
  ["a wildcard at the end", [document(allow("ecs:Describe*"))], "ecs:DescribeDisks", true],
  ["a wildcard for all", [document(allow("*"))], "ecs:DescribeDisks", true],
  ["a mark for one character", [document(allow("ecs:DescribeDisk?"))], "ecs:DescribeDisks", true],
  ["a mark is not no character", [document(allow("ecs:DescribeDisks?"))], "ecs:DescribeDisks", false],
  ["a dot is a dot", [document(allow("ecs.DescribeDisks"))], "ecs:DescribeDisks", false],
  ["the disk itself", [document(allow("ecs:*", disk))], "ecs:DescribeDisks", true],
  ["another disk", [document(allow("ecs:*", disk.replace("d-1", "d-2")))], "ecs:DescribeDisks", false],
  ["resources mind case", [document(allow("ecs:*", disk.toUpperCase()))], "ecs:DescribeDisks", false],
  ["all disks", [document(allow("ecs:*", "acs:ecs:*:*:disk/*"))], "ecs:DescribeDisks", true],
  ["Deny wins", [document(allow("*"), deny("ecs:DescribeDisks"))], "ecs:DescribeDisks", false],
  ["Deny of another policy wins", [document(deny("ecs:*")), document(allow("*"))], "ecs:DescribeDisks", false],
  ["Deny of something else", [document(allow("*"), deny("ecs:TagResources"))], "ecs:DescribeDisks", true],
  ["an Allow with a condition does not count", [document({ ...allow("*"), ...condition })], "ecs:DescribeDisks", false],
  ["an empty condition is none", [document({ ...allow("*"), Condition: {} })], "ecs:DescribeDisks", true],
  ["a Deny with a condition counts", [document(allow("*"), deny("*", condition))], "ecs:DescribeDisks", false],
  ["all but one", [document({ Effect: "Allow", NotAction: "ecs:Tag*", Resource: "*" })], "ecs:DescribeDisks", true],
  [
    "the one of all but one",
    [document({ Effect: "Allow", NotAction: "ecs:Tag*", Resource: "*" })],
    "ecs:TagResources",
    false,
  ],
];

const four = ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:TagResources", "ecs:DescribeDisks"];

describe("RAM documents", () => {
  for (const [what, documents, action, allowed] of rows) {
    it(`${what}: ${action} is ${allowed ? "allowed" : "not"}`, () => {
      expect(decide(documents, action, disk).decision === "allowed").to.equal(allowed);
    });
  }

  it("the policy of the documents lacks nothing, and names what is taken out of it", () => {
    expect(missingActions([document(allow(four))], [disk])).to.deep.equal([]);
    for (const action of four) {
      expect(missingActions([document(allow(four.filter((each) => each !== action)))], [disk])).to.deep.equal([action]);
    }
  });

  it("a wildcard that is needed is not met by the actions that exist today", () => {
    const today = ["ecs:CreateSnapshot", "ecs:CreateSnapshotGroup"];
    const others = four.filter((action) => action !== "ecs:CreateSnapshot*");
    expect(missingActions([document(allow([...others, ...today]))], [disk])).to.deep.equal(["ecs:CreateSnapshot*"]);
  });

  it("every disk needs all of them", () => {
    const other = disk.replace("d-1", "d-2");
    expect(missingActions([document(allow(four, disk))], [disk, other])).to.deep.equal(four);
  });

  const trust = (rest: object) =>
    document({ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] }, ...rest });
  const trusts: readonly (readonly [what: string, document: Json, trusted: boolean])[] = [
    ["the service", trust({}), true],
    ["the service as a text", trust({ Principal: { Service: "ecs.aliyuncs.com" } }), true],
    ["another service", trust({ Principal: { Service: ["fc.aliyuncs.com"] } }), false],
    ["a user", trust({ Principal: { RAM: ["acs:ram::1:root"] } }), false],
    ["with a condition", trust(condition), false],
    ["a refusal", trust({ Effect: "Deny" }), false],
  ];
  for (const [what, trusting, trusted] of trusts) {
    it(`${what} ${trusted ? "is" : "is not"} trust in ECS`, () => {
      expect(trustsService(trusting, "ecs.aliyuncs.com")).to.equal(trusted);
    });
  }
});
