import { readFileSync } from "node:fs";
import { expect } from "chai";
import { currentSchema, schemaFile } from "../scripts/schema";

describe("schema.json", () => {
  it("is what the resources declare now", () => {
    const isFresh = readFileSync(schemaFile, "utf8") === currentSchema();
    expect(isFresh, "schema.json is out of date: run `npm run schema`, then `npm run sdk`").to.equal(true);
  });
});
