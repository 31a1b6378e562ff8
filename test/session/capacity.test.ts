import { expect } from "chai";
import { cloudOf } from "../../provider/engine/capacity";
import { operations } from "../../provider/engine/operations";
import { resources } from "../../provider/registry";
import { changesOf, emptyState, FakePulumi } from "../support/fake-pulumi";
import { TestEngine } from "../support/test-engine";
import { declare } from "./life";

const trust = {
  Version: "1",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } }],
};
const role = declare("role", "ram:Role", { assumeRolePolicyDocument: trust });
const vault = (tags: Record<string, string>) =>
  declare("vault", "recoveryservices:Vault", { resourceGroupName: "backup", location: "westeurope", tags });

describe("a cloud that throttles (A-80)", () => {
  it("is known for every resource and operation", () => {
    const expected: Record<string, string> = { ecs: "alibaba", hbr: "alibaba", ram: "alibaba", kms: "alibaba" };
    const modules = [...resources.map(({ token }) => token.split(":")[1] ?? ""), ...operations.map((o) => o.product)];
    for (const module of modules) expect(cloudOf(module), module).to.equal(expected[module] ?? "azure");
    expect(cloudOf("toString")).to.equal(undefined);
  });

  it("throttles its own resources at every step of their lives, and never the other cloud's", async () => {
    const engine = await TestEngine.inMemory();
    const pulumi = new FakePulumi(() => engine.open());
    const { state } = await pulumi.up([role, vault({})], emptyState);
    await engine.call("setFault", { kind: "THROTTLING", seconds: "3600" });

    const changed = await pulumi.up([vault({ team: "db" })], state);
    expect(changed.failure?.error).to.include({ rule: "A-80", code: "Throttling.User" });
    expect(changesOf(changed).map(({ operation, urn }) => `${operation} ${urn.split("::").at(-1)}`)).to.deep.equal([
      "update vault",
    ]);
    const made = await pulumi.up([vault({})], emptyState);
    expect(made.failure).to.equal(undefined);
    const destroyed = await pulumi.destroy(made.state);
    expect(destroyed.failure).to.equal(undefined);
    expect(await engine.ask(({ store }) => store.count("vault"), undefined)).to.equal(0);

    const refused = await pulumi.up([role], emptyState);
    expect(refused.failure?.error).to.include({ rule: "A-80" });
  });
});
