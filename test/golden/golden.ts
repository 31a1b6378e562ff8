import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";

/** Set to anything to write the texts anew instead of comparing them; look at what has changed before committing. */
const isRenewal = process.env.CLOUDBACKUP_GOLDEN !== undefined && process.env.CLOUDBACKUP_GOLDEN !== "";

/** Compares a text with the one of that name beside this file. */
export function expectGolden(name: string, text: string): void {
  const file = path.join(__dirname, `${name}.txt`);
  if (isRenewal) writeFileSync(file, text);
  expect(existsSync(file), `${file} is there: make it with CLOUDBACKUP_GOLDEN=1`).to.equal(true);
  expect(text, `${name}.txt; renew it with CLOUDBACKUP_GOLDEN=1`).to.equal(readFileSync(file, "utf8"));
}
