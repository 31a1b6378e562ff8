import { openStore } from "../../provider/store/open";
import { OverlayStore } from "../../provider/store/overlay";
import type { Store } from "../../provider/store/store";
import { createPostgresUrl, requirePostgres } from "../support/postgres";
import { temporaryDirectory } from "./directory";
import { emptied } from "./emptied";
import { storeSuite } from "./suite";

const openFile = () => openStore("", { projectDirectory: temporaryDirectory() });
const openMemory = () => openStore("memory:", { projectDirectory: temporaryDirectory() });

/** A branch that closes its base with itself. */
class ClosingOverlay extends OverlayStore {
  constructor(private readonly bottom: Store) {
    super(bottom);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.bottom.close();
  }
}

describe("a store in a SQLite file", () => storeSuite({ create: openFile, readsDuringWrites: true }));

describe("a store in SQLite's memory", () => storeSuite({ create: openMemory, readsDuringWrites: false }));

describe("a branch of a SQLite file", () =>
  storeSuite({ create: async () => new ClosingOverlay(await openFile()), readsDuringWrites: true }));

describe("a branch of a branch", () =>
  storeSuite({
    create: async () => new ClosingOverlay(new ClosingOverlay(await openMemory())),
    readsDuringWrites: true,
  }));

describe("a store in PostgreSQL", () => {
  requirePostgres();
  let url: Promise<string> | undefined;
  storeSuite({
    create: async () => {
      url ??= createPostgresUrl();
      return emptied(await openStore(await url, { projectDirectory: temporaryDirectory() }));
    },
    readsDuringWrites: true,
  });
});
