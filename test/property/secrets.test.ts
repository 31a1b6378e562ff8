import { expect } from "chai";
import * as fc from "fast-check";
import { isPropertyMap, type PropertyMap, Secret, type Value } from "../../provider/definition/value";
import { emptyState, type Run } from "../support/fake-pulumi";
import { type Declaration, type Program, Reference, type Template } from "../support/program";
import { TestEngine } from "../support/test-engine";
import { type History, histories, pulumiFor } from "./history";
import { inventory } from "./programs";

const password = fc.stringMatching(/^[a-z0-9]{12}$/).map((text) => `pässwörd-${text}`);

/** Texts that a user may want to keep to himself, and places where a wrong value is refused. */
const hidden: readonly string[] = ["description", "policyDescription", "application", "instanceName", "policyName"];
const refused: readonly string[] = [
  ...["fileMode", "status", "category", "retention", "instanceIds", "policyDocument"],
  ...["timeoutInSeconds", "osType", "resourceGroupName", "recoveryType", "preScriptParams"],
];

/** The program with secrets in it: scripts always hold one, the other places where `isChosen` says so. */
function withSecrets(program: Program, secret: string, places: readonly string[]): Program {
  const hide = (template: Template, name: string): Template => {
    if (template instanceof Reference) return template;
    if (places.includes(name)) return new Secret(`${name} ${secret}`);
    if (Array.isArray(template)) return template.map((member: Template) => hide(member, ""));
    if (!isPropertyMap(template as Value)) return template;
    const members = Object.entries(template as PropertyMap).map(([key, member]) => [key, hide(member, key)] as const);
    return Object.fromEntries(members) as Template;
  };
  const script = (template: Template | undefined): Template => {
    const { content: _content, source: _source, ...rest } = hide(template ?? {}, "") as PropertyMap;
    // The schema itself makes the content secret: whether the program says so must not matter.
    return { ...rest, content: `#!/bin/sh\nmysql -p${secret}\n` };
  };
  return program.map((declaration) => {
    const inputs = hide(declaration.inputs, "") as Declaration["inputs"];
    const scripts = { preScript: script(inputs.preScript), postScript: script(inputs.postScript) };
    if (declaration.type.endsWith(":ScriptDeployment")) return { ...declaration, inputs: { ...inputs, ...scripts } };
    if (!declaration.type.endsWith(":ScriptFramework")) return { ...declaration, inputs };
    // A parameter is as secret as the program says (Z-38).
    const config = { ...(inputs.config as PropertyMap), postScriptParams: ["-p", new Secret(secret)] };
    return { ...declaration, inputs: { ...inputs, ...scripts, config } };
  });
}

/** All that can be read of a value by somebody who may not see secrets. */
function shown(value: Value): string {
  if (value instanceof Secret) return "[secret]";
  if (Array.isArray(value)) return value.map(shown).join("\n");
  if (!isPropertyMap(value)) return JSON.stringify(value) ?? "";
  return Object.entries(value)
    .map(([name, member]) => `${name}: ${shown(member)}`)
    .join("\n");
}

function expectHidden(run: Run, secret: string): void {
  for (const { urn, inputs, outputs, detailedDiff } of run.steps) {
    expect(shown(outputs), `outputs of ${urn}`).not.to.include(secret);
    expect(shown(inputs), `inputs of ${urn}`).not.to.include(secret);
    expect(JSON.stringify(detailedDiff), `diff of ${urn}`).not.to.include(secret);
  }
  expect(JSON.stringify(run.failure?.failures ?? []), "check failures").not.to.include(secret);
  const error = run.failure?.error;
  expect(error instanceof Error ? `${error.message} ${JSON.stringify(error)}` : "", "errors").not.to.include(secret);
}

async function live({ versions, order }: History, secret: string, places: readonly string[]): Promise<TestEngine> {
  const engine = await TestEngine.inMemory({ inventory });
  const pulumi = pulumiFor(engine, order);
  let state = emptyState;
  for (const version of versions) {
    const program = withSecrets(version, secret, places);
    expectHidden(await pulumi.preview(program, state), secret);
    const up = await pulumi.up(program, state);
    expectHidden(up, secret);
    state = up.state;
    expectHidden(await pulumi.refresh(state), secret);
  }
  // An import knows what the schema makes secret; what only a program called so, the service tells anybody.
  const scripts = state.resources.filter(({ type }) => /(Deployment|Framework)$/.test(type));
  if (places.length === 0) expectHidden(await pulumi.import(scripts), secret);
  expect(engine.log.join("\n"), "the log").not.to.include(secret);
  return engine;
}

describe("law 9, secrets", function () {
  this.timeout(240_000);

  it("the content of a script is nowhere in the store, a log, an error or what is shown", async () => {
    await fc.assert(
      fc.asyncProperty(histories, password, async (history, secret) => {
        const engine = await live(history, secret, []);
        expect(await engine.export(), "the store").not.to.include(secret);
      }),
      { numRuns: 20 },
    );
  });

  it("what a program marks as secret is shown nowhere, right or wrong", async () => {
    const places = fc.tuple(
      fc.subarray([...hidden]),
      fc.oneof(fc.constant([]), fc.subarray([...refused], { maxLength: 1 })),
    );
    await fc.assert(
      fc.asyncProperty(histories, password, places, async (history, secret, [right, wrong]) => {
        await live(history, secret, [...right, ...wrong]);
      }),
      { numRuns: 20 },
    );
  });
});
