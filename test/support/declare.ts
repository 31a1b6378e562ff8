import {
  ComponentResource,
  type ComponentResourceOptions,
  CustomResource,
  type CustomResourceOptions,
  type Output,
  ProviderResource,
  runtime,
} from "@pulumi/pulumi";
import { components, functions, resources } from "../../provider/registry";
import { providerConfig } from "../../provider/session/provider-config";

/** Inputs and outputs of every token: the runtime gives an `Output` to those properties only that it is told of. */
const properties = new Map(
  resources.map(({ token, inputs, outputs }) => [token, Object.keys({ ...inputs.shape, ...outputs.shape })]),
);

/** A resource of this provider in a test's program, without an SDK: what an SDK's class does is done by name. */
export class Declared extends CustomResource {
  constructor(token: string, name: string, inputs: Readonly<Record<string, unknown>>, options?: CustomResourceOptions) {
    const known = properties.get(token);
    if (known === undefined) throw new Error(`the registry has no resource ${token}`);
    super(token, name, { ...Object.fromEntries(known.map((property) => [property, undefined])), ...inputs }, options);
  }

  /** An input or output of the resource by its name. */
  get(property: string): Output<string> {
    const value = (this as unknown as Readonly<Record<string, Output<string> | undefined>>)[property];
    if (value === undefined) throw new Error(`the resource has no property ${property}`);
    return value;
  }
}

/** The short way to say `new Declared("cloudbackup:hbr:Policy", …)` in a program: `declare("hbr:Policy", …)`. */
export function declare(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>> = {},
  options?: CustomResourceOptions,
): Declared {
  return new Declared(`cloudbackup:${type}`, name, inputs, options);
}

const outputsOfComponent = new Map(components.map(({ token, outputs }) => [token, Object.keys(outputs.shape)]));

/** A component that this provider makes, without an SDK. */
export class DeclaredComponent extends ComponentResource {
  constructor(
    type: string,
    name: string,
    inputs: Readonly<Record<string, unknown>>,
    options?: ComponentResourceOptions,
  ) {
    const token = `cloudbackup:${type}`;
    const outputs = outputsOfComponent.get(token);
    if (outputs === undefined) throw new Error(`the registry has no component ${token}`);
    super(token, name, { ...Object.fromEntries(outputs.map((name) => [name, undefined])), ...inputs }, options, true);
  }

  /** An output of the component by its name. */
  get<T = string>(property: string): Output<T> {
    const value = (this as unknown as Readonly<Record<string, Output<T> | undefined>>)[property];
    if (value === undefined) throw new Error(`the component has no output ${property}`);
    return value;
  }
}

/** An explicit provider; as in an SDK, everything but texts goes over as JSON. */
export class Provider extends ProviderResource {
  constructor(name: string, config: Readonly<Record<string, unknown>>) {
    const wrong = Object.keys(config).find((key) => !Object.hasOwn(providerConfig.shape, key));
    if (wrong !== undefined) throw new Error(`the provider has no setting ${wrong}`);
    const texts = Object.entries(config).map(([key, value]) => {
      return [key, typeof value === "string" ? value : JSON.stringify(value)] as const;
    });
    super("cloudbackup", name, Object.fromEntries(texts));
  }
}

/** Calls a function of this provider in a program. */
export async function callFunction(
  type: string,
  inputs: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const token = `cloudbackup:${type}`;
  if (!functions.some((definition) => definition.token === token)) throw new Error(`the registry has no ${token}`);
  return (await runtime.invoke(token, inputs)) as Readonly<Record<string, unknown>>;
}
