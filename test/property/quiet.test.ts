import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import * as fc from "fast-check";
import { sha256Hex } from "../../provider/engine/core/identifier";
import { createSession } from "../../provider/session/session";
import { openStore } from "../../provider/store/open";
import { temporaryDirectory } from "../store/directory";
import { emptyState, FakePulumi } from "../support/fake-pulumi";
import { TestEngine } from "../support/test-engine";
import { histories } from "./history";
import { inventory } from "./programs";

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

function pulumiOn(engineUrl: string): FakePulumi {
  return new FakePulumi(async () => {
    const session = createSession({ log: () => {} }, () => 0);
    await session.configure({ urn: undefined, args: { engineUrl, inventory } });
    return session;
  });
}

describe("law 10, quiet", function () {
  this.timeout(240_000);

  it("previews and refreshes leave the store's files as they are, byte for byte", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ versions, pauses }) => {
        const directory = temporaryDirectory();
        const engineUrl = join(directory, "engine.db");
        const pulumi = pulumiOn(engineUrl);
        let state = emptyState;
        for (const [version, program] of versions.entries()) {
          const before = listing(directory);
          await pulumi.preview(program, state);
          expect(listing(directory), "after a preview").to.deep.equal(before);
          state = (await pulumi.up(program, state)).state;
          const engine = new TestEngine(await openStore(engineUrl, { projectDirectory: directory }), { inventory });
          await engine.advance(pauses[version] ?? 0);
          await engine.store.close();
          const changed = listing(directory);
          if (version === 0 && state.resources.length > 0) expect(changed).not.to.deep.equal(before);
          await pulumi.refresh(state);
          await pulumi.preview(program, state, { refresh: true });
          expect(listing(directory), "after a refresh and a preview with one").to.deep.equal(changed);
        }
      }),
      { numRuns: 4 },
    );
  });
});
