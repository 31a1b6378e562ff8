import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { z } from "zod";
import { defaultOf } from "../provider/definition/structure";
import { components, functions, resources } from "../provider/registry";
import { providerConfig } from "../provider/session/provider-config";

const readme = readFileSync(path.join(__dirname, "../README.md"), "utf8");

/** The rows of the table under a heading: the cells of each, without the head. */
function tableUnder(heading: string): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(1).map((row) => row.split(" | ").map((cell) => cell.replace(/^\| ?| ?\|$/g, "").trim()));
}

const unquoted = (cell: string | undefined): string => (cell ?? "").replace(/^`|`$/g, "");

describe("README", () => {
  it("has every key of the provider's configuration, and no other", () => {
    const keys = tableUnder("Configuration").map(([key]) => unquoted(key));
    expect(keys).to.have.members(Object.keys(providerConfig.shape));
  });

  it("names the defaults that are in force", () => {
    const told = new Map(tableUnder("Configuration").map(([key, , standard]) => [unquoted(key), standard ?? ""]));
    for (const [key, schema] of Object.entries(providerConfig.shape)) {
      const standard = defaultOf(schema as z.ZodType);
      if (standard !== undefined) expect(told.get(key), key).to.contain(`\`${String(standard.value)}\``);
    }
  });

  it("has every resource, function and component, and no other resource", () => {
    const short = (token: string): string => token.replace(/^cloudbackup:/, "");
    const rows = tableUnder("Resources").map(([token]) => unquoted(token));
    expect(rows).to.have.members(resources.map(({ token }) => short(token)));
    for (const { token } of [...functions, ...components]) expect(readme).to.contain(`\`${short(token)}\``);
  });

  it("starts with the two commands", () => {
    const [first] = readme.split("```sh\n").slice(1);
    expect(first).to.match(/^npm ci && npm run demo\b.*\nnpm ci && npm test\b/);
  });
});
