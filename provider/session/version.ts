import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The version in package.json, which lies as deep below the bundle as below this file. */
export function packageVersion(): string {
  const file = readFileSync(join(__dirname, "..", "..", "package.json"), "utf8");
  return (JSON.parse(file) as { version: string }).version;
}
