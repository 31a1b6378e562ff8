import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PropertyDiff } from "../../provider/definition/property-diff";
import type { PropertyMap } from "../../provider/definition/value";
import { clientOptions } from "../../provider/rpc/channel-options";
import { ProviderServer } from "../../provider/rpc/server";
import { ProviderService } from "../../provider/rpc/service";
import type { Autonaming, CheckFailure, CheckResult, Host, Session } from "../../provider/session/contract";
import { EngineServer, type LogMessage } from "./engine-server";
import { fromWire, toWire } from "./wire-value";

export interface Diff {
  readonly changes: "unknown" | "none" | "some";
  readonly diffs: readonly string[];
  readonly replaces: readonly string[];
  readonly stables: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly detailedDiff: Readonly<Record<string, PropertyDiff>>;
}

export interface InitFailure {
  readonly id: string;
  readonly properties: PropertyMap;
  readonly inputs: PropertyMap | undefined;
  readonly reasons: readonly string[];
}

/** How a plugin's process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

const plugin = join(__dirname, "..", "..", "provider", "bin", "pulumi-resource-cloudbackup");
const changes = ["unknown", "none", "some"] as const;
const kinds = ["add", "addReplace", "delete", "deleteReplace", "update", "updateReplace"] as const;
const modes = ["propose", "enforce", "disable"] as const;

/** The URN that a resource without parents has in these tests. */
export function urnOf(type: string, name: string): string {
  return `urn:pulumi:stack::project::${type}::${name}`;
}

/** What the engine would save of a resource whose creation or change failed half way. */
export function initFailureOf(error: unknown): InitFailure {
  const [trailer] = (error as ServiceError).metadata.get("grpc-status-details-bin");
  if (!Buffer.isBuffer(trailer)) throw new Error(`no details in the trailer of ${error}`);
  const [detail] = Status.deserializeBinary(trailer).getDetailsList();
  const failed = detail?.unpack(
    messages.ErrorResourceInitFailed.deserializeBinary,
    "pulumirpc.ErrorResourceInitFailed",
  );
  if (!failed) throw new Error(`no ErrorResourceInitFailed in the trailer of ${error}`);
  return {
    id: failed.getId(),
    properties: fromWire(failed.getProperties()),
    inputs: failed.hasInputs() ? fromWire(failed.getInputs()) : undefined,
    reasons: failed.getReasonsList(),
  };
}

/**
 * Calls a provider as Pulumi's engine does, with plain values in and out. Failed calls reject with gRPC's ServiceError.
 * Optional parts of a request are left out on the wire, as the engine does at import.
 */
export class ProviderClient {
  private constructor(
    readonly stub: ResourceProviderClient,
    private readonly engine: EngineServer,
    private readonly end: (signal: NodeJS.Signals) => Promise<Exit | undefined>,
  ) {}

  /** Starts the built plugin (or the command given) and waits for its port. */
  static async spawn(
    options: {
      command?: readonly [string, ...string[]];
      environment?: NodeJS.ProcessEnv;
      directory?: string;
      args?: readonly string[];
    } = {},
  ): Promise<ProviderClient> {
    const engine = await EngineServer.start();
    const [command, ...words] = options.command ?? [process.execPath, plugin];
    const child = spawn(command, [...words, ...(options.args ?? []), engine.address], {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: options.directory,
      env: { ...process.env, ...options.environment },
    });
    const { port, exit } = await watch(child).catch((error: unknown) => {
      engine.stop();
      throw error;
    });
    return new ProviderClient(connect(port), engine, async (signal) => {
      child.kill(signal);
      return await exit;
    });
  }

  /** Serves a session in this process. */
  static async serve(createSession: (host: Host) => Session): Promise<ProviderClient> {
    const engine = await EngineServer.start();
    const service = new ProviderService(() => new ProviderServer(createSession));
    const port = await service.listen();
    return new ProviderClient(connect(port), engine, async () => {
      await service.stop();
      return undefined;
    });
  }

  /** Everything the provider told the user so far. */
  get logs(): readonly LogMessage[] {
    return this.engine.messages;
  }

  async handshake(): Promise<messages.ProviderHandshakeResponse.AsObject> {
    const request = new messages.ProviderHandshakeRequest()
      .setEngineAddress(this.engine.address)
      .setConfigureWithUrn(true)
      .setInvokeWithPreview(true);
    const response = await call<messages.ProviderHandshakeResponse>((answer) => this.stub.handshake(request, answer));
    return response.toObject();
  }

  async attach(address: string): Promise<void> {
    await call<Empty>((answer) => this.stub.attach(new PluginAttach().setAddress(address), answer));
  }

  async version(): Promise<string> {
    const info = await call<{ getVersion(): string }>((answer) => this.stub.getPluginInfo(new Empty(), answer));
    return info.getVersion();
  }

  async getSchema(version = 0, subpackage = ""): Promise<string> {
    const request = new messages.GetSchemaRequest().setVersion(version).setSubpackageName(subpackage);
    return (await call<messages.GetSchemaResponse>((answer) => this.stub.getSchema(request, answer))).getSchema();
  }

  async checkConfig(news: PropertyMap, olds: PropertyMap = {}): Promise<CheckResult> {
    const request = new messages.CheckRequest()
      .setUrn(urnOf("pulumi:providers:cloudbackup", "default"))
      .setOlds(toWire(olds))
      .setNews(toWire(news));
    return checkResult(await call<messages.CheckResponse>((answer) => this.stub.checkConfig(request, answer)));
  }

  async diffConfig(request: { olds: PropertyMap; oldInputs?: PropertyMap; news: PropertyMap }): Promise<Diff> {
    const message = new messages.DiffRequest()
      .setUrn(urnOf("pulumi:providers:cloudbackup", "default"))
      .setOlds(toWire(request.olds))
      .setOldInputs(toWire(request.oldInputs ?? request.olds))
      .setNews(toWire(request.news));
    return diffOf(await call<messages.DiffResponse>((answer) => this.stub.diffConfig(message, answer)));
  }

  async configure(args: PropertyMap, urn?: string): Promise<messages.ConfigureResponse.AsObject> {
    const request = new messages.ConfigureRequest().setArgs(toWire(args)).setAcceptsecrets(true);
    if (urn !== undefined) request.setUrn(urn);
    const response = await call<messages.ConfigureResponse>((answer) => this.stub.configure(request, answer));
    return response.toObject();
  }

  async check(request: {
    urn: string;
    news: PropertyMap;
    olds?: PropertyMap;
    randomSeed?: Uint8Array;
    autonaming?: Autonaming;
  }): Promise<CheckResult> {
    const message = new messages.CheckRequest()
      .setUrn(request.urn)
      .setName(nameOf(request.urn))
      .setType(typeOf(request.urn))
      .setOlds(toWire(request.olds ?? {}))
      .setNews(toWire(request.news));
    if (request.randomSeed !== undefined) message.setRandomseed(request.randomSeed);
    if (request.autonaming !== undefined) {
      message.setAutonaming(
        new messages.CheckRequest.AutonamingOptions()
          .setProposedName(request.autonaming.proposedName)
          .setMode(modes.indexOf(request.autonaming.mode)),
      );
    }
    return checkResult(await call<messages.CheckResponse>((answer) => this.stub.check(message, answer)));
  }

  async diff(request: {
    urn: string;
    id: string;
    olds: PropertyMap;
    oldInputs: PropertyMap;
    news: PropertyMap;
    ignoreChanges?: readonly string[];
  }): Promise<Diff> {
    const message = new messages.DiffRequest()
      .setUrn(request.urn)
      .setName(nameOf(request.urn))
      .setType(typeOf(request.urn))
      .setId(request.id)
      .setOlds(toWire(request.olds))
      .setOldInputs(toWire(request.oldInputs))
      .setNews(toWire(request.news))
      .setIgnorechangesList([...(request.ignoreChanges ?? [])]);
    return diffOf(await call<messages.DiffResponse>((answer) => this.stub.diff(message, answer)));
  }

  async create(request: {
    urn: string;
    properties: PropertyMap;
    preview?: boolean;
    timeoutInSeconds?: number;
  }): Promise<{ id: string; properties: PropertyMap }> {
    const message = new messages.CreateRequest()
      .setUrn(request.urn)
      .setName(nameOf(request.urn))
      .setType(typeOf(request.urn))
      .setProperties(toWire(request.properties))
      .setPreview(request.preview ?? false)
      .setTimeout(request.timeoutInSeconds ?? 0);
    const response = await call<messages.CreateResponse>((answer) => this.stub.create(message, answer));
    return { id: response.getId(), properties: fromWire(response.getProperties()) };
  }

  /** Undefined when the resource is gone, which the answer must say in both ways the engine looks for. */
  async read(request: {
    urn: string;
    id: string;
    properties?: PropertyMap;
    inputs?: PropertyMap;
    timeoutInSeconds?: number;
  }): Promise<{ id: string; properties: PropertyMap; inputs: PropertyMap | undefined } | undefined> {
    const message = new messages.ReadRequest()
      .setUrn(request.urn)
      .setName(nameOf(request.urn))
      .setType(typeOf(request.urn))
      .setId(request.id)
      .setTimeout(request.timeoutInSeconds ?? 0);
    if (request.properties !== undefined) message.setProperties(toWire(request.properties));
    if (request.inputs !== undefined) message.setInputs(toWire(request.inputs));
    const response = await call<messages.ReadResponse>((answer) => this.stub.read(message, answer));
    if ((response.getId() === "") === response.hasProperties())
      throw new Error("an id without properties, or the reverse");
    if (response.getId() === "") return undefined;
    return {
      id: response.getId(),
      properties: fromWire(response.getProperties()),
      inputs: response.hasInputs() ? fromWire(response.getInputs()) : undefined,
    };
  }

  async update(request: {
    urn: string;
    id: string;
    olds: PropertyMap;
    oldInputs: PropertyMap;
    news: PropertyMap;
    preview?: boolean;
    ignoreChanges?: readonly string[];
    timeoutInSeconds?: number;
  }): Promise<{ properties: PropertyMap }> {
    const message = new messages.UpdateRequest()
      .setUrn(request.urn)
      .setName(nameOf(request.urn))
      .setType(typeOf(request.urn))
      .setId(request.id)
      .setOlds(toWire(request.olds))
      .setOldInputs(toWire(request.oldInputs))
      .setNews(toWire(request.news))
      .setPreview(request.preview ?? false)
      .setIgnorechangesList([...(request.ignoreChanges ?? [])])
      .setTimeout(request.timeoutInSeconds ?? 0);
    const response = await call<messages.UpdateResponse>((answer) => this.stub.update(message, answer));
    return { properties: fromWire(response.getProperties()) };
  }

  async delete(request: {
    urn: string;
    id: string;
    properties: PropertyMap;
    oldInputs?: PropertyMap;
    timeoutInSeconds?: number;
  }): Promise<void> {
    const message = new messages.DeleteRequest()
      .setUrn(request.urn)
      .setName(nameOf(request.urn))
      .setType(typeOf(request.urn))
      .setId(request.id)
      .setProperties(toWire(request.properties))
      .setOldInputs(toWire(request.oldInputs ?? {}))
      .setTimeout(request.timeoutInSeconds ?? 0);
    await call<Empty>((answer) => this.stub.delete(message, answer));
  }

  async invoke(
    token: string,
    args: PropertyMap = {},
    preview = false,
  ): Promise<{ result: PropertyMap | undefined; failures: CheckFailure[] }> {
    const request = new messages.InvokeRequest().setTok(token).setArgs(toWire(args)).setPreview(preview);
    const response = await call<messages.InvokeResponse>((answer) => this.stub.invoke(request, answer));
    return {
      result: response.hasReturn() ? fromWire(response.getReturn()) : undefined,
      failures: response.getFailuresList().map((failure) => failure.toObject()),
    };
  }

  async cancel(): Promise<void> {
    await call<Empty>((answer) => this.stub.cancel(new Empty(), answer));
  }

  /**
   * Ends the provider, which waits for its calls in flight (SIGKILL ends a spawned one in the middle of them); tells
   * how a spawned process ended.
   */
  async close(signal: NodeJS.Signals = "SIGINT"): Promise<Exit | undefined> {
    const exit = await this.end(signal);
    this.stub.close();
    this.engine.stop();
    return exit;
  }
}

type Answer<T> = (error: ServiceError | null, response: T) => void;

function call<T>(start: (answer: Answer<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

function connect(port: number): ResourceProviderClient {
  return new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), { ...clientOptions });
}

/** The port is the first line of stdout; a process that ends before it has failed. */
async function watch(child: ChildProcess): Promise<{ port: number; exit: Promise<Exit> }> {
  let stderr = "";
  child.stderr?.on("data", (data: Buffer) => {
    stderr += data.toString();
  });
  const exit = new Promise<Exit>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stderr }));
  });
  if (child.stdout === null) throw new Error("the plugin's stdout is not piped");
  const lines = createInterface(child.stdout);
  const line = new Promise<string>((resolve) => lines.once("line", resolve));
  const first = await Promise.race([line, exit]);
  if (typeof first !== "string") throw new Error(`the plugin ended without a port: ${first.stderr}`);
  if (!/^\d+$/.test(first)) throw new Error(`the plugin's first line is no port: ${first}`);
  return { port: Number(first), exit };
}

function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function checkResult(response: messages.CheckResponse): CheckResult {
  return {
    inputs: fromWire(response.getInputs()),
    failures: response.getFailuresList().map((failure) => failure.toObject()),
  };
}

function diffOf(response: messages.DiffResponse): Diff {
  const detailedDiff: Record<string, PropertyDiff> = {};
  response.getDetaileddiffMap().forEach((difference, path) => {
    const kind = kinds[difference.getKind()];
    if (kind === undefined) throw new Error(`unknown kind of difference at ${path}`);
    detailedDiff[path] = { kind, inputDiff: difference.getInputdiff() };
  });
  if (!response.getHasdetaileddiff()) throw new Error("a diff without details");
  return {
    changes: changes[response.getChanges()] ?? "unknown",
    diffs: response.getDiffsList(),
    replaces: response.getReplacesList(),
    stables: response.getStablesList(),
    deleteBeforeReplace: response.getDeletebeforereplace(),
    detailedDiff,
  };
}
