import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, type status } from "@grpc/grpc-js";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import {
  type RegisterResourceOutputsRequest,
  type RegisterResourceRequest,
  RegisterResourceResponse,
  type Result,
} from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PropertyMap } from "../../provider/definition/value";
import { fromWire, toWire } from "./wire-value";

/** What the engine makes of a resource. */
export interface Made {
  readonly id?: string;
  readonly outputs?: PropertyMap;
  readonly result?: Result;
  /** Refuses it with this text; the engine's monitor does so when it shuts down, too. */
  readonly refusal?: { readonly code: status; readonly details: string };
}

type Make = (request: RegisterResourceRequest, inputs: PropertyMap) => Made | Promise<Made>;

/** Stands in for the engine's resource monitor: keeps what is registered, and answers what `make` says. */
export class MonitorServer {
  readonly registrations: RegisterResourceRequest[] = [];
  readonly outputs: { readonly urn: string; readonly outputs: PropertyMap }[] = [];

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async start(make: Make): Promise<MonitorServer> {
    const server = new Server();
    let monitor: MonitorServer | undefined;
    const { registerResource, registerResourceOutputs } = ResourceMonitorService;
    server.addService({ registerResource, registerResourceOutputs } as never, {
      registerResource: (
        { request }: ServerUnaryCall<RegisterResourceRequest, RegisterResourceResponse>,
        answer: sendUnaryData<RegisterResourceResponse>,
      ) => void monitor?.answer(request, make, answer),
      registerResourceOutputs: (
        { request }: ServerUnaryCall<RegisterResourceOutputsRequest, Empty>,
        answer: sendUnaryData<Empty>,
      ) => {
        monitor?.outputs.push({ urn: request.getUrn(), outputs: fromWire(request.getOutputs()) });
        answer(null, new Empty());
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    monitor = new MonitorServer(server, `127.0.0.1:${port}`);
    return monitor;
  }

  /** The registration of the resource of this name. */
  of(name: string): RegisterResourceRequest {
    const found = this.registrations.find((request) => request.getName() === name);
    if (found === undefined) throw new Error(`${name} was not registered`);
    return found;
  }

  stop(): void {
    this.server.forceShutdown();
  }

  private async answer(
    request: RegisterResourceRequest,
    make: Make,
    answer: sendUnaryData<RegisterResourceResponse>,
  ): Promise<void> {
    this.registrations.push(request);
    const made = await make(request, fromWire(request.getObject()));
    if (made.refusal !== undefined) {
      answer(made.refusal);
      return;
    }
    const response = new RegisterResourceResponse()
      .setUrn(`urn:${request.getName()}`)
      .setId(made.id ?? "")
      .setObject(toWire(made.outputs ?? {}));
    if (made.result !== undefined) response.setResult(made.result);
    answer(null, response);
  }
}
