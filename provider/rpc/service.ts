import {
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type StatusObject,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { channelOptions } from "./channel-options";

/** The methods this provider answers; gRPC answers Unimplemented for the others (methods, parameters, lists). */
export const methodNames = [
  "Handshake",
  "GetPluginInfo",
  "Attach",
  "GetSchema",
  "GetMapping",
  "GetMappings",
  "CheckConfig",
  "DiffConfig",
  "Configure",
  "Check",
  "Diff",
  "Create",
  "Read",
  "Update",
  "Delete",
  "Invoke",
  "Construct",
  "Cancel",
] as const;

export type MethodName = (typeof methodNames)[number];

/** The message that answers a call, or the status of its failure. */
export type Reply = { readonly message: Uint8Array } | { readonly failure: Partial<StatusObject> };

/** Answers calls by their bytes; never rejects. */
export interface Handler {
  handle(method: MethodName, request: Uint8Array, signal: AbortSignal): Promise<Reply>;
  /** Ends the run: running operations are aborted, new ones are refused. */
  endRun(): void;
  close(): Promise<void>;
}

type Answer = sendUnaryData<Buffer>;

/**
 * Pulumi's ResourceProvider service as bare bytes by method path, so that the plugin can tell its port before the
 * messages, the resources and the engine are loaded: the first call loads them.
 */
export class ProviderService {
  readonly #server = new Server(channelOptions);
  readonly #inFlight = new Set<Answer>();
  readonly #loadHandler: () => Handler;
  #handler: Handler | undefined;
  #idle: () => void = () => {};

  constructor(loadHandler: () => Handler) {
    this.#loadHandler = loadHandler;
    const definition: Record<string, MethodDefinition<Buffer, Buffer>> = {};
    const implementation: UntypedServiceImplementation = {};
    for (const name of methodNames) {
      definition[name] = {
        path: `/pulumirpc.ResourceProvider/${name}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: same,
        requestDeserialize: same,
        responseSerialize: same,
        responseDeserialize: same,
      };
      implementation[name] = (call: ServerUnaryCall<Buffer, Buffer>, answer: Answer) =>
        this.#answer(name, call, answer);
    }
    this.#server.addService(definition, implementation);
  }

  /** Starts to listen on this machine only; resolves to the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(port);
        else reject(error);
      });
    });
  }

  /** Ends the run, waits for the calls in flight, and gives back what the provider holds. */
  async stop(): Promise<void> {
    this.#handler?.endRun();
    await this.#untilIdle();
    await this.#handler?.close();
    await this.#shutDown();
  }

  /** Answers every call in flight with this failure, and waits for the answers to leave, as far as they do. */
  async fail(details: string): Promise<void> {
    for (const answer of this.#inFlight) answer({ code: status.INTERNAL, details });
    this.#inFlight.clear();
    await this.#shutDown();
  }

  #answer(method: MethodName, call: ServerUnaryCall<Buffer, Buffer>, answer: Answer): void {
    this.#inFlight.add(answer);
    const caller = new AbortController();
    // gRPC tells the end of every call so, also of an answered one, for which an abort would only cost an error.
    call.on("cancelled", () => {
      if (this.#inFlight.has(answer)) caller.abort();
    });
    void this.#handle(method, call.request, caller.signal).then((reply) => {
      // A call that a failure of the process has answered already must not be answered twice.
      if (!this.#inFlight.delete(answer)) return;
      if ("failure" in reply) answer(reply.failure);
      else answer(null, Buffer.from(reply.message));
      if (this.#inFlight.size === 0) this.#idle();
    });
  }

  async #handle(method: MethodName, request: Buffer, signal: AbortSignal): Promise<Reply> {
    try {
      this.#handler ??= this.#loadHandler();
      return await this.#handler.handle(method, request, signal);
    } catch (error) {
      console.error(error);
      return { failure: { code: status.INTERNAL, details: `bug in cloudbackup: ${error}` } };
    }
  }

  #untilIdle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#inFlight.size === 0) resolve();
      else this.#idle = resolve;
    });
  }

  /** A client that keeps its connection open must not keep the process alive. */
  #shutDown(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, 500);
      this.#server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function same(bytes: Buffer): Buffer {
  return bytes;
}
