import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { exportText } from "../../provider/store/export";
import { FileJournal } from "../../provider/store/journal";
import { openStore } from "../../provider/store/open";
import { OverlayStore } from "../../provider/store/overlay";
import type { Store } from "../../provider/store/store";
import { row } from "./rows";

describe("a branch shared by processes", () => {
  let folder: string;
  let file: string;
  let base: Store;
  let branches: OverlayStore[];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "cloudbackup-journal-"));
    file = path.join(folder, "branch.jsonl");
    base = await openStore("memory:", { projectDirectory: folder });
    branches = [1, 2].map((writer) => new OverlayStore(base, new FileJournal(file, writer)));
  });
  afterEach(async () => {
    await base.close();
    rmSync(folder, { recursive: true });
  });

  const put = (store: Store | undefined, id: string, value: string) =>
    store?.write((writer) => writer.put("setting", [row("setting", id, { value })]));

  it("shows each of them what the others wrote, in the order of writing", async () => {
    const [first, second] = branches;
    await put(first, "a", "first");
    await put(second, "b", "second");
    await put(second, "a", "second, later");
    await second?.write((writer) => writer.remove("setting", ["b"]));
    await put(first, "c", "äß");
    const texts = await Promise.all(branches.map((branch) => exportText(branch)));
    expect(texts[0]).to.equal(texts[1]);
    expect(texts[0]).to.contain("second, later").and.to.contain("äß").and.not.to.contain('"b"');
    expect(await exportText(base)).to.equal("");
  });

  it("tells a process that begins later everything", async () => {
    await put(branches[0], "a", "first");
    expect(await exportText(new OverlayStore(base, new FileJournal(file, 3)))).to.equal(
      await exportText(branches[0] as Store),
    );
  });

  it("waits for the rest of a line that is only half there", async () => {
    await put(branches[0], "a", "first");
    const line = readFileSync(file);
    writeFileSync(file, line.subarray(0, 20));
    expect(await exportText(branches[1] as Store)).to.equal("");
    writeFileSync(file, line);
    expect(await exportText(branches[1] as Store)).to.contain("first");
  });

  it("makes no file for a transaction that wrote nothing, and follows no link", async () => {
    await branches[0]?.write(async () => {});
    expect(() => readFileSync(file)).to.throw("ENOENT");
    const elsewhere = path.join(folder, "elsewhere");
    writeFileSync(elsewhere, "");
    symlinkSync(elsewhere, file);
    await put(branches[0], "a", "first");
    expect(readFileSync(elsewhere, "utf8")).to.equal("");
  });
});
