import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { executableName } from "./tool-cache";

/** The absolute path of the first such executable on PATH; throws when there is none. */
export function findOnPath(name: string): string {
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    const candidate = path.join(folder, executableName(name));
    if (folder !== "" && isExecutable(candidate)) return path.resolve(candidate);
  }
  throw new Error("not found");
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
