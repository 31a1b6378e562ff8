import { setMaxListeners } from "node:events";
import { status } from "@grpc/grpc-js";
import { PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { Message } from "google-protobuf";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Host, Session } from "../session/contract";
import { decodeProperties } from "./decode";
import { encodeProperties } from "./encode";
import { statusOf } from "./error";
import { limited } from "./limit";
import { EngineLog } from "./log";
import { autonamingOf, checkResponse, diffResponse, failuresOf, typeOf } from "./message";
import type { Handler, MethodName, Reply } from "./service";
import { StatusError } from "./status-error";

type Methods = Record<Uncapitalize<MethodName>, (request: Uint8Array, signal: AbortSignal) => Promise<Message>>;

const known = { keepUnknowns: false };
const maybeUnknown = { keepUnknowns: true };

/** One method per call of the protocol: decode, delegate to the session, encode; nothing else. */
export class ProviderServer implements Handler, Methods {
  readonly #log = new EngineLog();
  readonly #createSession: (host: Host) => Session;
  #openSession: Session | undefined;
  #run = startRun();
  /** This provider as resources name it; undefined where the engine doesn't tell. */
  #reference: string | undefined;

  /** The session is made at the first call that needs it. The engine's address may also come with a call. */
  constructor(createSession: (host: Host) => Session, engineAddress = "") {
    this.#createSession = createSession;
    this.#log.connect(engineAddress);
  }

  async handle(method: MethodName, request: Uint8Array, signal: AbortSignal): Promise<Reply> {
    const name = `${method.charAt(0).toLowerCase()}${method.slice(1)}` as Uncapitalize<MethodName>;
    let reply: Reply;
    try {
      reply = { message: (await this[name](request, signal)).serializeBinary() };
    } catch (error) {
      reply = { failure: statusOf(error, console.error) };
    }
    // The engine forgets a resource's messages once its call is answered; a cancellation waits for nothing.
    if (method !== "Cancel") await this.#log.flush();
    return reply;
  }

  endRun(): void {
    this.#run.abort(new StatusError(status.CANCELLED, "the run was cancelled"));
    this.#openSession?.cancel();
  }

  async close(): Promise<void> {
    await this.#openSession?.close();
    await this.#log.flush();
    this.#log.close();
  }

  get #session(): Session {
    this.#openSession ??= this.#createSession(this.#log);
    return this.#openSession;
  }

  async handshake(bytes: Uint8Array): Promise<Message> {
    const request = messages.ProviderHandshakeRequest.deserializeBinary(bytes);
    this.#beginRun(request.getEngineAddress());
    return new messages.ProviderHandshakeResponse()
      .setAcceptSecrets(true)
      .setAcceptResources(true)
      .setAcceptOutputs(true)
      .setSupportsAutonamingConfiguration(true);
  }

  async attach(bytes: Uint8Array): Promise<Message> {
    this.#beginRun(PluginAttach.deserializeBinary(bytes).getAddress());
    return new Empty();
  }

  async getPluginInfo(): Promise<Message> {
    return new PluginInfo().setVersion(this.#session.version());
  }

  async getSchema(bytes: Uint8Array): Promise<Message> {
    const request = messages.GetSchemaRequest.deserializeBinary(bytes);
    if (request.getVersion() !== 0) {
      throw new StatusError(
        status.INVALID_ARGUMENT,
        `schema format version ${request.getVersion()} is not known, only 0 is`,
      );
    }
    if (request.getSubpackageName() !== "") {
      throw new StatusError(status.INVALID_ARGUMENT, "cloudbackup takes no parameters and has no subpackages");
    }
    return new messages.GetSchemaResponse().setSchema(this.#session.schema());
  }

  async getMapping(): Promise<Message> {
    return new messages.GetMappingResponse();
  }

  async getMappings(): Promise<Message> {
    return new messages.GetMappingsResponse();
  }

  async checkConfig(bytes: Uint8Array): Promise<Message> {
    const request = messages.CheckRequest.deserializeBinary(bytes);
    const result = await this.#session.checkConfig({
      urn: request.getUrn(),
      olds: decodeProperties(request.getOlds()),
      news: decodeProperties(request.getNews()),
    });
    return checkResponse(result);
  }

  async diffConfig(bytes: Uint8Array): Promise<Message> {
    const request = messages.DiffRequest.deserializeBinary(bytes);
    const result = await this.#session.diffConfig({
      urn: request.getUrn(),
      oldInputs: decodeProperties(request.getOldInputs()),
      olds: decodeProperties(request.getOlds()),
      news: decodeProperties(request.getNews()),
    });
    return diffResponse(result);
  }

  async configure(bytes: Uint8Array): Promise<Message> {
    const request = messages.ConfigureRequest.deserializeBinary(bytes);
    this.#reference = referenceOf(request);
    await this.#session.configure({
      urn: request.hasUrn() ? request.getUrn() : undefined,
      args: decodeProperties(request.getArgs()),
    });
    return new messages.ConfigureResponse()
      .setAcceptsecrets(true)
      .setSupportspreview(true)
      .setAcceptresources(true)
      .setAcceptoutputs(true)
      .setSupportsAutonamingConfiguration(true);
  }

  async check(bytes: Uint8Array): Promise<Message> {
    const request = messages.CheckRequest.deserializeBinary(bytes);
    const randomSeed = request.getRandomseed_asU8();
    const result = await this.#session.check({
      urn: request.getUrn(),
      type: typeOf(request),
      name: request.getName(),
      olds: decodeProperties(request.getOlds()),
      news: decodeProperties(request.getNews()),
      randomSeed: randomSeed.length === 0 ? undefined : randomSeed,
      autonaming: autonamingOf(request),
    });
    return checkResponse(result);
  }

  async diff(bytes: Uint8Array): Promise<Message> {
    const request = messages.DiffRequest.deserializeBinary(bytes);
    const result = await this.#session.diff({
      urn: request.getUrn(),
      id: request.getId(),
      type: typeOf(request),
      olds: decodeProperties(request.getOlds()),
      oldInputs: decodeProperties(request.getOldInputs()),
      news: decodeProperties(request.getNews()),
      ignoreChanges: request.getIgnorechangesList(),
    });
    return diffResponse(result);
  }

  async create(bytes: Uint8Array, caller: AbortSignal): Promise<Message> {
    const request = messages.CreateRequest.deserializeBinary(bytes);
    const preview = request.getPreview();
    const result = await this.#mutate(caller, request.getTimeout(), (signal) =>
      this.#session.create({
        urn: request.getUrn(),
        type: typeOf(request),
        properties: decodeProperties(request.getProperties()),
        preview,
        timeoutInSeconds: request.getTimeout(),
        signal,
      }),
    );
    return new messages.CreateResponse()
      .setId(result.id)
      .setProperties(encodeProperties(result.properties, preview ? maybeUnknown : known));
  }

  async read(bytes: Uint8Array, caller: AbortSignal): Promise<Message> {
    const request = messages.ReadRequest.deserializeBinary(bytes);
    const result = await limited([caller, this.#run.signal], request.getTimeout(), (signal) =>
      this.#session.read({
        urn: request.getUrn(),
        id: request.getId(),
        type: typeOf(request),
        properties: request.hasProperties() ? decodeProperties(request.getProperties()) : undefined,
        inputs: request.hasInputs() ? decodeProperties(request.getInputs()) : undefined,
        signal,
      }),
    );
    // Gone is an empty id for a refresh, and properties that are not set for an import.
    if (result === undefined) return new messages.ReadResponse();
    return new messages.ReadResponse()
      .setId(result.id)
      .setProperties(encodeProperties(result.properties, known))
      .setInputs(encodeProperties(result.inputs, known));
  }

  async update(bytes: Uint8Array, caller: AbortSignal): Promise<Message> {
    const request = messages.UpdateRequest.deserializeBinary(bytes);
    const preview = request.getPreview();
    const result = await this.#mutate(caller, request.getTimeout(), (signal) =>
      this.#session.update({
        urn: request.getUrn(),
        id: request.getId(),
        type: typeOf(request),
        olds: decodeProperties(request.getOlds()),
        oldInputs: decodeProperties(request.getOldInputs()),
        news: decodeProperties(request.getNews()),
        preview,
        ignoreChanges: request.getIgnorechangesList(),
        timeoutInSeconds: request.getTimeout(),
        signal,
      }),
    );
    return new messages.UpdateResponse().setProperties(
      encodeProperties(result.properties, preview ? maybeUnknown : known),
    );
  }

  async delete(bytes: Uint8Array, caller: AbortSignal): Promise<Message> {
    const request = messages.DeleteRequest.deserializeBinary(bytes);
    await this.#mutate(caller, request.getTimeout(), (signal) =>
      this.#session.delete({
        urn: request.getUrn(),
        id: request.getId(),
        type: typeOf(request),
        properties: decodeProperties(request.getProperties()),
        oldInputs: decodeProperties(request.getOldInputs()),
        timeoutInSeconds: request.getTimeout(),
        signal,
      }),
    );
    return new Empty();
  }

  async invoke(bytes: Uint8Array): Promise<Message> {
    const request = messages.InvokeRequest.deserializeBinary(bytes);
    const { result, failures } = await this.#session.invoke({
      token: request.getTok(),
      args: decodeProperties(request.getArgs()),
      preview: request.getPreview(),
    });
    const response = new messages.InvokeResponse().setFailuresList(failuresOf(failures));
    return result === undefined ? response : response.setReturn(encodeProperties(result, known));
  }

  async construct(bytes: Uint8Array, caller: AbortSignal): Promise<Message> {
    const { construct } = require("./construct") as typeof import("./construct");
    const request = messages.ConstructRequest.deserializeBinary(bytes);
    return this.#mutate(caller, 0, (signal) => construct(request, this.#session, this.#reference, signal));
  }

  async cancel(): Promise<Message> {
    this.endRun();
    return new Empty();
  }

  /** A debugger's process serves one run after the other, so the end of one must not stick. */
  #beginRun(address: string): void {
    if (this.#run.signal.aborted) this.#run = startRun();
    if (address !== "") this.#log.connect(address);
  }

  async #mutate<T>(
    caller: AbortSignal,
    timeoutInSeconds: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    this.#run.signal.throwIfAborted();
    return await limited([caller, this.#run.signal], timeoutInSeconds, work);
  }
}

/** Older engines send neither; in a preview the id of a new provider is the one of an unknown text. */
function referenceOf(request: messages.ConfigureRequest): string | undefined {
  const [urn, id] = [request.getUrn() ?? "", request.getId() ?? ""];
  return urn === "" || id === "" ? undefined : `${urn}::${id}`;
}

/** Every running operation listens to the run's end, and there may be hundreds. */
function startRun(): AbortController {
  const run = new AbortController();
  setMaxListeners(0, run.signal);
  return run;
}
