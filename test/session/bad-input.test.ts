import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import * as fc from "fast-check";
import Database from "libsql";
import type { PropertyMap, Value } from "../../provider/definition/value";
import { resources } from "../../provider/registry";
import { createSession } from "../../provider/session/session";
import { anyValue } from "../definition/arbitrary";
import { inventory, inventoryMachine, schedule, snapshotActions, trust } from "../e2e/procedure";
import { captureErrors, failureOf } from "../rpc/failure";
import { ProviderClient, urnOf } from "../support/provider-client";

const rules = [{ ruleType: "BACKUP", schedule, retention: 30 }];
const policyUrn = urnOf("cloudbackup:hbr:Policy", "daily");

describe("bad input", () => {
  /** A bug of the provider writes its stack here. */
  const bugs = captureErrors();
  let client: ProviderClient;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "cloudbackup-bad-input-"));
    client = await ProviderClient.serve((host) => createSession(host, () => 0));
    await client.handshake();
  });

  afterEach(async () => {
    expect(bugs).to.deep.equal([]);
    expect(await client.version()).to.match(/^\d/);
    await client.close();
    rmSync(folder, { recursive: true });
  });

  const failuresOf = async (type: string, inputs: PropertyMap): Promise<readonly string[]> => {
    const { failures } = await client.check({ urn: urnOf(`cloudbackup:${type}`, "wrong"), news: inputs });
    return failures.map(({ property, reason }) => `${property} | ${reason}`);
  };

  const makePolicy = async (): Promise<string> => {
    const { inputs, failures } = await client.check({ urn: policyUrn, news: { rules } });
    expect(failures).to.deep.equal([]);
    return (await client.create({ urn: policyUrn, properties: inputs })).id;
  };

  const retention = (days: number | undefined) => ({
    rules: [{ ruleType: "BACKUP", schedule, ...(days === undefined ? {} : { retention: days }) }],
  });

  const document = (change: object) => ({
    policyDocument: { ...snapshotActions, Statement: [{ ...snapshotActions.Statement[0], ...change }] },
  });

  const mistakes: readonly (readonly [what: string, type: string, inputs: PropertyMap, parts: readonly string[]])[] = [
    ["a permanent retention", "hbr:Policy", retention(-1), ["rules[0].retention: A-33", "fix:", "source:"]],
    ["no retention at all", "hbr:Policy", retention(undefined), ["rules[0].retention: A-33", "fix:", "source:"]],
    ["a retention of nothing", "hbr:Policy", retention(0), ["rules[0].retention: A-33", "use 1 to 364635 days"]],
    ["a negative retention", "hbr:Policy", retention(-7), ["rules[0].retention", "days, 1 to 364635"]],
    ["no rules", "hbr:Policy", {}, ["rules | missing required property", "fix: set rules to"]],
    [
      "an unknown property",
      "hbr:Policy",
      { rules, policyname: "daily" },
      ["unknown property policyname: did you mean policyName?"],
    ],
    [
      "an unknown property inside",
      "hbr:Policy",
      { rules: [{ ...rules[0], shedule: "x" }] },
      ["rules[0].shedule: unknown property shedule: did you mean schedule?"],
    ],
    ["an enum's wrong casing", "hbr:Policy", { rules, policyType: "udm_ecs_only" }, ['fix: write "UDM_ECS_ONLY"']],
    ["a number as text", "ram:Role", { assumeRolePolicyDocument: trust, maxSessionDuration: "3600" }, ["3600", "fix:"]],
    ["an unknown region", "ecs:Instance", { regionId: "cn-hangzou" }, ["regionId | A-63: unknown region cn-hangzou"]],
    ["a document that is no JSON", "ram:Policy", { policyDocument: "{" }, ["policyDocument", "JSON"]],
    ["a wrong effect", "ram:Policy", document({ Effect: "allow" }), ["$.Statement[0].Effect: must be one of Allow"]],
    ["an empty action", "ram:Policy", document({ Action: [] }), ["at $.Statement[0].Action"]],
    [
      "a statement's unknown key",
      "ram:Policy",
      document({ Ressource: "*" }),
      ['$.Statement[0]: unknown key "Ressource"'],
    ],
    [
      "a trust without principal",
      "ram:Role",
      { assumeRolePolicyDocument: snapshotActions },
      ['missing key "Principal"'],
    ],
    [
      "both ways to ask for a group",
      "hbr:InstanceProtection",
      { instanceId: inventoryMachine, policyId: "po-none", appConsistent: true, snapshotGroup: true },
      ["snapshotGroup | A-02", "ramRoleName | A-08", "policyId | EntityNotExist.Policy"],
    ],
    [
      "a machine that is not there",
      "hbr:InstanceProtection",
      { instanceId: "i-none", policyId: "po-none" },
      ["instanceId | InvalidInstanceId.NotFound", "add the machine to the provider's inventory"],
    ],
    [
      "a target of nothing",
      "hbr:RetentionOverride",
      { target: {}, retentionDays: 3, neverExpire: true },
      ["target: A-38", "retentionDays | A-38"],
    ],
    [
      "a script without content and one with a missing file",
      "ecs:ScriptDeployment",
      { instanceIds: [inventoryMachine], preScript: {}, postScript: { content: "x", path: "/tmp/prescript.sh" } },
      ["preScript", "a script needs either content or source", "postScript.path", "both scripts have the same path"],
    ],
  ];

  for (const [what, type, inputs, parts] of mistakes) {
    it(`is a check failure: ${what}`, async () => {
      await client.configure({ engineUrl: "memory:", inventory });
      const failures = await failuresOf(type, inputs);
      for (const part of parts) expect(failures.join("\n")).to.contain(part);
    });
  }

  it("is a check failure: a second binding of a machine, which names the first and leaves it alone", async () => {
    await client.configure({ engineUrl: "memory:", inventory });
    const policyId = await makePolicy();
    const [first, second] = ["first", "second"].map((name) => urnOf("cloudbackup:hbr:InstanceProtection", name));
    const news = { instanceId: inventoryMachine, policyId };
    const { inputs } = await client.check({ urn: first ?? "", news });
    const { id } = await client.create({ urn: first ?? "", properties: inputs });
    const again = await client.check({ urn: second ?? "", news });
    expect(again.failures.map((failure) => failure.property)).to.deep.equal(["instanceId"]);
    expect(again.failures[0]?.reason).to.contain("A-30").and.to.contain(id).and.to.contain("pulumi import");
    const refused = await failureOf(client.create({ urn: second ?? "", properties: inputs }));
    expect(refused.details).to.contain("Engine.InstanceAlreadyBound").and.to.contain(id);
    expect((await client.read({ urn: first ?? "", id }))?.id).to.equal(id);
  });

  for (const { token, importId } of resources) {
    it(`is refused at import: an id that is none of ${token}`, async () => {
      await client.configure({ engineUrl: "memory:", inventory });
      const error = await failureOf(client.read({ urn: urnOf(token, "imported"), id: "no id: at all/ever" }));
      expect(error.code).to.equal(status.INVALID_ARGUMENT);
      expect(error.details).to.contain(`is no id of ${token}`).and.to.contain(`ids look like ${importId.example}`);
      expect(await client.read({ urn: urnOf(token, "imported"), id: importId.example })).to.equal(undefined);
    });
  }

  describe("in the configuration", () => {
    const refusalOf = async (config: PropertyMap): Promise<string> => {
      const error = await failureOf(client.configure(config));
      expect(error.code).to.not.equal(status.INTERNAL);
      return error.details;
    };

    it("is refused: an unknown key, with a suggestion; a wrong casing; an unknown region", async () => {
      const { failures } = await client.checkConfig({
        engineurl: "memory:",
        requireConsistency: "application",
        region: "cn-hangzou",
        forecastDays: "soon",
      });
      const text = failures.map(({ property, reason }) => `${property} | ${reason}`).join("\n");
      expect(text).to.contain("unknown property engineurl: did you mean engineUrl?");
      expect(text).to.contain('fix: write "APPLICATION"');
      expect(text).to.contain("A-63: unknown region; use one of: ");
      expect(text).to.contain("forecastDays | must be");
    });

    const instance = { InstanceId: inventoryMachine, RegionId: "cn-hangzhou", ZoneId: "cn-hangzhou-a" };
    const inventories: readonly (readonly [what: string, text: string, parts: readonly string[]])[] = [
      ["that is no JSON", "[{", ["is not JSON", "use the answers of DescribeInstances"]],
      ["without machines", "{}", ["no Instances.Instance list"]],
      [
        "with missing fields, all of them told",
        JSON.stringify({ Instances: { Instance: [{ InstanceId: "i-1", RegionId: "cn-hangzhou" }, { ZoneId: "a" }] } }),
        [
          "$.Instances.Instance[0]: ZoneId is missing",
          "$.Instances.Instance[1]: InstanceId is missing",
          "$.Instances.Instance[1]: RegionId is missing",
        ],
      ],
      [
        "with a wrong status",
        JSON.stringify({ Instances: { Instance: [{ ...instance, Status: "running" }] } }),
        ["$.Instances.Instance[0].Status: must be one of"],
      ],
      [
        "with one machine twice",
        JSON.stringify({ Instances: { Instance: [instance, instance] } }),
        ["is told by $.Instances.Instance[0] too", inventoryMachine],
      ],
    ];
    for (const [what, text, parts] of inventories) {
      it(`is refused: an inventory ${what}`, async () => {
        const file = path.join(folder, "inventory.json");
        writeFileSync(file, text);
        for (const configured of [file, text]) {
          const refusal = await refusalOf({ engineUrl: "memory:", inventory: configured });
          for (const part of [...parts, "Engine.InvalidInventory", "fix:"]) expect(refusal).to.contain(part);
        }
      });
    }

    it("is refused: an inventory that is not there", async () => {
      const file = path.join(folder, "no-inventory.json");
      const refusal = await refusalOf({ engineUrl: "memory:", inventory: file });
      expect(refusal).to.contain(`${file} can't be read: there is no such file`).and.to.contain("fix:");
    });

    it("is refused: an engine's address that can't be opened, and the password is not told", async () => {
      const addresses: readonly (readonly [engineUrl: string, part: string])[] = [
        [folder, "Store.CannotOpen"],
        ["redis://localhost", "Store.UnknownScheme"],
        ["postgres://somebody:hunter2@127.0.0.1:1/backup", "Store.CannotOpen"],
      ];
      for (const [engineUrl, part] of addresses) {
        const refusal = await refusalOf({ engineUrl });
        expect(refusal, engineUrl).to.contain(part).and.to.contain("fix:").and.to.not.contain("hunter2");
      }
    });

    it("is refused: an engine of a newer version, which stays as it is", async () => {
      const engineUrl = path.join(folder, "engine.db");
      await client.configure({ engineUrl });
      await makePolicy();
      await client.configure({ engineUrl: "memory:" });
      const database = new Database(engineUrl);
      database.exec("UPDATE cloudbackup_schema SET version = 99");
      database.close();
      const refusal = await refusalOf({ engineUrl });
      expect(refusal).to.contain("Store.NewerVersion").and.to.contain(engineUrl).and.to.contain("fix:");
    });

    it("is refused: a file that is no engine", async () => {
      const file = path.join(folder, "notes.db");
      writeFileSync(file, "my notes, not a database\n".repeat(100));
      expect(await refusalOf({ engineUrl: file })).to.contain("Store.NotAnEngine");
    });
  });

  it("never makes anything but a check failure or a refusal, whatever it is", async () => {
    await client.configure({ engineUrl: "memory:", inventory });
    const right: Readonly<Record<string, PropertyMap>> = {
      "cloudbackup:ecs:ScriptDeployment": {
        instanceIds: [inventoryMachine],
        preScript: { content: "freeze" },
        postScript: { content: "thaw" },
      },
      "cloudbackup:ecs:Disk": { instanceId: inventoryMachine },
      "cloudbackup:hbr:Policy": { rules },
      "cloudbackup:hbr:InstanceProtection": { instanceId: inventoryMachine, policyId: await makePolicy() },
      "cloudbackup:hbr:Backup": { instanceId: inventoryMachine, retention: { value: 7, unit: "DAY" } },
      "cloudbackup:ram:Policy": { policyDocument: snapshotActions },
      "cloudbackup:ram:Role": { assumeRolePolicyDocument: trust },
    };
    const near: fc.Arbitrary<Value> = fc.constantFrom<Value>(inventoryMachine, schedule, "CRASH", 1, 30, true, [], {});
    const anyInputs = fc.constantFrom(...resources).chain(({ token, inputs }) => {
      const name = fc.constantFrom(...Object.keys(inputs.shape), "other");
      const wrong = fc.dictionary(name, fc.oneof(near, anyValue), { maxKeys: 3 });
      return wrong.map((changed) => ({ token, inputs: { ...right[token], ...changed } }));
    });
    let made = 0;
    await fc.assert(
      fc.asyncProperty(anyInputs, async ({ token, inputs }) => {
        const urn = urnOf(token, "any");
        const checked = await client.check({ urn, news: inputs });
        if (checked.failures.length > 0) return;
        await client.create({ urn, properties: checked.inputs, preview: true });
        made += 1;
      }),
      { numRuns: 500 },
    );
    expect(made, "programs that were right by chance").to.be.above(10);
  });
});
