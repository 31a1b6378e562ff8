import type {
  EnforcementLevel,
  PolicyConfigSchema,
  PolicyResource,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { Exemptions } from "./exemption";
import { type StackResource, unknown } from "./resource";
import { Stack } from "./stack";
import type { Verdict } from "./verdict";

/** The JSON schema of one value of a rule's configuration. */
export type PropertySchema = PolicyConfigSchema["properties"][string];

interface BackupPolicyArgs<Config extends object> {
  readonly name: string;
  readonly description: string;
  readonly enforcementLevel: EnforcementLevel;
  readonly defaults: Config;
  readonly properties: Readonly<Record<keyof Config, PropertySchema>>;
  readonly judge: (stack: Stack, config: Config & Exemptions) => Verdict;
}

const exemptions: Readonly<Record<keyof Exemptions, PropertySchema>> = {
  exempt: { type: "array", items: { type: "string" } },
  exemptTags: { type: "object", additionalProperties: { type: "string" } },
};

/** A rule as `@pulumi/policy` runs it, over all resources of the stack at once. */
export function backupPolicy<Config extends object>(args: BackupPolicyArgs<Config>): StackValidationPolicy {
  const { name, description, enforcementLevel, defaults, judge } = args;
  const properties = { ...args.properties, ...exemptions };
  return {
    name,
    description,
    enforcementLevel,
    configSchema: { properties: withDefaults(properties, defaults) },
    validateStack: (validation: StackValidationArgs, report) => {
      const config = { ...defaults, ...validation.getConfig<Config & Exemptions>() };
      // Pulumi lets them pass, and a control that nobody has configured would look like one that somebody has.
      for (const key of Object.keys(config).filter((each) => !Object.hasOwn(properties, each))) {
        report(`${key} is no value of ${name}, and changes nothing\n  fix: use ${Object.keys(properties).join(", ")}`);
      }
      const verdict = judge(new Stack(validation.resources.map(toStackResource)), config);
      for (const { urn, message } of verdict.violations) report(message, urn);
      for (const reason of verdict.unknown) console.error(`${name}: ${reason}`);
    },
  };
}

function withDefaults(properties: Readonly<Record<string, PropertySchema>>, defaults: object) {
  const values = new Map(Object.entries(defaults));
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      values.has(name) ? { ...schema, default: values.get(name) } : schema,
    ]),
  );
}

function toStackResource({ type, name, urn, props }: PolicyResource): StackResource {
  return { type, name, urn, props: plain(props) as StackResource["props"] };
}

/** Copies values out of the proxy that throws at whoever reads one that a preview does not know. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => known(() => value[index]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.keys(value).map((key) => [key, known(() => (value as Record<string, unknown>)[key])]),
  );
}

function known(read: () => unknown): unknown {
  try {
    return plain(read());
  } catch (error) {
    if (error instanceof Error && error.message.endsWith("can't be known during preview")) return unknown;
    throw error;
  }
}
