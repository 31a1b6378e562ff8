import { writeFileSync } from "node:fs";
import path from "node:path";
import { version } from "../package.json";
import { packageSchema } from "../provider/session/package-schema";

const root = path.dirname(__dirname);

export const schemaFile = path.join(root, "schema.json");

/** What schema.json must hold: the resources as they are declared now, in the version of package.json. */
export function currentSchema(): string {
  return packageSchema(version);
}

if (require.main === module) writeFileSync(schemaFile, currentSchema());
