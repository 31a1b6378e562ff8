import { checkInputs } from "../definition/check";
import {
  type Child,
  ChildOutput,
  type ComponentDefinition,
  type ComponentInputs,
  childrenIn,
  dependenciesAt,
  type Given,
  holdsOutputs,
  type Resolved,
  resolve,
  type TemplateMap,
  valueAt,
} from "../definition/component";
import { failureOf, unprintedNames } from "../definition/failure";
import { unwrap } from "../definition/plain";
import { containsUnknown, type PropertyMap, unknown, type Value } from "../definition/value";
import type { CheckFailure, ConstructRequest, ConstructResult, Monitor, Registered } from "./contract";
import { redact, secretTexts } from "./redact";
import { RunEnded } from "./run-ended";

/** Makes a component: checks its inputs, then asks Pulumi's engine for the component and for its children. */
export async function construct(
  definition: ComponentDefinition,
  request: ConstructRequest,
  monitor: Monitor,
): Promise<ConstructResult> {
  const { inputs, failures } = checkComponent(definition, request.inputs);
  if (failures.length > 0) return { failures };
  const { children, outputs } = definition.build(unwrap(inputs).value as ComponentInputs);
  const secrets = secretTexts(inputs);
  const shown = children.find(({ name }) => secrets.includes(name));
  if (shown !== undefined) return { failures: [secretName(shown)] };
  const urn = await monitor.registerComponent();
  try {
    const assembly = new Assembly(request, inputs, urn, monitor);
    await assembly.register(children);
    const { values, dependencies } = await assembly.resolve(outputs);
    const state = request.preview ? values : withoutUnknowns(values);
    await monitor.registerOutputs(urn, state);
    return { urn, state, dependencies };
  } catch (error) {
    if (!request.preview || !(error instanceof RunEnded)) throw error;
    // A child that is refused ends the preview and says why; an error of the component would only bury its words.
    const state = Object.fromEntries(Object.keys(outputs).map((name) => [name, unknown]));
    return { urn, state, dependencies: {} };
  }
}

function checkComponent(
  definition: ComponentDefinition,
  news: PropertyMap,
): { inputs: PropertyMap; failures: readonly CheckFailure[] } {
  const { inputs, failures, secret } = checkInputs(definition.inputs, news);
  const findings = failures.length > 0 ? failures : (definition.check?.(unwrap(inputs).value as ComponentInputs) ?? []);
  const unprinted = unprintedNames(inputs, secret);
  const secrets = secretTexts(inputs);
  return {
    inputs,
    failures: findings
      .map((finding) => failureOf(finding, unprinted))
      .map(({ property, reason }) => ({ property, reason: redact(reason, secrets) })),
  };
}

/** The name itself is the secret, so only the type tells which child it is. */
function secretName({ token }: Child): CheckFailure {
  const problem = `a secret value would be the name of a ${token}, and names are shown and stored in clear`;
  return { property: "", reason: `${problem}\n  fix: take the secret mark off the value, with pulumi.unsecret` };
}

/** The children of one component on their way to being registered. */
class Assembly {
  readonly #registered = new Map<string, Promise<Registered>>();

  constructor(
    private readonly request: ConstructRequest,
    /** As they are after the check. */
    private readonly inputs: PropertyMap,
    private readonly urn: string,
    private readonly monitor: Monitor,
  ) {}

  /** Registers each child as soon as those whose outputs it takes are made. */
  async register(children: readonly Child[]): Promise<void> {
    for (const child of children) this.#registered.set(child.name, this.#register(child));
    // The others are waited for: nothing is registered any more once the component has answered.
    const ended = await Promise.allSettled(this.#registered.values());
    const failed = ended.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #register({ name, token, inputs }: Child): Promise<Registered> {
    const { values, dependencies } = await this.resolve(inputs);
    return this.monitor.registerChild({
      type: token,
      name: `${this.request.name}-${name}`,
      parent: this.urn,
      inputs: values,
      dependencies,
    });
  }

  async resolve(
    templates: TemplateMap,
  ): Promise<{ values: PropertyMap; dependencies: Readonly<Record<string, readonly string[]>> }> {
    const children = await this.#childrenOf(templates);
    const look = (source: Given | ChildOutput): Resolved =>
      source instanceof ChildOutput ? this.#outputOf(children, source) : this.#given(source);
    const resolved = Object.entries(templates).map(([name, template]) => [name, resolve(template, look)] as const);
    const present = resolved.filter(([, { value }]) => value !== undefined);
    return {
      values: Object.fromEntries(present.map(([name, { value }]) => [name, value as Value])),
      dependencies: Object.fromEntries(
        present.map(([name, { dependencies }]) => [name, [...new Set(dependencies)].sort()]),
      ),
    };
  }

  async #childrenOf(templates: TemplateMap): Promise<ReadonlyMap<string, Registered>> {
    const names = [...new Set(childrenIn(templates))];
    const children = names.map(async (name) => {
      const child = this.#registered.get(name);
      if (child === undefined) throw new Error(`${this.urn} takes an output of ${name}, which comes later or never`);
      return [name, await child] as const;
    });
    return new Map(await Promise.all(children));
  }

  #given({ path }: Given): Resolved {
    const top = String(path[0]);
    const raw = Object.hasOwn(this.request.inputs, top) ? this.request.inputs[top] : undefined;
    return {
      value: valueAt(this.inputs, path),
      dependencies: holdsOutputs(raw)
        ? dependenciesAt(this.request.inputs, path)
        : (this.request.inputDependencies[top] ?? []),
    };
  }

  #outputOf(children: ReadonlyMap<string, Registered>, { child, property }: ChildOutput): Resolved {
    const { urn, id, outputs, partial } = children.get(child) as Registered;
    const value = property === "id" ? id : Object.hasOwn(outputs, property) ? outputs[property] : undefined;
    return { value: value ?? (partial ? unknown : undefined), dependencies: [urn] };
  }
}

/** An update can't answer what a resource that was not made would have told. */
function withoutUnknowns(values: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !containsUnknown(value)));
}
