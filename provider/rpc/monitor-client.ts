import { type ClientUnaryCall, credentials, type ServiceError, status } from "@grpc/grpc-js";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  type RegisterResourceResponse,
  Result,
} from "@pulumi/pulumi/proto/resource_pb";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { isUnknownSentinel } from "../definition/signature";
import { type PropertyMap, unknown } from "../definition/value";
import type { Monitor, Registered, Registration } from "../session/contract";
import { RunEnded } from "../session/run-ended";
import { clientOptions } from "./channel-options";
import { decodeProperties } from "./decode";
import { encodeProperties } from "./encode";
import { StatusError } from "./status-error";

type Answer<T> = (error: ServiceError | null, response: T) => void;

/** The engine keeps unknown values of components: also those that a resource leaves which was not made. */
const maybeUnknown = { keepUnknowns: true };

/** Registers the resources of one component with the engine that asked for it. */
export class MonitorClient implements Monitor {
  readonly #client: ResourceMonitorClient;
  readonly #calls = new Set<ClientUnaryCall>();
  #isShutDown = false;
  readonly #stop = () => {
    for (const call of this.#calls) call.cancel();
  };

  constructor(
    private readonly request: ConstructRequest,
    private readonly provider: string | undefined,
    private readonly signal: AbortSignal,
  ) {
    const address = request.getMonitorendpoint();
    this.#client = new ResourceMonitorClient(address, credentials.createInsecure(), { ...clientOptions });
    signal.addEventListener("abort", this.#stop);
  }

  close(): void {
    this.signal.removeEventListener("abort", this.#stop);
    this.#client.close();
  }

  async registerComponent(): Promise<string> {
    const { request } = this;
    const registration = this.#newRegistration()
      .setType(request.getType())
      .setName(request.getName())
      .setParent(request.getParent())
      .setObject(encodeProperties({}, maybeUnknown))
      .setAliasesList(request.getAliasesList())
      .setDependenciesList(request.getDependenciesList())
      .setAdditionalsecretoutputsList(request.getAdditionalsecretoutputsList())
      .setIgnorechangesList(request.getIgnorechangesList())
      .setReplaceonchangesList(request.getReplaceonchangesList())
      .setReplaceWithList(request.getReplaceWithList())
      .setReplacementTrigger(request.getReplacementTrigger());
    const timeouts = request.getCustomtimeouts()?.serializeBinary();
    if (timeouts !== undefined) {
      registration.setCustomtimeouts(RegisterResourceRequest.CustomTimeouts.deserializeBinary(timeouts));
    }
    const hooks = request.getResourceHooks()?.serializeBinary();
    if (hooks !== undefined) {
      registration.setHooks(RegisterResourceRequest.ResourceHooksBinding.deserializeBinary(hooks));
    }
    const deletedFirst = request.getDeletebeforereplace();
    if (deletedFirst !== undefined && request.hasDeletebeforereplace()) {
      registration.setDeletebeforereplace(deletedFirst).setDeletebeforereplacedefined(true);
    }
    for (const [name, reference] of request.getProvidersMap().entries()) {
      registration.getProvidersMap().set(name, reference);
    }
    return (await this.#register(registration)).getUrn();
  }

  /**
   * A child is made by the provider that the program names for the component, which is this very one, and depends on
   * all that the component as a whole depends on.
   */
  async registerChild({ type, name, parent, inputs, dependencies }: Registration): Promise<Registered> {
    const urns = Object.values(dependencies).flat();
    const registration = this.#newRegistration()
      .setType(type)
      .setName(name)
      .setCustom(true)
      .setParent(parent)
      .setProvider(this.#providerOf(type))
      .setObject(encodeProperties(inputs, maybeUnknown))
      .setDependenciesList([...new Set([...this.#dependsOn, ...urns])].sort());
    for (const [property, list] of Object.entries(dependencies)) {
      const message = new RegisterResourceRequest.PropertyDependencies().setUrnsList([...list]);
      registration.getPropertydependenciesMap().set(property, message);
    }
    const response = await this.#register(registration);
    const id = response.getId();
    return {
      urn: response.getUrn(),
      id: id === "" || isUnknownSentinel(id) ? unknown : id,
      outputs: decodeProperties(response.getObject()),
      partial: this.request.getDryrun() || response.getResult() !== Result.SUCCESS,
    };
  }

  async registerOutputs(urn: string, outputs: PropertyMap): Promise<void> {
    const request = new RegisterResourceOutputsRequest()
      .setUrn(urn)
      .setOutputs(encodeProperties(outputs, maybeUnknown));
    await this.#call<Empty>((answer) => this.#client.registerResourceOutputs(request, answer));
  }

  #providerOf(type: string): string {
    const [packageName = ""] = type.split(":");
    return this.request.getProvidersMap().get(packageName) ?? this.provider ?? "";
  }

  /** What the component depends on as a whole, and not by one of its inputs. */
  get #dependsOn(): readonly string[] {
    const entries = [...this.request.getInputdependenciesMap().entries()];
    const byInputs = new Set(entries.flatMap(([, dependencies]) => dependencies.getUrnsList()));
    return this.request.getDependenciesList().filter((urn) => !byInputs.has(urn));
  }

  /** What the component and its children have in common. */
  #newRegistration(): RegisterResourceRequest {
    const { request } = this;
    const registration = new RegisterResourceRequest()
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSupportspartialvalues(true)
      .setSupportsresultreporting(true)
      .setAliasspecs(true)
      .setDeletedwith(request.getDeletedwith())
      .setParentstacktracehandle(request.getStackTraceHandle());
    const isProtected = request.getProtect();
    if (request.hasProtect() && isProtected !== undefined) registration.setProtect(isProtected);
    const isRetained = request.getRetainondelete();
    if (request.hasRetainondelete() && isRetained !== undefined) registration.setRetainondelete(isRetained);
    return registration;
  }

  #register(registration: RegisterResourceRequest): Promise<RegisterResourceResponse> {
    return this.#call((answer) => this.#client.registerResource(registration, answer));
  }

  async #call<T>(start: (answer: Answer<T>) => ClientUnaryCall): Promise<T> {
    if (this.#isOver()) throw new RunEnded();
    try {
      return await new Promise<T>((resolve, reject) => {
        const call = start((error, response) => {
          this.#calls.delete(call);
          if (error === null) resolve(response);
          else reject(error);
        });
        this.#calls.add(call);
      });
    } catch (error) {
      const { code, details } = error as ServiceError;
      // The engine's monitor shuts down at the end of a run, whatever the reason.
      this.#isShutDown ||= code === status.UNAVAILABLE;
      throw this.#isOver() ? new RunEnded() : new StatusError(code, details);
    }
  }

  #isOver(): boolean {
    return this.#isShutDown || this.signal.aborted;
  }
}
