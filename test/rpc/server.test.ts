import { type ServiceError, status } from "@grpc/grpc-js";
import {
  CallRequest,
  CheckRequest,
  GetMappingRequest,
  GetMappingsRequest,
  ListRequest,
  ParameterizeRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import { expect } from "chai";
import { Archive, Asset, OutputValue, ResourceReference, Secret, unknown } from "../../provider/definition/value";
import type * as contract from "../../provider/session/contract";
import { fakeSession, recorder } from "../support/fake-session";
import { ProviderClient, urnOf } from "../support/provider-client";
import { captureErrors, failureOf } from "./failure";

const urn = urnOf("cloudbackup:ecs:Thing", "thing");
const type = "cloudbackup:ecs:Thing";
const none = { changes: "none", detailedDiff: {}, replaces: [], stables: [], deleteBeforeReplace: false } as const;

describe("the provider's calls", () => {
  const bugs = captureErrors();
  let client: ProviderClient | undefined;
  const serve = async (parts: Partial<contract.Session> = {}): Promise<ProviderClient> => {
    client = await ProviderClient.serve(() => fakeSession(parts));
    return client;
  };
  afterEach(async () => {
    await client?.close();
    client = undefined;
  });

  it("Handshake tells what the provider takes, and needs no session", async () => {
    client = await ProviderClient.serve(() => {
      throw new Error("a session was made");
    });
    const flags = {
      acceptSecrets: true,
      acceptResources: true,
      acceptOutputs: true,
      supportsAutonamingConfiguration: true,
    };
    expect(await client.handshake()).to.deep.equal(flags);
    expect(await client.handshake()).to.deep.equal(flags);
  });

  it("Configure answers the same flags, and hands over the arguments with their secrets", async () => {
    const configure = recorder<contract.ConfigureRequest, void>(undefined);
    await serve({ configure: configure.method });
    const flags = await client?.configure({ accountId: "1", key: new Secret("k") }, "urn:p");
    expect(flags).to.deep.equal({
      acceptsecrets: true,
      supportspreview: true,
      acceptresources: true,
      acceptoutputs: true,
      supportsAutonamingConfiguration: true,
    });
    await client?.configure({});
    expect(configure.requests).to.deep.equal([
      { urn: "urn:p", args: { accountId: "1", key: new Secret("k") } },
      { urn: undefined, args: {} },
    ]);
  });

  it("GetPluginInfo and GetSchema answer the session's", async () => {
    await serve({ schema: () => '{"name":"cloudbackup"}', version: () => "4.5.6" });
    expect(await client?.version()).to.equal("4.5.6");
    expect(await client?.getSchema()).to.equal('{"name":"cloudbackup"}');
  });

  it("GetSchema refuses another format version, and subpackages", async () => {
    await serve();
    expect((await failureOf(client?.getSchema(1))).code).to.equal(status.INVALID_ARGUMENT);
    expect((await failureOf(client?.getSchema(0, "sub"))).code).to.equal(status.INVALID_ARGUMENT);
  });

  it("GetMapping and GetMappings know none", async () => {
    const { stub } = await serve();
    await new Promise<void>((resolve, reject) => {
      stub.getMapping(new GetMappingRequest().setKey("terraform"), (error, response) => {
        if (error !== null) reject(error);
        else resolve(expect(response.toObject()).to.deep.equal({ provider: "", data: "" }) as never);
      });
    });
    await new Promise<void>((resolve, reject) => {
      stub.getMappings(new GetMappingsRequest().setKey("terraform"), (error, response) => {
        if (error !== null) reject(error);
        else resolve(expect(response.toObject()).to.deep.equal({ providersList: [] }) as never);
      });
    });
  });

  it("Call, Parameterize and List are not implemented", async () => {
    const { stub } = await serve();
    const codes = await Promise.all([
      new Promise((resolve) => stub.call(new CallRequest(), (error) => resolve(error?.code))),
      new Promise((resolve) => stub.parameterize(new ParameterizeRequest(), (error) => resolve(error?.code))),
      new Promise((resolve) =>
        stub.list(new ListRequest()).on("error", (error) => resolve((error as ServiceError).code)),
      ),
    ]);
    expect(codes).to.deep.equal(Array(3).fill(status.UNIMPLEMENTED));
  });

  it("CheckConfig and DiffConfig hand over and answer", async () => {
    const check = recorder<contract.CheckConfigRequest, contract.CheckResult>({
      inputs: { region: "r", version: "1.0.0" },
      failures: [{ property: "clock", reason: "no" }],
    });
    const diff = recorder<contract.DiffConfigRequest, contract.DiffResult>(none);
    await serve({ checkConfig: check.method, diffConfig: diff.method });
    const provider = urnOf("pulumi:providers:cloudbackup", "default");
    expect(await client?.checkConfig({ region: unknown }, { region: "r" })).to.deep.equal({
      inputs: { region: "r", version: "1.0.0" },
      failures: [{ property: "clock", reason: "no" }],
    });
    expect(check.requests).to.deep.equal([{ urn: provider, olds: { region: "r" }, news: { region: unknown } }]);
    await client?.diffConfig({ olds: { a: 1 }, oldInputs: { a: 2 }, news: { a: 3 } });
    expect(diff.requests).to.deep.equal([{ urn: provider, olds: { a: 1 }, oldInputs: { a: 2 }, news: { a: 3 } }]);
  });

  it("Check hands over everything, and answers inputs with unknowns and failures", async () => {
    const check = recorder<contract.CheckRequest, contract.CheckResult>({
      inputs: { a: unknown, b: new Secret([unknown]) },
      failures: [
        { property: "a.b[0]", reason: "too long\n  fix: shorten it" },
        { property: "", reason: "whole" },
      ],
    });
    await serve({ check: check.method });
    const news = {
      secret: new Secret({ a: null }),
      asset: new Asset({ text: "x", hash: "h" }),
      archive: new Archive({ path: "p" }),
      reference: new ResourceReference("urn:a", unknown, undefined),
      output: new OutputValue(1, true, ["urn:b"]),
      unknown,
    };
    const randomSeed = Uint8Array.from({ length: 32 }, (_, index) => index);
    const answer = await client?.check({
      urn,
      news,
      olds: { old: 1 },
      randomSeed,
      autonaming: { proposedName: "thing-1", mode: "enforce" },
    });
    expect(answer).to.deep.equal(await check.method({} as never));
    const [request] = check.requests;
    expect({ ...request, randomSeed: [...(request?.randomSeed ?? [])] }).to.deep.equal({
      urn,
      type,
      name: "thing",
      olds: { old: 1 },
      news,
      randomSeed: [...randomSeed],
      autonaming: { proposedName: "thing-1", mode: "enforce" },
    });
  });

  it("Check takes calls of older engines: no type, no seed, no autonaming", async () => {
    const check = recorder<contract.CheckRequest, contract.CheckResult>({ inputs: {}, failures: [] });
    const { stub } = await serve({ check: check.method });
    const message = new CheckRequest().setUrn(urnOf(`cloudbackup:a:Parent$${type}`, "a::b"));
    await new Promise((resolve, reject) =>
      stub.check(message, (error, reply) => (error ? reject(error) : resolve(reply))),
    );
    expect(check.requests[0]).to.deep.include({
      type,
      olds: {},
      news: {},
      randomSeed: undefined,
      autonaming: undefined,
    });
  });

  it("Diff answers the top-level names of what changes", async () => {
    const result: contract.DiffResult = {
      changes: "some",
      detailedDiff: {
        "rules[0].days": { kind: "update", inputDiff: true },
        "rules[1]": { kind: "add", inputDiff: true },
        'tags["a.b"]': { kind: "deleteReplace", inputDiff: false },
        '["x.y"].z': { kind: "addReplace", inputDiff: true },
        name: { kind: "updateReplace", inputDiff: true },
        old: { kind: "delete", inputDiff: true },
      },
      replaces: ["tags", "x.y", "name"],
      stables: ["arn"],
      deleteBeforeReplace: true,
    };
    const diff = recorder<contract.DiffRequest, contract.DiffResult>(result);
    await serve({ diff: diff.method });
    const request = {
      urn,
      id: "i",
      olds: { a: 1 },
      oldInputs: { a: 2 },
      news: { a: unknown },
      ignoreChanges: ["b[*].c"],
    };
    expect(await client?.diff(request)).to.deep.equal({ ...result, diffs: ["rules", "tags", "x.y", "name", "old"] });
    expect(diff.requests).to.deep.equal([{ ...request, type }]);
  });

  it("Diff without a change says so", async () => {
    await serve();
    const answer = await client?.diff({ urn, id: "i", olds: {}, oldInputs: {}, news: {} });
    expect(answer).to.deep.equal({ ...none, diffs: [] });
  });

  it("Create answers unknowns in a preview only", async () => {
    const create = recorder<contract.CreateRequest, contract.CreateResult>({
      id: "i-1",
      properties: { a: new Secret("s"), b: [unknown] },
    });
    await serve({ create: create.method });
    expect(await client?.create({ urn, properties: { a: 1 }, preview: true, timeoutInSeconds: 1.5 })).to.deep.equal({
      id: "i-1",
      properties: { a: new Secret("s"), b: [unknown] },
    });
    const { signal, ...request } = create.requests[0] as contract.CreateRequest;
    expect(request).to.deep.equal({ urn, type, properties: { a: 1 }, preview: true, timeoutInSeconds: 1.5 });
    expect(signal.aborted).to.equal(false);
    const failure = await failureOf(client?.create({ urn, properties: {} }));
    expect(failure.code).to.equal(status.INTERNAL);
    expect(failure.details).to.equal(
      "bug in cloudbackup: property b[0]: an unknown value where every value must be known",
    );
    expect(bugs).to.have.length(1);
    expect(bugs[0]).to.match(/property b\[0\].*\n +at /);
  });

  it("Read tells an import, a refresh and an empty state apart", async () => {
    const read = recorder<contract.ReadRequest, contract.ReadResult>({
      id: "i-2",
      properties: { a: 1 },
      inputs: { b: 2 },
    });
    await serve({ read: read.method });
    const answer = { id: "i-2", properties: { a: 1 }, inputs: { b: 2 } };
    expect(await client?.read({ urn, id: "i-1" })).to.deep.equal(answer);
    expect(await client?.read({ urn, id: "i-1", properties: { a: 1 }, inputs: {} })).to.deep.equal(answer);
    expect(await client?.read({ urn, id: "i-1", properties: {} })).to.deep.equal(answer);
    expect(read.requests.map(({ properties, inputs }) => ({ properties, inputs }))).to.deep.equal([
      { properties: undefined, inputs: undefined },
      { properties: { a: 1 }, inputs: {} },
      { properties: {}, inputs: undefined },
    ]);
    expect(read.requests[0]).to.deep.include({ urn, id: "i-1", type });
  });

  it("Read says gone with neither an id nor properties", async () => {
    await serve({ read: async () => undefined });
    expect(await client?.read({ urn, id: "i-1", properties: { a: 1 }, inputs: {} })).to.equal(undefined);
  });

  it("Update and Delete hand over everything", async () => {
    const update = recorder<contract.UpdateRequest, contract.UpdateResult>({ properties: { a: unknown } });
    const remove = recorder<contract.DeleteRequest, void>(undefined);
    await serve({ update: update.method, delete: remove.method });
    const state = { urn, id: "i-1", olds: { a: 1 }, oldInputs: { a: 2 }, news: { a: 3 } };
    const answer = await client?.update({ ...state, preview: true, ignoreChanges: ["a"], timeoutInSeconds: 60 });
    expect(answer).to.deep.equal({ properties: { a: unknown } });
    const { signal, ...updated } = update.requests[0] as contract.UpdateRequest;
    expect(updated).to.deep.equal({ ...state, type, preview: true, ignoreChanges: ["a"], timeoutInSeconds: 60 });
    expect((await failureOf(client?.update(state))).code).to.equal(status.INTERNAL);
    await client?.delete({ urn, id: "i-1", properties: { a: 1 }, oldInputs: { a: 2 } });
    const { signal: deleting, ...deleted } = remove.requests[0] as contract.DeleteRequest;
    expect(deleted).to.deep.equal({
      urn,
      id: "i-1",
      type,
      properties: { a: 1 },
      oldInputs: { a: 2 },
      timeoutInSeconds: 0,
    });
    expect([signal.aborted, deleting.aborted]).to.deep.equal([false, false]);
  });

  it("Invoke answers a result, or failures without one", async () => {
    const results: contract.InvokeResult[] = [
      { result: { a: new Secret(1) }, failures: [] },
      { result: undefined, failures: [{ property: "days", reason: "not a number" }] },
    ];
    const requests: contract.InvokeRequest[] = [];
    await serve({
      invoke: async (request) => {
        requests.push(request);
        return results[requests.length - 1] as contract.InvokeResult;
      },
    });
    expect(await client?.invoke("cloudbackup:hbr:getThing", { days: 1 }, true)).to.deep.equal(results[0]);
    expect(await client?.invoke("cloudbackup:hbr:getThing")).to.deep.equal(results[1]);
    expect(requests[0]).to.deep.equal({ token: "cloudbackup:hbr:getThing", args: { days: 1 }, preview: true });
  });

  it("takes and sends messages far above gRPC's default limit", async () => {
    await serve();
    const properties = { text: "ä".repeat(5 * 1024 * 1024) };
    const created = await client?.create({ urn, properties });
    expect(created?.properties.text === properties.text).to.equal(true);
  });

  it("answers many calls at once, each its own", async () => {
    let running = 0;
    let most = 0;
    await serve({
      create: async ({ properties }) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running--;
        return { id: `id-${properties.index}`, properties };
      },
    });
    const indices = Array.from({ length: 200 }, (_, index) => index);
    const created = await Promise.all(indices.map((index) => client?.create({ urn, properties: { index } })));
    expect(created.map((answer) => answer?.id)).to.deep.equal(indices.map((index) => `id-${index}`));
    expect(most).to.be.greaterThan(50);
  });
});
