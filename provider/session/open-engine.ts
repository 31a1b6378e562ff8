import { decodeConfig } from "../definition/config";
import { failureOf } from "../definition/failure";
import type { PropertyMap } from "../definition/value";
import { documents } from "../engine/core/document";
import { SimulatedEngine } from "../engine/engine";
import { EngineError } from "../engine/error";
import { preparationFor } from "../engine/prepare";
import type { openStore } from "../store/open";
import { readInventory } from "./inventory-file";
import { type ProviderConfig, providerConfig } from "./provider-config";

/** The provider's configuration from what stack configuration gives; every problem is told at once. */
export function requireConfig(args: PropertyMap): ProviderConfig {
  const { value, failures, secret } = decodeConfig(providerConfig, args);
  if (value !== undefined) return value;
  const list = failures
    .map((finding) => failureOf(finding, secret))
    .map(({ property, reason }) => `${property}: ${reason}`);
  throw new EngineError({
    code: "Engine.InvalidConfiguration",
    message: `the provider's configuration is not right:\n    ${list.join("\n    ")}`,
    remedy: "see the configuration table in README",
    source: documents.engine,
  });
}

/** What an engine is opened with, beside its configuration. */
export interface Surroundings {
  /** Where relative paths start: the folder in which Pulumi runs the program. */
  readonly projectDirectory: string;
  /** UNIX seconds; only a wall clock asks for it. */
  readonly wallTime: () => number;
  readonly open: typeof openStore;
}

/** The engine that a configuration means, for the provider and for the operator's command alike. */
export async function openEngine(config: ProviderConfig, surroundings: Surroundings): Promise<SimulatedEngine> {
  const { projectDirectory, wallTime, open } = surroundings;
  const inventory = readInventory(config.inventory, projectDirectory);
  const store = await open(config.engineUrl, { projectDirectory });
  const settings = {
    account: config.account,
    caller: config.caller ?? null,
    subscriptionId: config.subscriptionId,
    region: config.region,
    edition: config.edition,
    requireConsistency: config.requireConsistency ?? null,
    seed: config.seed,
    clock: config.clock,
    wallTime,
  };
  return new SimulatedEngine(settings, store, preparationFor(inventory));
}
