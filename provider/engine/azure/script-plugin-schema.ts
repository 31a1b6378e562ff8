import type { RuleId } from "./rule";

/** The keys of VMSnapshotScriptPluginConfig.json, spelled and ordered as in the documented template. */
export const pluginConfigKeys = [
  "pluginName",
  "preScriptLocation",
  "postScriptLocation",
  "preScriptParams",
  "postScriptParams",
  "preScriptNoOfRetries",
  "postScriptNoOfRetries",
  "timeoutInSeconds",
  "continueBackupOnFailure",
  "fsFreezeEnabled",
  "ScriptsExecutionPollTimeSeconds",
] as const;
export type PluginConfigKey = (typeof pluginConfigKeys)[number];

/** What a value of the file may be, with the rule behind it. */
interface KeyRule {
  readonly schema: object;
  readonly rule: RuleId;
  /** Goes on after "must be". */
  readonly words: string;
  readonly remedy: string;
}

export const timeoutLimit = 1800;
export const pollLimit = 5;

/** An absolute path of a file; empty as in the template, before it is filled in. */
export const scriptPath = /^(\/(?:[^\0]*[^/\0])?)?$/;

const location = (which: string): KeyRule => ({
  schema: { type: "string", pattern: scriptPath.source },
  rule: "Z-11",
  words: `the full path of the ${which}-script on the VM`,
  remedy: `write the path from the root, "/opt/backup/${which}-script.sh"`,
});

const params: KeyRule = {
  schema: { type: "array", items: { type: "string" } },
  rule: "Z-12",
  words: "a list of texts in quotes",
  remedy: 'put every parameter in quotes, separated by commas: ["first", "second"]',
};

const retries: KeyRule = {
  schema: { type: "integer", minimum: 0 },
  rule: "Z-11",
  words: "an integer, 0 or more",
  remedy: "0 makes one try and no retry",
};

export const keyRules: Readonly<Record<PluginConfigKey, KeyRule>> = {
  pluginName: {
    schema: { const: "ScriptRunner" },
    rule: "Z-12",
    words: '"ScriptRunner"',
    remedy: 'leave pluginName as it is in the template, "ScriptRunner": otherwise the scripts do not run',
  },
  preScriptLocation: location("pre"),
  postScriptLocation: location("post"),
  preScriptParams: params,
  postScriptParams: params,
  preScriptNoOfRetries: retries,
  postScriptNoOfRetries: retries,
  timeoutInSeconds: {
    schema: { type: "integer", minimum: 1, maximum: timeoutLimit },
    rule: "Z-11",
    words: `an integer from 1 to ${timeoutLimit}, seconds`,
    remedy: `use 1 to ${timeoutLimit}: it holds for each script, over all its tries`,
  },
  continueBackupOnFailure: {
    schema: { type: "boolean" },
    rule: "Z-05",
    words: "true or false",
    remedy: "true falls back when a script fails, false lets the backup fail; both without quotes",
  },
  fsFreezeEnabled: {
    schema: { type: "boolean" },
    rule: "Z-13",
    words: "true or false",
    remedy: "leave it true unless the application forbids fsfreeze; without quotes",
  },
  ScriptsExecutionPollTimeSeconds: {
    schema: { type: "integer", minimum: 1, maximum: pollLimit },
    rule: "Z-12",
    words: `strictly an integer from 1 to ${pollLimit}, seconds`,
    remedy: `use 1, 2, 3, 4 or ${pollLimit}; the template has 3`,
  },
};

/** The file as JSON Schema; the extension does not work without the two locations. */
export const pluginConfigSchema = {
  type: "object",
  required: ["preScriptLocation", "postScriptLocation"],
  additionalProperties: false,
  properties: Object.fromEntries(Object.entries(keyRules).map(([key, { schema }]) => [key, schema])),
};
