import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { pulumiEnvironment } from "../../scripts/lib/inline-stack";
import { RunError, run } from "../../scripts/lib/run";
import { ensureYamlHost } from "../../scripts/yaml-host";
import { reviewStory } from "../support/review-story";
import { skip } from "../support/skip";

const root = path.resolve(__dirname, "../..");
const script = path.join(root, "examples/github-actions/scripts/preview.sh");
/** Where the tests of the comment have their previews: with CLOUDBACKUP_GOLDEN=1 they are written anew. */
const previews = path.join(root, "test/review/previews");
const isRenewal = (process.env.CLOUDBACKUP_GOLDEN ?? "") !== "";

interface Review {
  readonly failed: boolean;
  readonly comment: string;
}

/** Where the language host was found is one machine's matter. */
async function keepPreview(file: string, name: string): Promise<void> {
  const text = (await readFile(file, "utf8")).replaceAll(
    /(from \$PATH at )[^"\\]*/g,
    "$1/usr/local/bin/pulumi-language-yaml",
  );
  await writeFile(path.join(previews, `${name}.ndjson`), text);
}

describe("the comment on a pull request, as the workflow makes it", function () {
  this.timeout(240_000);
  let folder = "";
  let environment: Record<string, string> = {};

  before(async function () {
    if (process.platform === "win32") skip(this, "the workflow's script is one for bash");
    const host = await ensureYamlHost().catch((error: Error) => skip(this, error.message));
    folder = await mkdtemp(path.join(os.tmpdir(), "cloudbackup-review-"));
    environment = await pulumiEnvironment(folder);
    environment.PATH = [host, environment.PATH].join(path.delimiter);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs the workflow's script on two programs; the base may be missing, as in a pull request that adds the first. */
  async function review(
    name: string,
    chapters: Readonly<Record<string, "base" | "edited" | "refused" | "unreadable">>,
  ): Promise<Review> {
    const own = path.join(folder, name);
    const [BASE = "", HEAD = "", OUTPUT = ""] = ["base", "head", "output"].map((part) => path.join(own, part));
    for (const part of [BASE, HEAD, OUTPUT]) await mkdir(part, { recursive: true });
    for (const [part, chapter] of Object.entries(chapters)) {
      const story = chapter === "unreadable" ? "name: two-clouds\nruntime: yaml\nresources: 5\n" : reviewStory(chapter);
      await writeFile(path.join(own, part, "Pulumi.yaml"), story);
    }
    const variables = { ...environment, BASE, HEAD, OUTPUT, STACK: "review", ADVANCE: "60d" };
    const failed = await run("bash", [script], { folder: own, environment: variables }).then(
      () => false,
      (error: RunError) => error instanceof RunError,
    );
    if (isRenewal && name !== "unreadable") await keepPreview(path.join(OUTPUT, "preview.json"), name);
    return { failed, comment: await readFile(path.join(OUTPUT, "comment.md"), "utf8") };
  }

  it("says what an edit takes from backups, on what the base branch would have had by then", async () => {
    const { failed, comment } = await review("edited", { base: "base", head: "edited" });
    expect(failed).to.equal(false);
    expect(comment.split("\n")[0]).to.equal("<!-- cloudbackup-preview two-clouds/review -->");
    expect(comment).to.match(/\*\*69 recovery points pruned\*\*, 21 live shorter/);
    expect(comment).to.match(/1 machine without protection after this\*\*: `cache`/);
    expect(comment).to.match(/next backup 2026-03-03 00:00 UTC, 7 recovery points by 2026-04-01/);
    expect(comment).to.match(/`db` \(`ecs:Instance`\) \| replaced because zoneId changes/);
    expect(comment).to.not.contain("hunter2");
  });

  it("says why a preview is refused, and the script fails as the preview did", async () => {
    const { failed, comment } = await review("refused", { head: "refused" });
    expect(failed).to.equal(true);
    expect(comment).to.match(/The preview \*\*failed\*\*: 1 error/);
    expect(comment).to.match(/❌ APPLICATION → \*\*CRASH\*\* \| A-08 RAM role nobody is not attached/);
  });

  it("says why a program can't even be read, which the preview itself does not", async () => {
    const { failed, comment } = await review("unreadable", { head: "unreadable" });
    expect(failed).to.equal(true);
    expect(comment.split("\n")[0]).to.equal("<!-- cloudbackup-preview two-clouds/review -->");
    expect(comment).to.match(/The preview \*\*failed\*\*: 1 error/);
    expect(comment).to.match(/<pre>(.|\n)*resources(.|\n)*<\/pre>/);
  });

  if (isRenewal) it("a first preview, for the tests of the comment", () => review("created", { head: "base" }));
});
