import { expect } from "chai";
import * as fc from "fast-check";
import { resources } from "../../provider/registry";
import type { Program } from "../support/program";
import { cases } from "./generated-case";

/** What the lives of both files of laws are made of, and what a random seed makes of as many. */
const lives = 250;

/** The resources that an edit adds, changes or takes away, by type. */
function editsBetween(before: Program, after: Program): string[] {
  const text = (program: Program, name: string) => JSON.stringify(program.find((item) => item.name === name)?.inputs);
  const all = new Map([...before, ...after].map(({ name, type }) => [name, type]));
  return [...all].filter(([name]) => text(before, name) !== text(after, name)).map(([, type]) => type);
}

describe("the generated lives", () => {
  it("have each resource in them, edit each, and are no few programs", () => {
    const programs: Program[] = [];
    const edited: string[] = [];
    for (const { versions } of fc.sample(cases, lives)) {
      for (const [index, { program }] of versions.entries()) {
        programs.push(program);
        edited.push(...editsBetween(versions[index - 1]?.program ?? program, program));
      }
    }
    expect(programs.length).to.be.at.least(2 * lives);
    for (const { token: type } of resources) {
      const holding = programs.filter((program) => program.some((item) => item.type === type));
      expect(holding.length, `programs with ${type}`).to.be.at.least(programs.length / 50);
      expect(edited.filter((each) => each === type).length, `edits of ${type}`).to.be.at.least(3);
    }
  });
});
