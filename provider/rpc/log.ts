import { credentials, Metadata } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { withoutColourMarks } from "../definition/colour-mark";
import { emptiedPattern } from "../engine/core/impact";
import type { Host, LogOptions, Severity } from "../session/contract";
import { clientOptions } from "./channel-options";

const severities: Readonly<Record<Severity, LogSeverity>> = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
};

/** So many messages may wait for the engine; more are counted and left out. */
const waitingMax = 1000;
const deadlineInMilliseconds = 2000;

/**
 * Shows messages to the user through the engine, one after the other so that they keep their order. Logging never fails
 * an operation: without an engine that answers, messages go to stderr.
 */
export class EngineLog implements Host {
  #address = "";
  #client: EngineClient | undefined;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #leftOut = 0;

  /** Later messages go to the engine at this address; an empty one is none. */
  connect(address: string): void {
    if (address === this.#address && this.#client !== undefined) return;
    this.#client?.close();
    this.#address = address;
    this.#client =
      address === "" ? undefined : new EngineClient(address, credentials.createInsecure(), { ...clientOptions });
  }

  log(severity: Severity, message: string, urn = "", options: LogOptions = {}): void {
    if (this.#waiting >= waitingMax) {
      this.#leftOut++;
      return;
    }
    this.#waiting++;
    const request = new LogRequest()
      .setSeverity(severities[severity])
      .setMessage(message.replace(emptiedPattern, "<{%fg 1%}>$&<{%reset%}>"))
      .setUrn(urn)
      .setEphemeral(options.ephemeral ?? false);
    this.#tail = this.#tail.then(() => this.#send(request)).then(() => this.#sent());
  }

  /** Resolves when all messages logged so far were shown or given up; never rejects. */
  flush(): Promise<void> {
    return this.#tail;
  }

  close(): void {
    this.connect("");
  }

  #sent(): void {
    this.#waiting--;
    if (this.#waiting > 0 || this.#leftOut === 0) return;
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    this.log("warning", `${leftOut} messages of this provider were left out: too many at once`);
  }

  #send(request: LogRequest): Promise<void> {
    const client = this.#client;
    if (client === undefined) {
      process.stderr.write(`${withoutColourMarks(request.getMessage())}\n`);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const deadline = Date.now() + deadlineInMilliseconds;
      client.log(request, new Metadata(), { deadline }, (error) => {
        if (error !== null) this.#giveUp(client, request, error);
        resolve();
      });
    });
  }

  /** One failure is enough: waiting for each further message would hold up the operations. */
  #giveUp(client: EngineClient, request: LogRequest, error: Error): void {
    const text = withoutColourMarks(request.getMessage());
    process.stderr.write(`the engine at ${this.#address} takes no messages: ${error.message}\n${text}\n`);
    if (client === this.#client) this.connect("");
  }
}
