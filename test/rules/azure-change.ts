import type { PropertyMap } from "../../provider/definition/value";
import { isPropertyMap } from "../../provider/definition/value";
import type { Inputs } from "./any-world";
import { type AzureWorld, everyHours } from "./azure-world";

type Part = "vault" | "policy" | "machine" | "framework" | "protection";

/** Changes the inputs of one resource. */
export function change(part: Part, inputs: Inputs): (world: AzureWorld) => void {
  return (world) => void Object.assign(world[part], inputs);
}

export const machine = (inputs: Inputs) => change("machine", inputs);
export const protection = (inputs: Inputs) => change("protection", inputs);
export const vault = (inputs: Inputs) => change("vault", inputs);
export const policy = (inputs: Inputs) => change("policy", inputs);

/** The same without a script framework. */
export function plainly(spoil: (world: AzureWorld) => void): (world: AzureWorld) => void {
  return (world) => spoil(world.plain());
}

/** An enhanced policy, of several backups a day if an interval in hours is given. */
export function enhanced(interval?: number, inputs: Inputs = {}): (world: AzureWorld) => void {
  const schedule = interval === undefined ? {} : { schedulePolicy: everyHours(interval) };
  return policy({ policyType: "V2", ...schedule, ...inputs });
}

/** A Windows machine, which takes no framework. */
export function windows(inputs: Inputs = {}): (world: AzureWorld) => void {
  return plainly(machine({ osType: "Windows", ...inputs }));
}

/** Other values for keys of VMSnapshotScriptPluginConfig.json. */
export function config(values: PropertyMap): (world: AzureWorld) => void {
  return ({ framework }) => merge(framework, "config", values);
}

export type ScriptName = "preScript" | "postScript";

export function script(which: ScriptName, values: PropertyMap): (world: AzureWorld) => void {
  return ({ framework }) => merge(framework, which, values);
}

/** How a script behaves; both do without a name. */
export function simulate(values: PropertyMap, ...names: readonly ScriptName[]): (world: AzureWorld) => void {
  const which = names.length === 0 ? (["preScript", "postScript"] as const) : names;
  return all(...which.map((name) => script(name, { simulate: values })));
}

export function all(...changes: readonly ((world: AzureWorld) => void)[]): (world: AzureWorld) => void {
  return (world) => {
    for (const each of changes) each(world);
  };
}

function merge(inputs: Inputs, name: string, values: PropertyMap): void {
  const old = inputs[name];
  inputs[name] = { ...(isPropertyMap(old as PropertyMap) ? (old as PropertyMap) : {}), ...values };
}
