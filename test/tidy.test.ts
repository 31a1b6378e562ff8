import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { findBannedCalls, findLoneTests } from "./support/tidy/banned";
import { findLayerBreaches } from "./support/tidy/layers";
import { findLongFiles, findLongFunctions, findLongLines } from "./support/tidy/limits";
import {
  findAny,
  findBadFileNames,
  findBarrels,
  findDeadExports,
  findDeadFiles,
  findDefaultExports,
} from "./support/tidy/modules";
import { type Finding, parseSource, type Source } from "./support/tidy/source";
import { findBannedWords, type TextFile } from "./support/tidy/words";

const root = path.resolve(__dirname, "..");

/** Every text file in version control or about to be. */
function readTextFiles(): readonly TextFile[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  return listed
    .toString("utf8")
    .split("\0")
    .filter((file) => file !== "" && existsSync(path.join(root, file)))
    .map((file) => ({ path: file, text: readFileSync(path.join(root, file), "utf8") }))
    .filter((file) => !file.text.includes("\0"));
}

function listed(findings: readonly Finding[]): string {
  return findings.map((finding) => `${finding.path}:${finding.line}: ${finding.message}`).join("\n");
}

describe("the source tree", () => {
  const files = readTextFiles();
  const code = files.filter((file) => /^(provider|scripts|test)\/.*\.(ts|cjs)$/.test(file.path));
  const sources = code.filter((file) => file.path.endsWith(".ts")).map((file) => parseSource(file.path, file.text));
  const waysIn = files
    .filter(
      (file) => file.path === "package.json" || file.path === ".mocharc.json" || /^provider\/bin\//.test(file.path),
    )
    .map((file) => file.text);

  const rules: Readonly<Record<string, () => readonly Finding[]>> = {
    "imports go down the layers only": () => findLayerBreaches(sources),
    "no file has more than 400 lines": () => findLongFiles(sources),
    "no function has more than 70 lines": () => findLongFunctions(sources),
    "no line has more than 120 columns": () => findLongLines(sources),
    "no wall clock, chance or timer below rpc/": () => findBannedCalls(sources),
    "no `any`": () => findAny(sources),
    "no default exports": () => findDefaultExports(sources),
    "no files that only pass on exports": () => findBarrels(sources),
    "file names are kebab-case": () => findBadFileNames(code.map((file) => file.path)),
    "no dead files": () => findDeadFiles(sources, waysIn),
    "no dead exports": () => findDeadExports(sources),
    "no test runs alone": () => findLoneTests(sources),
    "no left-over markers, registry hosts or local paths": () => findBannedWords(files),
  };

  for (const [name, find] of Object.entries(rules)) {
    it(name, () => {
      expect(sources.length).to.be.greaterThan(0);
      expect(listed(find())).to.equal("");
    });
  }
});

/** Findings as `path:line`, for a project of the given files. */
function places(find: (sources: readonly Source[]) => readonly Finding[], project: Record<string, string>): string[] {
  const sources = Object.entries(project).map(([file, text]) => parseSource(file, text));
  return find(sources).map((finding) => `${finding.path}:${finding.line}`);
}

describe("the rules for the source tree find what they are there for", () => {
  it("layers: imports that go up, sideways out of the provider, or skip the interface of a layer", () => {
    const project = {
      "provider/store/sqlite.ts": 'import { x } from "../engine/engine";',
      "provider/engine/engine.ts": 'import type { S } from "../store/store";\nimport { z } from "zod";',
      "provider/resources/ram/role.ts":
        'import type { S } from "../../store/store";\nconst y = import("../../rpc/value");',
      "provider/definition/check.ts": 'import { z } from "zod";\nimport { f } from "../version";',
      "provider/session/session.ts": 'import type { Server } from "@grpc/grpc-js";',
      "provider/rpc/server.ts":
        'import "@grpc/grpc-js";\nimport "@pulumi/pulumi/proto/provider_pb";\nimport "@pulumi/pulumi";',
      "provider/engine/core/clock.ts": 'import { x } from "../../../scripts/test";\nconst p = require("kysely");',
    };
    expect(places(findLayerBreaches, project)).to.have.members([
      "provider/store/sqlite.ts:1",
      "provider/engine/engine.ts:2",
      "provider/resources/ram/role.ts:1",
      "provider/resources/ram/role.ts:2",
      "provider/session/session.ts:1",
      "provider/rpc/server.ts:3",
      "provider/engine/core/clock.ts:1",
      "provider/engine/core/clock.ts:2",
    ]);
  });

  it("limits: one line, one column, one function too long", () => {
    const lines = (count: number) => "x();\n".repeat(count);
    expect(places(findLongFiles, { "a.ts": lines(400), "b.ts": lines(401) })).to.deep.equal(["b.ts:401"]);
    expect(places(findLongLines, { "a.ts": `${"ü".repeat(120)}\n${"x".repeat(121)}\n` })).to.deep.equal(["a.ts:2"]);
    const body = (count: number) => `{\n${lines(count - 2)}}`;
    const functions = {
      "a.ts": `function a() ${body(70)}`,
      "b.ts": `\nconst b = () => ${body(71)}`,
      "c.ts": `class C {\n  m() ${body(71)}\n}`,
      "d.test.ts": `describe("d", () => ${body(200)})`,
      "e.test.ts": `it("e", () => ${body(71)})`,
    };
    expect(places(findLongFunctions, functions)).to.deep.equal(["b.ts:2", "c.ts:2", "e.test.ts:1"]);
  });

  it("banned calls: only in the folders that must be deterministic, and not for values that are given", () => {
    const bad = ["Date.now()", "new Date()", "Date()", "performance.now()", "Math.random()", "process.hrtime.bigint()"];
    const alsoBad = ["crypto.randomUUID()", "setTimeout(f, 1)", "timers.setInterval(f, 1)", "Temporal.Now.instant()"];
    for (const call of [...bad, ...alsoBad]) {
      for (const folder of ["definition", "engine/core", "resources/ram", "session", "store"]) {
        expect(places(findBannedCalls, { [`provider/${folder}/x.ts`]: `\n${call};` }), call).to.have.lengthOf(1);
      }
      expect(places(findBannedCalls, { "provider/rpc/x.ts": call })).to.deep.equal([]);
    }
    expect(places(findBannedCalls, { "provider/engine/x.ts": "const now = Date.now;" })).to.have.lengthOf(1);
    const good = "new Date(now); Date.parse(text); value.now(); clock.random();";
    expect(places(findBannedCalls, { "provider/engine/x.ts": good })).to.deep.equal([]);
  });

  it("modules: any, default exports and barrels", () => {
    expect(places(findAny, { "a.ts": "let a: unknown;\nlet b: any[];\nf(c as any);" })).to.deep.equal([
      "a.ts:2",
      "a.ts:3",
    ]);
    const defaults = {
      "a.ts": "export default 1;",
      "b.ts": "export default function f() {}",
      "c.ts": "const c = 1;\nexport { c as default };",
      "d.ts": "switch (x) { default: f(); }\nexport const d = 1;",
    };
    expect(places(findDefaultExports, defaults)).to.deep.equal(["a.ts:1", "b.ts:1", "c.ts:2"]);
    const barrels = {
      "provider/registry.ts": 'export { a } from "./a";',
      "a.ts": 'export { a } from "./b";',
      "b.ts": 'export * from "./c";\nexport const b = 1;',
      "c.ts": 'import { d } from "./d";\nexport const c = d;',
    };
    expect(places(findBarrels, barrels)).to.deep.equal(["a.ts:1", "b.ts:1"]);
  });

  it("names: anything but kebab-case", () => {
    const names = [
      "a/good-name.ts",
      "a/good.test.ts",
      "a/BadName.ts",
      "a/bad_name.ts",
      "a/bad-.ts",
      "a/badName.test.ts",
    ];
    expect(findBadFileNames(names).map((finding) => finding.path)).to.deep.equal(names.slice(2));
  });

  it("dead code: files and exports that nothing leads to", () => {
    const project = {
      "provider/main.ts": 'import { a } from "./a";\na();',
      "provider/a.ts": "export const a = 1;\nexport function unused() {}",
      "provider/tested.ts": "export const tested = 1;",
      "provider/worker.ts": "",
      "test/tested.test.ts": 'import { tested } from "../provider/tested";\ntested;',
      "test/support/forgotten.ts": "",
    };
    const find = (sources: readonly Source[]) =>
      findDeadFiles(sources, ["exec node dist/main.js", "provider/worker.ts"]);
    expect(places(find, project)).to.deep.equal(["provider/tested.ts:1", "test/support/forgotten.ts:1"]);
    expect(places(findDeadExports, project)).to.deep.equal(["provider/a.ts:2"]);
  });

  it("tests that run alone", () => {
    const tests = 'it("a", f);\ndescribe.only("b", f);\nit.only("c", f);\nquery.only("d");';
    expect(places(findLoneTests, { "a.test.ts": tests })).to.deep.equal(["a.test.ts:2", "a.test.ts:3"]);
  });

  it("words: markers, hosts and paths", () => {
    const marker = "TO" + "DO";
    const host = "registry.npm" + "js.org";
    const local = "/ho" + "me/someone/project";
    const text = `${marker}: later\nfetch("https://${host}/x")\nconst f = "${local}";\ntodos, example/home/x: fine`;
    expect(findBannedWords([{ path: "a.md", text }]).map((finding) => finding.line)).to.deep.equal([1, 2, 3]);
    const resolved = [`https://${host}/a.tgz`, "http://mirror.example/a.tgz", "sdk/nodejs"];
    const lock = resolved.map((from) => `"resolved": "${from}"`).join("\n");
    expect(findBannedWords([{ path: "package-lock.json", text: lock }]).map((finding) => finding.line)).to.deep.equal([
      2,
    ]);
  });
});
