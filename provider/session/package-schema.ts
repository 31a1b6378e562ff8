import { languageSettings } from "../definition/language";
import { buildSchema } from "../definition/schema";
import { components, functions, resources } from "../registry";
import { providerConfig } from "./provider-config";

/** The package's schema as text: what `schema.json` holds and GetSchema answers. */
export function packageSchema(version: string): string {
  const schema = buildSchema({
    name: "cloudbackup",
    version,
    displayName: "Cloud Backup",
    description:
      "Declare, preview, apply and re-check the backup of virtual machines against a bundled, " +
      "deterministic, simulated " +
      "backup engine: no cloud account needed.",
    about: {
      keywords: ["pulumi", "cloudbackup", "backup", "alibaba", "ecs", "category/infrastructure", "kind/native"],
      license: "Apache-2.0",
      publisher: "cloudbackup",
    },
    config: providerConfig,
    resources,
    functions,
    components,
    language: languageSettings,
  });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
