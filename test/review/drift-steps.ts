import type { Step } from "../../provider/review/step";

type Values = Readonly<Record<string, unknown>>;

/** A step of a refresh as the engine's events tell it, with what a test does not care about left out. */
function step(type: string, name: string, given: Partial<Step>): Step {
  return {
    urn: `urn:pulumi:test::drift::cloudbackup:${type}::${name}`,
    name,
    type: `cloudbackup:${type}`,
    operation: "same",
    failed: false,
    id: name,
    detailedDiff: {},
    oldInputs: {},
    newInputs: {},
    oldOutputs: {},
    newOutputs: {},
    ...given,
  };
}

export function same(type: string, name: string, values: Values): Step {
  return step(type, name, { oldOutputs: values, newOutputs: values });
}

/** What the provider names as different; by default every property whose value is another one. */
export function changed(
  type: string,
  name: string,
  before: Values,
  after: Values,
  paths: readonly string[] = [],
): Step {
  const detailedDiff = Object.fromEntries(paths.map((path) => [path, "update"]));
  return step(type, name, { operation: "update", oldOutputs: before, newOutputs: after, detailedDiff });
}

export function gone(type: string, name: string, values: Values): Step {
  return step(type, name, { operation: "delete", oldOutputs: values });
}

/** As the events carry a secret. */
export const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};
