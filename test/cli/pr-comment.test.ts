import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { Folder } from "./cli";

const captured = path.join(__dirname, "../review/previews/created.ndjson");

describe("cloudbackup pr-comment", () => {
  let folder: Folder;

  beforeEach(() => {
    folder = new Folder();
    folder.environment = {};
  });

  afterEach(() => folder.remove());

  function write(name: string, content: string | Uint8Array): void {
    writeFileSync(path.join(folder.path, name), content);
  }

  it("prints the comment, or writes it to a file", async () => {
    const printed = await folder.run("pr-comment", "--preview", captured);
    expect(printed).to.deep.include({ exitCode: 0, stderr: "" });
    expect(printed.stdout).to.equal(readFileSync(captured.replace(/ndjson$/, "md"), "utf8"));
    const written = await folder.run("pr-comment", "--preview", captured, "--output", "comment.md");
    expect(written).to.deep.equal({ exitCode: 0, stdout: "", stderr: "" });
    expect(readFileSync(path.join(folder.path, "comment.md"), "utf8")).to.equal(printed.stdout);
  });

  it("takes a preview that failed or died like any other: Pulumi's exit code tells that", async () => {
    for (const [name, words] of [
      ["refused", "failed"],
      ["died", "broke off before its end"],
    ] as const) {
      const text = readFileSync(captured.replace("created", name === "died" ? "edited" : name), "utf8");
      write("preview.json", name === "died" ? text.slice(0, text.length / 2) : text);
      const { exitCode, stdout } = await folder.run("pr-comment", "--preview", "preview.json");
      expect(exitCode).to.equal(0);
      expect(stdout.split("\n")[1]).to.contain(words);
    }
  });

  it("takes what shells make of a stream: a mark in front, UTF-16, other line ends, and lines of others", async () => {
    const text = readFileSync(captured, "utf8");
    const { stdout } = await folder.run("pr-comment", "--preview", captured);
    const forms = {
      "utf-8 with its mark": `\ufeff${text}`,
      "utf-16": Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]),
      "other line ends": text.replaceAll("\n", "\r\n"),
      "lines of others": `Previewing update (dev)\n\n${text}\nPermalink: …\n`,
    };
    for (const [name, content] of Object.entries(forms)) {
      write("preview.json", content);
      expect((await folder.run("pr-comment", "--preview", "preview.json")).stdout, name).to.equal(stdout);
    }
  });

  it("tells as much of plain --json as that holds, and says what is missing", async () => {
    const urn = "urn:pulumi:dev::shop::cloudbackup:hbr:InstanceProtection::db";
    const warning = "warning: asks for APPLICATION, will get CRASH\n  A-08  no role is named\n        fix: name one\n";
    const inputs = { instanceId: "i-1", policyId: "po-1", appConsistent: true };
    const newState = { urn, custom: true, type: "cloudbackup:hbr:InstanceProtection", inputs };
    const document = {
      steps: [{ op: "create", urn, newState, detailedDiff: null }],
      diagnostics: [{ urn, message: `\u001b[33m${warning}\u001b[0m`, severity: "warning" }],
      changeSummary: { create: 1 },
    };
    for (const text of [JSON.stringify(document), JSON.stringify(document, undefined, 4)]) {
      write("preview.json", text);
      const { exitCode, stdout } = await folder.run("pr-comment", "--preview", "preview.json");
      expect(exitCode).to.equal(0);
      expect(stdout).to.contain("<!-- cloudbackup-preview shop/dev -->");
      expect(stdout).to.contain("| 🟡 APPLICATION → **CRASH** | A-08 no role is named |");
      expect(stdout).to.contain("Plain `--json` leaves out unchanged resources");
      expect(stdout).to.not.contain("\u001b");
    }
  });

  it("tells of a preview that printed nothing but why it failed", async () => {
    write("preview.json", "");
    write("stderr.txt", "error: no stack named 'prod' found\n");
    const asked = ["pr-comment", "--preview", "preview.json", "--stderr", "stderr.txt"];
    const { exitCode, stdout } = await folder.run("--stack", "prod", ...asked);
    expect(exitCode).to.equal(0);
    expect(stdout).to.contain("/prod -->").and.contain("<pre>error: no stack named 'prod' found</pre>");
    write("stderr.txt", "\n");
    expect((await folder.run(...asked)).exitCode).to.equal(1);
  });

  it("names the stack by --stack and the project's folder where the preview names none", async () => {
    write("Pulumi.yaml", "name: shop\nruntime: yaml\n");
    write("preview.json", '{"sequence":0,"timestamp":1,"preludeEvent":{"config":{}}}\n');
    const { stdout } = await folder.run("--stack", "acme/shop/prod", "pr-comment", "--preview", "preview.json");
    expect(stdout.split("\n")[0]).to.equal("<!-- cloudbackup-preview shop/prod -->");
  });

  const nested = "[".repeat(9_000) + "]".repeat(9_000);
  const unreadable: Readonly<Record<string, { content: string; reason: RegExp }>> = {
    "an empty file": { content: "", reason: /it is empty: the preview printed nothing/ },
    "no JSON": { content: "error: no stack selected\n", reason: /neither events nor the document/ },
    "JSON of something else": { content: '{\n  "name": "x"\n}\n', reason: /JSON of something else/ },
    "a list": { content: "[1, 2]\n", reason: /JSON of something else/ },
    "a document that is cut": { content: '{\n  "steps": [\n    {"op"', reason: /only the beginning of it/ },
    "blank lines": { content: "\n \r\n", reason: /it is empty/ },
    "two previews, one after the other": {
      content: '{"sequence":0,"preludeEvent":{}}\n{"sequence":1,"summaryEvent":{}}\n'.repeat(2),
      reason: /it holds two previews: line 3 is of another one/,
    },
    "events of something else": { content: '{"clickEvent":{}}\n{"pushEvent":{}}\n', reason: /neither events nor/ },
    "values that are nested without end": {
      content: `{"resOutputsEvent":{"metadata":{"op":"update","urn":"a::b::c::d","new":{"inputs":{"a":${nested}}}}}}\n`,
      reason: /nested more than 500 deep/,
    },
    "a stream that is damaged in its middle": {
      content: '{"sequence":0,"preludeEvent":{}}\n{"sequence":1,"diag\n{"sequence":2,"cancelEvent":{}}\n',
      reason: /line 2 is not JSON, and more lines follow/,
    },
  };
  for (const [name, { content, reason }] of Object.entries(unreadable)) {
    it(`refuses ${name}, with what to do`, async () => {
      write("preview.json", content);
      const { exitCode, stdout, stderr } = await folder.run("pr-comment", "--preview", "preview.json");
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: "" });
      expect(stderr)
        .to.match(/^error: Command\.NoPreview: preview\.json is no preview: /)
        .and.match(reason);
      expect(stderr).to.contain("fix: ").and.contain("PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1 pulumi preview --json");
    });
  }

  it("says which file it can't read or write", async () => {
    const missing = await folder.run("pr-comment", "--preview", "nothing.json");
    expect(missing.exitCode).to.equal(1);
    expect(missing.stderr).to.match(/^error: Command\.InvalidFile: nothing\.json: ENOENT/);
    const unwritable = await folder.run("pr-comment", "--preview", captured, "--output", "no/such/folder.md");
    expect(unwritable.exitCode).to.equal(1);
    expect(unwritable.stderr).to.match(/^error: Command\.InvalidFile: .*folder\.md/);
    expect((await folder.run("pr-comment")).exitCode).to.equal(1);
  });
});
