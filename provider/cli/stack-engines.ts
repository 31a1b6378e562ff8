import type { PropertyMap } from "../definition/value";
import type { Engine } from "../engine/engine";
import { openEngine, requireConfig } from "../session/open-engine";
import type { StackResource } from "../session/stack-state";
import { openStore } from "../store/open";
import { OverlayStore } from "../store/overlay";
import type { Store } from "../store/store";
import { type GlobalOptions, readConfiguration } from "./configuration";
import { CommandFailure } from "./failure";
import type { Io } from "./io";

const providerType = "pulumi:providers:cloudbackup";

/** Branches of the engines that a stack's providers work on; nothing that is done there reaches an engine. */
export interface StackEngines {
  /** By the URN of the provider. */
  readonly engines: ReadonlyMap<string, Engine>;
  close(): Promise<void>;
}

/** Opens the engine of each provider that has resources in the state. Providers of one store share a branch. */
export async function openStackEngines(
  resources: readonly StackResource[],
  options: GlobalOptions,
  io: Io,
): Promise<StackEngines> {
  const used = new Set(resources.filter(({ custom }) => custom).map(({ provider }) => provider));
  const providers = resources.filter(({ type, urn }) => type === providerType && used.has(urn));
  const stores: Store[] = [];
  const branches = new Map<string, OverlayStore>();
  const open: typeof openStore = async (url, where) => {
    const known = branches.get(url ?? "");
    if (known !== undefined) return known;
    const store = await openStore(url, where);
    stores.push(store);
    const branch = new OverlayStore(store);
    branches.set(url ?? "", branch);
    return branch;
  };
  const engines = new Map<string, Engine>();
  const close = async (): Promise<void> => {
    for (const store of stores) await store.close();
  };
  try {
    for (const provider of providers) {
      const { args, projectDirectory } = configurationOf(provider, options, io);
      const config = requireConfig(args);
      engines.set(provider.urn, await openEngine(config, { projectDirectory, wallTime: io.wallTime, open }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { engines, close };
}

/** A default provider follows the stack's configuration, as the next run will; another one has its own. */
function configurationOf(provider: StackResource, options: GlobalOptions, io: Io) {
  const { version: _version, pluginDownloadURL: _url, __internal: _internal, ...own } = provider.inputs;
  const isDefault = provider.name === "default" || provider.name.startsWith("default_");
  const configured = readConfiguration(options, io);
  const args: PropertyMap = isDefault ? { ...own, ...configured.args } : own;
  const [sealed] = provider.sealed.filter((name) => !Object.hasOwn(args, name));
  if (sealed === undefined) return { args, projectDirectory: configured.projectDirectory };
  const message = `the ${sealed} of provider ${provider.name} is a secret that can't be decrypted`;
  const remedy = "set PULUMI_CONFIG_PASSPHRASE, or what else the stack's secrets provider needs, as for pulumi destroy";
  throw new CommandFailure("Command.EncryptedConfiguration", message, remedy);
}
