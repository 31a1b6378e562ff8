import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

const abandonedAfterInHours = 6;

/** Where this user's caches belong on this operating system: outside the checkout, so that all checkouts share it. */
export function cacheFolder(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
  home: string = os.homedir(),
): string {
  if (environment.XDG_CACHE_HOME) return path.join(environment.XDG_CACHE_HOME, "cloudbackup");
  if (platform === "win32") {
    return path.join(environment.LOCALAPPDATA ?? path.join(home, "AppData", "Local"), "cloudbackup");
  }
  if (platform === "darwin") return path.join(home, "Library", "Caches", "cloudbackup");
  return path.join(home, ".cache", "cloudbackup");
}

/** A tool's file name on this operating system. */
export function executableName(name: string, platform: NodeJS.Platform = process.platform): string {
  return platform === "win32" ? `${name}.exe` : name;
}

/** Where the executable of a cached tool is, whether it is there or not. */
export function cachedExecutable(tool: string, executable: string): string {
  return path.join(cacheFolder(), tool, "bin", executableName(executable));
}

/**
 * Fills the cache folder of a tool by way of a folder of this process's own that is renamed when it is whole: a killed
 * build leaves nothing that looks like a tool, and of two builds at once the first one wins.
 */
export async function fillCache(
  tool: string,
  executable: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const target = path.join(cacheFolder(), tool);
  const partial = `${target}.partial-${process.pid}`;
  await mkdir(cacheFolder(), { recursive: true });
  await removeAbandoned(cacheFolder());
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  try {
    await fill(partial);
    if (existsSync(cachedExecutable(tool, executable))) return cachedExecutable(tool, executable);
    // Without its executable the target is what is left of a folder that somebody half removed.
    await rm(target, { recursive: true, force: true });
    await rename(partial, target).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(cachedExecutable(tool, executable))) throw error;
    });
    return cachedExecutable(tool, executable);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** A process that was killed can't tidy up; what it left behind is 100 MB and more. */
async function removeAbandoned(folder: string): Promise<void> {
  const limit = Date.now() - abandonedAfterInHours * 3600 * 1000;
  for (const name of await readdir(folder)) {
    const entry = path.join(folder, name);
    if (name.includes(".partial-") && (await stat(entry)).mtimeMs < limit) {
      await rm(entry, { recursive: true, force: true });
    }
  }
}
