import type { PropertyMap } from "../../provider/definition/value";
import type { Session } from "../../provider/session/contract";
import type { Store } from "../../provider/store/store";
import { fakeSession } from "./fake-session";
import { ProviderClient } from "./provider-client";
import { sessionOn } from "./test-engine";

/**
 * This provider behind a real gRPC server on a port of this machine. One server serves one run after the other, as a
 * plugin does under a debugger: a handshake and a configuration begin a new run.
 */
export class WireProvider {
  #client: ProviderClient | undefined;
  #session: Session | undefined;
  #openStore: () => Promise<Store> = async () => {
    throw new Error("a configuration came before a run was opened");
  };

  async start(): Promise<void> {
    this.#client = await ProviderClient.serve((host) => {
      this.#session = sessionOn(host, () => this.#openStore());
      return this.#session;
    });
  }

  async stop(): Promise<void> {
    await this.#client?.close();
  }

  /** A run's session: whatever it is asked goes over the wire. The runs of one server must not overlap. */
  async open(config: PropertyMap, openStore: () => Promise<Store>): Promise<Session> {
    const client = this.#client;
    if (client === undefined) throw new Error("the server was not started");
    this.#openStore = openStore;
    await client.handshake();
    await client.configure(asTexts(config));
    // What a plugin holds it gives back when its process ends, which the server's does not.
    return sessionOver(client, async () => this.#session?.close());
  }
}

/** As in Pulumi's configuration of a provider, everything but texts is JSON. */
function asTexts(config: PropertyMap): PropertyMap {
  const texts = Object.entries(config).map(([name, value]) => {
    return [name, typeof value === "string" ? value : JSON.stringify(value)] as const;
  });
  return Object.fromEntries(texts);
}

/** What the model of Pulumi's engine calls; the rest it never asks for. */
function sessionOver(client: ProviderClient, close: () => Promise<void>): Session {
  return fakeSession({
    close,
    check: (request) => client.check(request),
    diff: async (request) => {
      const { changes, ...diff } = await client.diff(request);
      if (changes === "unknown") throw new Error("a diff that does not say whether there is one");
      return { changes, ...diff };
    },
    create: (request) => client.create(request),
    read: async (request) => {
      const found = await client.read(request);
      if (found === undefined) return undefined;
      if (found.inputs === undefined) throw new Error("a read without inputs");
      return { ...found, inputs: found.inputs };
    },
    update: (request) => client.update(request),
    delete: (request) => client.delete(request),
  });
}
