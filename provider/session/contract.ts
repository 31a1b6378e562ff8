import type { PropertyDiff } from "../definition/property-diff";
import type { PropertyMap, Unknown } from "../definition/value";

/** One thing the user got wrong; `property` is a path or empty for the whole resource. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What the user's autonaming configuration wants for a resource that has no name. */
export interface Autonaming {
  readonly proposedName: string;
  /** `propose`: may be adjusted; `enforce`: taken as it is or refused; `disable`: a missing name is a failure. */
  readonly mode: "propose" | "enforce" | "disable";
}

export interface CheckResult {
  readonly inputs: PropertyMap;
  readonly failures: readonly CheckFailure[];
}

/** `replaces` names top-level properties; `detailedDiff` goes by property path. */
export interface DiffResult {
  readonly changes: "none" | "some";
  readonly detailedDiff: Readonly<Record<string, PropertyDiff>>;
  readonly replaces: readonly string[];
  readonly stables: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

export interface CheckConfigRequest {
  readonly urn: string;
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
}

export interface DiffConfigRequest extends CheckConfigRequest {
  readonly oldInputs: PropertyMap;
}

export interface ConfigureRequest {
  readonly urn: string | undefined;
  readonly args: PropertyMap;
}

export interface CheckRequest {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The inputs of the last update; empty for a new resource. */
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  readonly randomSeed: Uint8Array | undefined;
  readonly autonaming: Autonaming | undefined;
}

export interface DiffRequest {
  readonly urn: string;
  readonly id: string;
  readonly type: string;
  /** The old outputs. */
  readonly olds: PropertyMap;
  readonly oldInputs: PropertyMap;
  readonly news: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

/** What ends an operation early: the run is cancelled, the caller gave up, or the time is over. */
export interface Limits {
  /** What the user allows; 0 stands for the resource's default. A positive one aborts the signal by itself. */
  readonly timeoutInSeconds: number;
  readonly signal: AbortSignal;
}

export interface CreateRequest extends Limits {
  readonly urn: string;
  readonly type: string;
  readonly properties: PropertyMap;
  readonly preview: boolean;
}

export interface CreateResult {
  readonly id: string;
  /** Unknowns are allowed in a preview only. */
  readonly properties: PropertyMap;
}

export interface ReadRequest {
  readonly urn: string;
  readonly id: string;
  readonly type: string;
  /** The old outputs; undefined at import, where `inputs` is undefined too. */
  readonly properties: PropertyMap | undefined;
  readonly inputs: PropertyMap | undefined;
  readonly signal: AbortSignal;
}

export interface ReadResult {
  readonly id: string;
  readonly properties: PropertyMap;
  readonly inputs: PropertyMap;
}

export interface UpdateRequest extends Limits {
  readonly urn: string;
  readonly id: string;
  readonly type: string;
  readonly olds: PropertyMap;
  readonly oldInputs: PropertyMap;
  readonly news: PropertyMap;
  readonly preview: boolean;
  readonly ignoreChanges: readonly string[];
}

export interface UpdateResult {
  /** Unknowns are allowed in a preview only. */
  readonly properties: PropertyMap;
}

export interface DeleteRequest extends Limits {
  readonly urn: string;
  readonly id: string;
  readonly type: string;
  readonly properties: PropertyMap;
  readonly oldInputs: PropertyMap;
}

export interface InvokeRequest {
  readonly token: string;
  readonly args: PropertyMap;
  readonly preview: boolean;
}

export interface InvokeResult {
  readonly result: PropertyMap | undefined;
  readonly failures: readonly CheckFailure[];
}

export interface ConstructRequest {
  readonly type: string;
  readonly name: string;
  readonly inputs: PropertyMap;
  /** By property: URNs that its value comes from, for callers whose values don't say it themselves. */
  readonly inputDependencies: Readonly<Record<string, readonly string[]>>;
  readonly preview: boolean;
}

/** A resource that a component asks Pulumi's engine for. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  /** The URN of the component. */
  readonly parent: string;
  readonly inputs: PropertyMap;
  /** By property: URNs that its value comes from. */
  readonly dependencies: Readonly<Record<string, readonly string[]>>;
}

export interface Registered {
  readonly urn: string;
  /** Unknown in a preview that can't tell, or when the resource was not made. */
  readonly id: string | Unknown;
  readonly outputs: PropertyMap;
  /** Whether an output that isn't there may still come. */
  readonly partial: boolean;
}

/** Pulumi's engine, as far as a component needs it. A call rejects with RunEnded once the run is over. */
export interface Monitor {
  /** Registers the component itself; resolves to its URN. */
  registerComponent(): Promise<string>;
  /** Registers a child; resolves once it is made, or once the preview tells what it would be. */
  registerChild(registration: Registration): Promise<Registered>;
  registerOutputs(urn: string, outputs: PropertyMap): Promise<void>;
}

/** What a component came to; when its inputs are wrong nothing is registered. */
export type ConstructResult =
  | { readonly failures: readonly CheckFailure[] }
  | {
      readonly urn: string;
      /** Unknowns are found in a preview only. */
      readonly state: PropertyMap;
      /** By output: URNs of the resources that it comes from. */
      readonly dependencies: Readonly<Record<string, readonly string[]>>;
    };

/**
 * The provider without any protocol; one per process. Calls may overlap. A refusal that is the user's matter is an
 * EngineError or StoreError, an operation stopped by its signal throws the signal's reason, and an object that exists
 * but isn't what was asked for is a ResourceInitFailed; anything else that is thrown is a bug.
 */
export interface Session {
  /** The JSON of Pulumi's package schema, the same bytes at each call. */
  schema(): string;
  /** The version in package.json. */
  version(): string;
  checkConfig(request: CheckConfigRequest): Promise<CheckResult>;
  diffConfig(request: DiffConfigRequest): Promise<DiffResult>;
  /** Comes once per process, except under an attached debugger, where it may come again with other arguments. */
  configure(request: ConfigureRequest): Promise<void>;
  check(request: CheckRequest): Promise<CheckResult>;
  diff(request: DiffRequest): Promise<DiffResult>;
  create(request: CreateRequest): Promise<CreateResult>;
  /** Undefined when the resource is gone. */
  read(request: ReadRequest): Promise<ReadResult | undefined>;
  update(request: UpdateRequest): Promise<UpdateResult>;
  /** A resource that is gone already is deleted. */
  delete(request: DeleteRequest): Promise<void>;
  invoke(request: InvokeRequest): Promise<InvokeResult>;
  construct(request: ConstructRequest, monitor: Monitor): Promise<ConstructResult>;
  /** Tells that the run was cancelled; returns at once. The signals of running operations are aborted already. */
  cancel(): void;
  /** Gives back what the session holds; no call comes after it. */
  close(): Promise<void>;
}

export interface LogOptions {
  /** Shown as the resource's status only, until the next one. */
  readonly ephemeral?: boolean;
}

/** What the session may ask of its surroundings. */
export interface Host {
  /** Shows a message to the user; never fails, never waits. It must not hold a secret. */
  log(severity: Severity, message: string, urn?: string, options?: LogOptions): void;
}

export type Severity = "debug" | "info" | "warning" | "error";
