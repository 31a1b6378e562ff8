import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../../provider/engine/core/identifier";
import { openStore } from "../../provider/store/open";
import type { Reader, Store, Writer } from "../../provider/store/store";
import { temporaryDirectory } from "../store/directory";
import { LastingStore, memoryStore, TestEngine } from "../support/test-engine";
import { inventory } from "./programs";

/** Where the engine of a generated case is. */
export interface Home {
  /** The store of one run, which the run closes. */
  open(): Promise<Store>;
  /** The engine for whoever is not Pulumi. */
  withEngine<T>(work: (engine: TestEngine) => Promise<T>): Promise<T>;
  /** A text that is another one after anything was written. */
  print(): string;
}

/** Tells how often it was written to. */
class CountingStore implements Store {
  writes = 0;

  constructor(private readonly store: Store) {}

  get location(): string {
    return this.store.location;
  }

  read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    return this.store.read(work);
  }

  write<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    this.writes += 1;
    return this.store.write(work);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

export async function homeInMemory(): Promise<Home> {
  const store = new CountingStore(new LastingStore(await memoryStore()));
  const engine = new TestEngine(store, { inventory });
  return {
    open: async () => store,
    withEngine: (work) => work(engine),
    print: () => `${store.writes} writes`,
  };
}

export function homeOnFile(): Home {
  const directory = temporaryDirectory();
  const open = () => openStore(join(directory, "engine.db"), { projectDirectory: directory });
  return {
    open,
    withEngine: async (work) => {
      const store = await open();
      try {
        return await work(new TestEngine(store, { inventory }));
      } finally {
        await store.close();
      }
    },
    print: () => listing(directory).join("\n"),
  };
}

/** Every file under a directory with its mode and content. */
function listing(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const path = join(directory, name);
      const status = statSync(path);
      return `${name} ${status.mode.toString(8)} ${status.isFile() ? sha256Hex(readFileSync(path)) : ""}`;
    });
}
