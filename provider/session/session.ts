import type { ComponentDefinition } from "../definition/component";
import { decodeConfig } from "../definition/config";
import { diffInputs } from "../definition/diff";
import { failureOf } from "../definition/failure";
import type { FunctionDefinition, ResourceDefinition } from "../definition/resource";
import type { PropertyMap } from "../definition/value";
import { documents } from "../engine/core/document";
import { EngineError } from "../engine/error";
import { components, functions, resourceByToken } from "../registry";
import { openStore } from "../store/open";
import { type BranchFile, openBranchFile } from "./branch-file";
import { check } from "./check";
import { construct } from "./construct";
import type * as contract from "./contract";
import { create } from "./create";
import { deleteResource } from "./delete";
import { diff } from "./diff";
import { invoke } from "./invoke";
import { openEngine, requireConfig } from "./open-engine";
import { packageSchema } from "./package-schema";
import { providerConfig } from "./provider-config";
import { read } from "./read";
import { update } from "./update";
import { packageVersion } from "./version";
import { Workspace } from "./workspace";

const functionDefinitions = new Map(functions.map((definition) => [definition.token, definition]));
const componentDefinitions = new Map(components.map((definition) => [definition.token, definition]));

/**
 * The provider over the simulated engine. `wallTime` tells UNIX seconds; only a wall clock asks for it. `open` opens
 * the store at the configured address. `run` names the Pulumi operation that this process works for, if there is one.
 */
export class SimulatedSession implements contract.Session {
  #workspace: Workspace | undefined;
  #branchFile: BranchFile | undefined;

  constructor(
    private readonly host: contract.Host,
    private readonly wallTime: () => number,
    private readonly open: typeof openStore = openStore,
    private readonly run?: string,
  ) {}

  schema(): string {
    return packageSchema(packageVersion());
  }

  version(): string {
    return packageVersion();
  }

  async checkConfig({ news }: contract.CheckConfigRequest): Promise<contract.CheckResult> {
    const checked = decodeConfig(providerConfig, news);
    return { inputs: checked.inputs, failures: checked.failures.map((finding) => failureOf(finding, checked.secret)) };
  }

  async diffConfig({ oldInputs, news }: contract.DiffConfigRequest): Promise<contract.DiffResult> {
    const { detailedDiff, replaces } = diffInputs(providerConfig, declared(oldInputs), declared(news), []);
    return {
      changes: Object.keys(detailedDiff).length > 0 ? "some" : "none",
      detailedDiff,
      replaces,
      stables: [],
      deleteBeforeReplace: false,
    };
  }

  async configure({ args }: contract.ConfigureRequest): Promise<void> {
    const config = requireConfig(args);
    const { wallTime, open } = this;
    const engine = await openEngine(config, { projectDirectory: process.cwd(), wallTime, open });
    await this.close();
    const { location } = engine.store;
    this.#branchFile = this.run === undefined ? undefined : openBranchFile(this.run, location);
    this.#workspace = new Workspace(engine, config.forecastDays, this.host, this.#branchFile);
    // An engine that can't be opened is told once, here, and not by every resource.
    await engine.ask(async ({ now }) => now, undefined);
  }

  async check(request: contract.CheckRequest): Promise<contract.CheckResult> {
    return check(this.#configured(), definitionOf(request.type), request);
  }

  async diff(request: contract.DiffRequest): Promise<contract.DiffResult> {
    return diff(this.#configured(), definitionOf(request.type), request);
  }

  async create(request: contract.CreateRequest): Promise<contract.CreateResult> {
    return create(this.#configured(), definitionOf(request.type), request);
  }

  async read(request: contract.ReadRequest): Promise<contract.ReadResult | undefined> {
    return read(this.#configured(), definitionOf(request.type), request);
  }

  async update(request: contract.UpdateRequest): Promise<contract.UpdateResult> {
    return update(this.#configured(), definitionOf(request.type), request);
  }

  async delete(request: contract.DeleteRequest): Promise<void> {
    return deleteResource(this.#configured(), definitionOf(request.type), request);
  }

  async invoke(request: contract.InvokeRequest): Promise<contract.InvokeResult> {
    return invoke(this.#configured(), functionOf(request.token), request);
  }

  async construct(request: contract.ConstructRequest, monitor: contract.Monitor): Promise<contract.ConstructResult> {
    return construct(componentOf(request.type), request, monitor);
  }

  /** Operations look at their own signal; there is nothing else to stop. */
  cancel(): void {}

  async close(): Promise<void> {
    await this.#workspace?.engine.store.close();
    this.#branchFile?.journal.remove();
    this.#workspace = undefined;
  }

  #configured(): Workspace {
    if (this.#workspace === undefined) throw new Error("a resource call came before Configure");
    return this.#workspace;
  }
}

/** What the user declares; the Pulumi engine adds its own keys. */
function declared({
  version: _version,
  pluginDownloadURL: _url,
  __internal: _internal,
  ...rest
}: PropertyMap): PropertyMap {
  return rest;
}

function unknownToken(token: string, known: Iterable<string>): EngineError {
  return new EngineError({
    code: "InvalidParameter.Type",
    message: `cloudbackup has no ${token}`,
    remedy: `it has: ${[...known].join(", ")}`,
    source: documents.engine,
  });
}

function definitionOf(token: string): ResourceDefinition {
  const definition = resourceByToken.get(token);
  if (definition === undefined) throw unknownToken(token, resourceByToken.keys());
  return definition;
}

function functionOf(token: string): FunctionDefinition {
  const definition = functionDefinitions.get(token);
  if (definition === undefined) throw unknownToken(token, functionDefinitions.keys());
  return definition;
}

function componentOf(token: string): ComponentDefinition {
  const definition = componentDefinitions.get(token);
  if (definition === undefined) throw unknownToken(token, componentDefinitions.keys());
  return definition;
}

/** `run` is the same text in every process of one Pulumi operation, and in no other. */
export function createSession(host: contract.Host, wallTime: () => number, run?: string): contract.Session {
  return new SimulatedSession(host, wallTime, openStore, run);
}
