import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import * as cloudbackup from "pulumi-cloudbackup";
import { version } from "../package.json";
import { components, functions, resources } from "../provider/registry";
import { sdkFolder } from "../scripts/sdk";

/** What the SDK exports for a token such as `cloudbackup:hbr:Policy`. */
function exportedFor(token: string): unknown {
  const [, module = "", name = ""] = token.split(":");
  return (cloudbackup as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[module]?.[name];
}

describe("the SDK for Node.js", () => {
  it("has a class for every resource and component", () => {
    for (const { token } of [...resources, ...components])
      expect(exportedFor(token), token).to.have.property("__pulumiType", token);
  });

  it("has every function, in both forms", () => {
    for (const { token } of functions) {
      expect(exportedFor(token), token).to.be.a("function");
      expect(exportedFor(`${token}Output`), `${token}Output`).to.be.a("function");
    }
  });

  it("has the provider's version, where it looks for it", () => {
    const built = JSON.parse(readFileSync(path.join(sdkFolder, "bin/package.json"), "utf8")) as { version: string };
    expect(built.version).to.equal(version);
  });
});
