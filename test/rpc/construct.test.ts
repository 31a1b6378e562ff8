import type { ServiceError } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { Alias } from "@pulumi/pulumi/proto/alias_pb";
import { InputPropertiesError } from "@pulumi/pulumi/proto/errors_pb";
import { ConfigureRequest, ConstructRequest, type ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";
import { type RegisterResourceRequest, Result } from "@pulumi/pulumi/proto/resource_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { expect } from "chai";
import { unknownSentinel } from "../../provider/definition/signature";
import { Asset, OutputValue, type PropertyMap, Secret, unknown } from "../../provider/definition/value";
import { decodeProperties } from "../../provider/rpc/decode";
import { encodeProperties } from "../../provider/rpc/encode";
import { createSession } from "../../provider/session/session";
import { type Made, MonitorServer } from "../support/monitor-server";
import { ProviderClient, urnOf } from "../support/provider-client";
import { captureErrors, failureOf } from "./failure";

const token = "cloudbackup:hbr:AppConsistentProtection";
const providerUrn = urnOf("pulumi:providers:cloudbackup", "mine");
const rules = [{ ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 30 }];
const [webUrn, dbUrn] = [urnOf("cloudbackup:ecs:Instance", "web"), urnOf("cloudbackup:ecs:Instance", "db")];
const machines = [new OutputValue("i-web", false, [webUrn]), new OutputValue("i-db", false, [dbUrn])];
const scripts = {
  preScript: { content: new Secret("freeze-now") },
  postScript: { source: new Asset({ text: "thaw" }) },
};
const inputs = { instanceIds: machines, policyId: "po-1", ...scripts };

/** Resources as this provider would make them: the inputs echoed, with what others take from them. */
function make(request: RegisterResourceRequest, given: PropertyMap): Made {
  const name = request.getName();
  const more: Record<string, PropertyMap> = {
    "cloudbackup:ram:Role": { roleName: "role-1" },
    "cloudbackup:ram:Policy": { policyName: "policy-1" },
    "cloudbackup:hbr:Policy": { policyId: "po-new" },
    "cloudbackup:hbr:InstanceProtection": { protectionId: `pd-${name}`, achievedLevel: "APPLICATION" },
  };
  return request.getCustom() ? { id: `id-${name}`, outputs: { ...given, ...more[request.getType()] } } : {};
}

function inputsOf(monitor: MonitorServer, name: string): PropertyMap {
  return decodeProperties(monitor.of(name).getObject());
}

function dependenciesOf(request: RegisterResourceRequest): Record<string, string[]> {
  const entries = [...request.getPropertydependenciesMap().entries()];
  return Object.fromEntries(entries.map(([name, list]) => [name, list.getUrnsList()]));
}

describe("Construct", () => {
  const bugs = captureErrors();
  let client: ProviderClient;
  let monitor: MonitorServer;

  async function open(maker: Parameters<typeof MonitorServer.start>[0] = make): Promise<void> {
    client = await ProviderClient.serve((host) => createSession(host, () => 0));
    monitor = await MonitorServer.start(maker);
  }

  function newRequest(given: PropertyMap, isPreview = false): ConstructRequest {
    return new ConstructRequest()
      .setType(token)
      .setName("app")
      .setParent("urn:stack")
      .setMonitorendpoint(monitor.address)
      .setDryrun(isPreview)
      .setAcceptsOutputValues(true)
      .setInputs(encodeProperties(given, { keepUnknowns: true }));
  }

  function construct(request: ConstructRequest): Promise<ConstructResponse> {
    return new Promise((resolve, reject) => {
      client.stub.construct(request, (error, response) => (error === null ? resolve(response) : reject(error)));
    });
  }

  afterEach(async () => {
    await client.close();
    monitor.stop();
    expect(bugs).to.deep.equal([]);
  });

  it("registers the component, its children and its outputs, and answers them with what they come from", async () => {
    await open();
    const response = await construct(newRequest(inputs));
    expect(response.getUrn()).to.equal("urn:app");
    const state = {
      roleName: "role-1",
      policyId: "po-1",
      protectionIds: { "i-web": "pd-app-i-web", "i-db": "pd-app-i-db" },
      achievedLevels: { "i-web": "APPLICATION", "i-db": "APPLICATION" },
      scriptDeploymentIds: { "i-web": "id-app-scripts-3", "i-db": "id-app-scripts-2" },
    };
    expect(decodeProperties(response.getState())).to.deep.equal(state);
    expect(monitor.outputs).to.deep.equal([{ urn: "urn:app", outputs: state }]);
    const dependencies = [...response.getStatedependenciesMap().entries()];
    expect(Object.fromEntries(dependencies.map(([name, list]) => [name, list.getUrnsList()]))).to.deep.equal({
      roleName: ["urn:app-role-attachment"],
      policyId: [],
      protectionIds: ["urn:app-i-db", "urn:app-i-web"],
      achievedLevels: ["urn:app-i-db", "urn:app-i-web"],
      scriptDeploymentIds: ["urn:app-scripts-2", "urn:app-scripts-3"],
    });
    const [component, ...children] = monitor.registrations;
    expect([component?.getName(), component?.getParent(), component?.getCustom()]).to.deep.equal([
      "app",
      "urn:stack",
      false,
    ]);
    for (const child of children) {
      expect([child.getParent(), child.getCustom(), child.getAcceptsecrets()]).to.deep.equal(["urn:app", true, true]);
    }
  });

  it("keeps secrets, assets and, input by input, what they depend on", async () => {
    await open();
    await construct(newRequest(inputs));
    const deployment = monitor.of("app-scripts-3");
    expect(inputsOf(monitor, "app-scripts-3")).to.deep.include({
      instanceIds: ["i-web"],
      transport: "CLOUD_ASSISTANT",
    });
    const { preScript, postScript } = inputsOf(monitor, "app-scripts-3") as Record<string, PropertyMap>;
    expect(preScript?.content).to.deep.equal(new Secret("freeze-now"));
    expect(postScript?.source).to.deep.equal(new Secret(new Asset({ text: "thaw" })));
    expect(deployment.getDependenciesList()).to.deep.equal([webUrn]);
    expect(dependenciesOf(monitor.of("app-i-db"))).to.deep.include({
      instanceId: [dbUrn],
      policyId: [],
      ramRoleName: ["urn:app-role-attachment"],
      scriptDeploymentId: ["urn:app-scripts-2"],
    });
    expect(monitor.of("app-role-attachment").getDependenciesList()).to.deep.equal(
      [dbUrn, webUrn, "urn:app-snapshot-grant"].sort(),
    );
  });

  it("takes the dependencies of the request where the values don't tell theirs", async () => {
    await open();
    const request = newRequest({ ...inputs, instanceIds: ["i-web", "i-db"] }).setDependenciesList([
      webUrn,
      "urn:other",
    ]);
    const list = new ConstructRequest.PropertyDependencies().setUrnsList([webUrn]);
    request.getInputdependenciesMap().set("instanceIds", list);
    await construct(request);
    expect(dependenciesOf(monitor.of("app-i-db")).instanceId).to.deep.equal([webUrn]);
    // The component as a whole depends on the other one, and so does everything in it.
    expect(monitor.of("app").getDependenciesList()).to.deep.equal([webUrn, "urn:other"]);
    expect(monitor.of("app-snapshot-role").getDependenciesList()).to.deep.equal(["urn:other"]);
  });

  it("hands on the options of the component, and names itself as the children's provider", async () => {
    await open();
    const configure = new ConfigureRequest().setUrn(providerUrn).setId("id-1").setAcceptsecrets(true);
    configure.setArgs(encodeProperties({ engineUrl: "memory:" }, { keepUnknowns: false }));
    await new Promise<void>((resolve, reject) => {
      client.stub.configure(configure, (error) => (error === null ? resolve() : reject(error)));
    });
    const request = newRequest(inputs)
      .setProtect(true)
      .setRetainondelete(false)
      .setDeletedwith("urn:vpc")
      .setDeletebeforereplace(true)
      .setIgnorechangesList(["rules"])
      .setReplaceonchangesList(["policyId"])
      .setReplaceWithList(["urn:other"])
      .setAdditionalsecretoutputsList(["policyId"])
      .setStackTraceHandle("trace")
      .setAliasesList([new Alias().setUrn("urn:old")])
      .setCustomtimeouts(new ConstructRequest.CustomTimeouts().setCreate("30s").setRead("5s"))
      .setResourceHooks(new ConstructRequest.ResourceHooksBinding().setAfterCreateList(["hook"]));
    request.getProvidersMap().set("other", "urn:other::id-2");
    await construct(request);
    const component = monitor.of("app").toObject();
    expect(component).to.deep.include({
      protect: true,
      retainondelete: false,
      deletedwith: "urn:vpc",
      deletebeforereplace: true,
      deletebeforereplacedefined: true,
      ignorechangesList: ["rules"],
      replaceonchangesList: ["policyId"],
      replaceWithList: ["urn:other"],
      additionalsecretoutputsList: ["policyId"],
      parentstacktracehandle: "trace",
      customtimeouts: { create: "30s", update: "", pb_delete: "", read: "5s" },
      providersMap: [["other", "urn:other::id-2"]],
      provider: "",
    });
    expect(component.aliasesList.map(({ urn }) => urn)).to.deep.equal(["urn:old"]);
    expect(component.hooks?.afterCreateList).to.deep.equal(["hook"]);
    expect(monitor.of("app-i-db").toObject()).to.deep.include({
      protect: true,
      retainondelete: false,
      deletedwith: "urn:vpc",
      deletebeforereplacedefined: false,
      ignorechangesList: [],
      aliasesList: [],
      parentstacktracehandle: "trace",
      provider: `${providerUrn}::id-1`,
    });
  });

  it("makes the children with the provider that the program names", async () => {
    await open();
    const request = newRequest(inputs);
    request.getProvidersMap().set("cloudbackup", `${providerUrn}::id-2`);
    await construct(request);
    expect(monitor.of("app-i-db").getProvider()).to.equal(`${providerUrn}::id-2`);
  });

  it("leaves options alone that nobody set", async () => {
    await open();
    await construct(newRequest(inputs));
    for (const name of ["app", "app-i-db"]) {
      const request = monitor.of(name);
      const isSet = [request.hasProtect(), request.hasRetainondelete(), request.getDeletebeforereplacedefined()];
      expect(isSet, name).to.deep.equal([false, false, false]);
      expect([request.getProvider(), request.getDeletedwith()]).to.deep.equal(["", ""]);
    }
  });

  it("previews what is not known yet as unknown, and makes what can be made without it", async () => {
    await open((request, given) => {
      const isOpen = request.getType() === "cloudbackup:hbr:InstanceProtection";
      return isOpen ? { id: unknownSentinel.string, outputs: given } : make(request, given);
    });
    const unknownMachine = new OutputValue(undefined, false, [dbUrn]);
    const response = await construct(
      newRequest({ instanceIds: [machines[0] as OutputValue, unknownMachine], rules }, true),
    );
    expect(decodeProperties(response.getState())).to.deep.equal({
      roleName: "role-1",
      policyId: "po-new",
      protectionIds: unknown,
      achievedLevels: unknown,
      scriptDeploymentIds: unknown,
    });
    expect(monitor.registrations.map((request) => request.getName())).to.include("app-i-web");
    expect(inputsOf(monitor, "app-role-attachment").instanceIds).to.deep.equal(["i-web", unknown]);
    const whole = await construct(newRequest({ instanceIds: [machines[0] as OutputValue], rules }, true));
    expect(decodeProperties(whole.getState())).to.deep.include({ protectionIds: { "i-web": unknown } });
  });

  it("goes on without what was not made, and does not answer what it would have told", async () => {
    await open((request, given) => {
      const isSkipped = request.getName() === "app-i-db";
      return isSkipped ? { outputs: given, result: Result.SKIP } : make(request, given);
    });
    const response = await construct(newRequest({ ...inputs, instanceIds: machines }));
    expect(Object.keys(decodeProperties(response.getState())).sort()).to.deep.equal([
      "policyId",
      "roleName",
      "scriptDeploymentIds",
    ]);
  });

  const wrong: readonly (readonly [string, PropertyMap, readonly string[], readonly RegExp[]])[] = [
    ["names what may be printed in the details", { ...inputs, timeoutInSeconds: 0 }, ["timeoutInSeconds"], []],
    [
      "keeps lists out of them",
      { ...inputs, instanceIds: Array.from({ length: 100 }, (_, index) => `i-${index}`) },
      [],
      [/- instanceIds: A-49: 100 machines; at most 99 .*\n\t\t {2}fix: split .*\n\t\t {2}source: /],
    ],
    [
      "keeps secrets out of everything",
      {
        ...inputs,
        preScript: { content: new Secret("x"), fileMode: new Secret("hush") },
        transport: new Secret("hush"),
      },
      [],
      [/- preScript\.fileMode: /, /- transport: /],
    ],
    [
      "lets no secret become a name",
      { ...inputs, instanceIds: ["i-web", new Secret("i-hush")] },
      [],
      [/a secret value would be the name of a cloudbackup:hbr:InstanceProtection/],
    ],
  ];
  for (const [what, given, named, lines] of wrong) {
    it(`refuses wrong inputs before anything is made, and ${what}`, async () => {
      await open();
      const failure = await failureOf(construct(newRequest(given)));
      expect(failure.code).to.equal(status.INVALID_ARGUMENT);
      expect(failure.details).to.match(/^its inputs are not right/);
      for (const line of lines) expect(failure.details).to.match(line);
      expect(detailsOf(failure).map((detail) => detail.propertyPath)).to.deep.equal(named);
      expect(JSON.stringify([failure.details, detailsOf(failure)])).to.not.contain("hush");
      expect(monitor.registrations).to.deep.equal([]);
    });
  }

  it("refuses a component that it doesn't have, naming those that it has", async () => {
    await open();
    const failure = await failureOf(construct(newRequest(inputs).setType("cloudbackup:hbr:Nothing")));
    expect(failure.code).to.equal(status.INVALID_ARGUMENT);
    expect(failure.details).to.contain(`it has: ${token}`);
  });

  const refusal = { code: status.INVALID_ARGUMENT, details: "invalid alias URN" };
  const shutDown = { code: status.UNAVAILABLE, details: "resource monitor shut down" };

  it("fails with the engine's own words when the engine refuses a child", async () => {
    await open((request, given) => (request.getName() === "app-snapshot-role" ? { refusal } : make(request, given)));
    expect(await failureOf(construct(newRequest(inputs)))).to.deep.include(refusal);
    expect(monitor.outputs).to.deep.equal([]);
  });

  it("says no more than that the run ended, and in a preview not even that", async () => {
    await open((request, given) => (request.getName() === "app-i-db" ? { refusal: shutDown } : make(request, given)));
    const failure = await failureOf(construct(newRequest(inputs)));
    expect(failure.code).to.equal(status.CANCELLED);
    expect(failure.details).to.match(/the run ended before all of its resources were made/);
    const response = await construct(newRequest(inputs, true));
    expect(response.getUrn()).to.equal("urn:app");
    expect(decodeProperties(response.getState())).to.deep.include({ roleName: unknown, protectionIds: unknown });
    expect(monitor.outputs).to.deep.equal([]);
  });

  it("stops waiting for the engine when the run is cancelled", async () => {
    let asked: () => void = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    await open((request) => {
      if (!request.getCustom()) return {};
      asked();
      return new Promise<Made>(() => {});
    });
    const failure = failureOf(construct(newRequest(inputs)));
    await isAsked;
    await client.cancel();
    expect((await failure).code).to.equal(status.CANCELLED);
    expect((await failureOf(construct(newRequest(inputs)))).code).to.equal(status.CANCELLED);
  });
});

function detailsOf(error: ServiceError): InputPropertiesError.PropertyError.AsObject[] {
  const [trailer] = error.metadata.get("grpc-status-details-bin");
  const [detail] = Status.deserializeBinary(trailer as Buffer).getDetailsList();
  const failed = detail?.unpack(InputPropertiesError.deserializeBinary, "pulumirpc.InputPropertiesError");
  return failed?.toObject().errorsList ?? [];
}
