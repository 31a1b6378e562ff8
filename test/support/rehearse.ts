import { SimulatedEngine } from "../../provider/engine/engine";
import { preparationFor } from "../../provider/engine/prepare";
import { type Rehearsal, rehearseDestroy } from "../../provider/session/rehearsal";
import type { StackResource } from "../../provider/session/stack-state";
import { OverlayStore } from "../../provider/store/overlay";
import type { State, StateResource } from "./fake-pulumi";
import { type TestEngine, testSettings } from "./test-engine";

/** Options of resources that the model of Pulumi does not know, by name. */
export type Options = Readonly<Record<string, Partial<StackResource>>>;

const provider = "urn:pulumi:test::project::pulumi:providers:cloudbackup::default";

/** Pulumi keeps what others depend on first; the model does so only after a run that came to its end. */
function inOrder(resources: readonly StateResource[]): readonly StateResource[] {
  const placed = new Map<string, StateResource>();
  const place = (resource: StateResource): void => {
    if (placed.has(resource.name)) return;
    for (const name of resource.dependencies) {
      const needed = resources.find((each) => each.name === name);
      if (needed !== undefined) place(needed);
    }
    placed.set(resource.name, resource);
  };
  for (const resource of resources) place(resource);
  return [...placed.values()];
}

/** The state of the model as `pulumi stack export` would have it. */
export function asStack({ resources, replaced }: State, options: Options = {}): readonly StackResource[] {
  const urns = new Map(resources.map(({ name, urn }) => [name, urn]));
  const toStack = (resource: StateResource, pendingDeletion: boolean): StackResource => ({
    ...resource,
    custom: true,
    sealed: [],
    provider,
    parent: "",
    dependencies: resource.dependencies.map((name) => urns.get(name) ?? ""),
    protect: false,
    retainOnDelete: false,
    external: false,
    pendingReplacement: false,
    deletedWith: "",
    pendingDeletion,
    ...options[resource.name],
  });
  // A replaced copy stays in its place of the state, so what depends on its URN depends on it too, as in the model.
  const twinsOf = (resource: StateResource) => replaced.filter(({ urn }) => urn === resource.urn);
  const alone = replaced.filter(({ urn }) => !resources.some((resource) => resource.urn === urn));
  return [
    ...inOrder(resources).flatMap((resource) => [
      toStack(resource, false),
      ...twinsOf(resource).map((twin) => toStack(twin, true)),
    ]),
    ...alone.map((resource) => toStack(resource, true)),
  ];
}

/** Rehearses the destroy of a stack on a branch of a test's engine, as the command does. */
export function rehearse(
  engine: TestEngine,
  stack: readonly StackResource[],
  targets?: ReadonlySet<string>,
): Promise<Rehearsal> {
  const branch = new SimulatedEngine(
    testSettings,
    new OverlayStore(engine.store),
    preparationFor({ instances: [], disks: [] }),
  );
  return rehearseDestroy({ resources: stack, engines: new Map([[provider, branch]]), targets });
}
