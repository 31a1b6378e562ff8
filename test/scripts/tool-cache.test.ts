import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { cachedExecutable, cacheFolder, fillCache } from "../../scripts/lib/tool-cache";

async function makeTool(folder: string): Promise<void> {
  await mkdir(path.join(folder, "bin"));
  await writeFile(path.join(folder, "bin", path.basename(cachedExecutable("tool-v1", "tool"))), "");
}

describe("the cache of tools", () => {
  const before = process.env.XDG_CACHE_HOME;
  let home = "";

  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), "cloudbackup-cache-"));
    process.env.XDG_CACHE_HOME = home;
  });

  afterEach(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    rmSync(home, { recursive: true });
  });

  it("is where each operating system keeps caches", () => {
    const folders = (["linux", "darwin", "win32"] as const).map((platform) => cacheFolder(platform, {}, "home"));
    expect(folders).to.deep.equal([
      path.join("home", ".cache", "cloudbackup"),
      path.join("home", "Library", "Caches", "cloudbackup"),
      path.join("home", "AppData", "Local", "cloudbackup"),
    ]);
    expect(cacheFolder("linux", { XDG_CACHE_HOME: "elsewhere" }, "home")).to.equal(
      path.join("elsewhere", "cloudbackup"),
    );
  });

  it("holds a tool only when it was made to the end", async () => {
    const failed = await fillCache("tool-v1", "tool", async (folder) => {
      await makeTool(folder);
      throw new Error("interrupted");
    }).catch((error: Error) => error.message);
    expect(failed).to.equal("interrupted");
    expect(readdirSync(cacheFolder())).to.deep.equal([]);
  });

  it("keeps the first one when another process was faster", async () => {
    const command = await fillCache("tool-v1", "tool", async (folder) => {
      await makeTool(folder);
      const faster = path.join(cacheFolder(), "tool-v1");
      await mkdir(faster);
      await makeTool(faster);
      await writeFile(path.join(faster, "first"), "");
    });
    expect(command).to.equal(cachedExecutable("tool-v1", "tool"));
    expect(readdirSync(path.join(cacheFolder(), "tool-v1"))).to.include("first");
  });

  it("replaces a folder whose executable is gone", async () => {
    mkdirSync(path.join(cacheFolder(), "tool-v1", "bin"), { recursive: true });
    writeFileSync(path.join(cacheFolder(), "tool-v1", "bin", "rest"), "");
    await fillCache("tool-v1", "tool", makeTool);
    expect(readdirSync(path.join(cacheFolder(), "tool-v1", "bin"))).to.not.include("rest");
  });
});
