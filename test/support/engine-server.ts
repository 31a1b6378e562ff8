import { Server, ServerCredentials } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Severity } from "../../provider/session/contract";

export interface LogMessage {
  readonly severity: Severity;
  readonly message: string;
  readonly urn: string;
  readonly ephemeral: boolean;
}

const severities: Readonly<Record<LogSeverity, Severity>> = {
  [LogSeverity.DEBUG]: "debug",
  [LogSeverity.INFO]: "info",
  [LogSeverity.WARNING]: "warning",
  [LogSeverity.ERROR]: "error",
};

/** Stands in for Pulumi's engine as far as a provider calls it: collects what it logs. */
export class EngineServer {
  readonly messages: LogMessage[] = [];

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async start(): Promise<EngineServer> {
    const server = new Server();
    let engine: EngineServer | undefined;
    server.addService({ log: EngineService.log } as never, {
      log: (call: { request: LogRequest }, answer: (error: null, reply: Empty) => void) => {
        engine?.messages.push({
          severity: severities[call.request.getSeverity()],
          message: call.request.getMessage(),
          urn: call.request.getUrn(),
          ephemeral: call.request.getEphemeral(),
        });
        answer(null, new Empty());
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    engine = new EngineServer(server, `127.0.0.1:${port}`);
    return engine;
  }

  stop(): void {
    this.server.forceShutdown();
  }
}
