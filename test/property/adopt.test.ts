import { expect } from "chai";
import fc from "fast-check";
import { adoptableTypes, type Candidate, tokenOf } from "../../provider/cli/adopt/candidate";
import { nameCandidates, variableName } from "../../provider/cli/adopt/name";
import type { AdoptedProgram } from "../../provider/cli/adopt/program";
import type { Written } from "../../provider/cli/adopt/reference";
import { typescriptProgram } from "../../provider/cli/adopt/typescript-program";
import { withResources, yamlProblem } from "../../provider/cli/adopt/yaml-program";
import { programOfTypescript, programOfYaml } from "../cli/adopted-program";

/** Texts that mean something to YAML, to Pulumi, to TypeScript or to JavaScript's objects. */
const texts = fc.oneof(
  fc.constantFrom(
    ...["yes", "no", "~", "null", "0700", "1e3", "2026-01-01", "0x1F", "1_000", "- a", "a: b", "# c", "&a", "*a", "!x"],
    ...[
      "$",
      "$$",
      `$\{a.b}`,
      `$$\{a}`,
      `\`$\{x}\``,
      "it's",
      '"',
      "\\",
      "\n",
      "\t",
      "\u2028",
      "\u0000",
      "\uFEFF",
      "每日",
      "é",
    ],
    ...[
      "__proto__",
      "constructor",
      "default",
      "class",
      "pulumi",
      "cloudbackup",
      "process",
      "",
      " ",
      "-",
      ".",
      "a".repeat(99),
    ],
  ),
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
);

const written: fc.Arbitrary<Written> = fc.letrec<{ value: Written }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    texts,
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(texts, tie("value"), { maxKeys: 3 }),
  ),
})).value;

const candidates: fc.Arbitrary<readonly Candidate[]> = fc.array(
  fc.record({ type: fc.constantFrom(...adoptableTypes), label: texts }).map(({ type, label }) => ({
    token: tokenOf(type),
    id: label,
    label,
    machines: [],
    isProtection: true,
  })),
  { maxLength: 12 },
);

describe("the program of an adoption, whatever things are called", () => {
  it("has names that are names in every language, each once", () => {
    fc.assert(
      fc.property(candidates, fc.array(texts, { maxLength: 3 }), (all, taken) => {
        const names = [...nameCandidates(all, taken).values()];
        for (const name of names)
          expect(name)
            .to.match(/^[A-Za-z][A-Za-z0-9-]*$/)
            .and.not.equal("pulumi");
        const variables = names.map(variableName);
        expect(new Set(variables).size).to.equal(all.length);
        for (const variable of variables) new Function(`"use strict"; const ${variable} = 1; return ${variable};`)();
        for (const name of names) expect(taken).to.not.include(name);
      }),
      { numRuns: 300 },
    );
  });

  it("says what it means, in both languages", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("tags", "rules", "x"), written, { minKeys: 1 }), (inputs) => {
        fc.pre(yamlProblem(inputs) === undefined);
        const resource = { name: "it", token: "cloudbackup:hbr:Policy", id: "po-1", inputs };
        const program: AdoptedProgram = { resources: [resource], nameOf: () => "it", isProtecting: true };
        const [inYaml] = programOfYaml(withResources("name: p\n", program));
        expect(inYaml?.inputs).to.deep.equal(inputs);
        const [inTypescript] = programOfTypescript(typescriptProgram(program));
        expect(inTypescript?.inputs).to.deep.equal(inputs);
      }),
      { numRuns: 100 },
    );
  });
});
