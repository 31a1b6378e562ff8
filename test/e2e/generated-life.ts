import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { sha256Hex } from "../../provider/engine/core/identifier";
import { projectFolderOf } from "../../scripts/lib/inline-stack";
import type { Case } from "../property/generated-case";
import { identities } from "../property/in-place";
import { inventory } from "../property/programs";
import { advanceDays } from "../support/engine";
import type { Program } from "../support/program";
import { type CommandResult, YamlProject } from "../support/yaml-stack";

/** How far a case came: a version may rightly be refused. */
export interface LivedInCli {
  readonly isSettled: boolean;
  readonly isImported: boolean;
}

/**
 * Holds the laws 1, 2, 3, 10 and 11 for one generated program with one edit through the real CLI. The import is the
 * dearest part: `isImporting` says whether it is done.
 */
export async function liveInCli({ versions, isAddition }: Case, isImporting: boolean): Promise<LivedInCli> {
  const folder = await mkdtemp(path.join(tmpdir(), "cloudbackup-generated-"));
  try {
    const project = await YamlProject.create(folder, { "cloudbackup:inventory": JSON.stringify(inventory) });
    const [first, second] = [versions[0]?.program ?? [], versions[1]?.program ?? []];
    await project.write(first);
    await project.addStack("test");
    const life = new CliLife(folder, project);
    if (!(await life.apply(first, false))) return { isSettled: false, isImported: false };
    await life.rest(Math.round((versions[0]?.pause ?? 0) / 86_400));
    const isSettled = await life.apply(second, isAddition);
    const isImported = isSettled && isImporting;
    if (isImported) await life.import();
    return { isSettled, isImported };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class CliLife {
  #up: CommandResult | undefined;

  constructor(
    private readonly folder: string,
    private readonly project: YamlProject,
  ) {}

  /** Parity, and edits in place; whether all is as the program says. */
  async apply(program: Program, isAddition: boolean): Promise<boolean> {
    await this.project.write(program);
    const preview = await this.#look(["preview"]);
    const up = await this.project.run("test", "up", "--yes", "--skip-preview");
    expect(up.succeeded, `law 1: what the preview and the update come to\n${preview.text}\n${up.text}`).to.equal(
      preview.succeeded,
    );
    if (!up.succeeded) return false;
    expect(outputsOf(preview), `law 1\n${preview.text}\n${up.text}`).to.deep.equal(outputsOf(up));
    expectInPlace(up, isAddition);
    this.#up = up;
    // Deletions come last: what rests on something that goes away sees it only then.
    if (up.changes.delete === undefined) return true;
    return (await this.project.run("test", "up", "--yes", "--skip-preview")).succeeded;
  }

  /** Nothing shows a change, also after the clock has moved. */
  async rest(days: number): Promise<void> {
    await advanceDays(this.folder, days);
    const looked = await this.#look(["preview", "--refresh", "--expect-no-changes"]);
    expect(looked.succeeded, `law 2: ${looked.text}`).to.equal(true);
  }

  async import(): Promise<void> {
    const resources = (this.#up?.steps ?? [])
      .filter(({ operation }) => ["create", "create-replacement", "same", "update"].includes(operation))
      .map(({ type, name, id }) => ({ type, name, id }));
    await this.project.addStack("second");
    const imported = await this.project.import("second", resources);
    expect(imported.succeeded, `law 3: ${imported.text}`).to.equal(true);
    const preview = await this.#look(["preview"], "second");
    for (const { name, detailedDiff } of preview.steps) {
      // What destroy does and what a protection must be worth are the program's own: no service tells them.
      const { onDestroy: _told, requireConsistency: _asked, ...difference } = detailedDiff;
      expect(difference, `law 3: ${name} differs after its import\n${preview.text}`).to.deep.equal({});
    }
  }

  /** Law 10: whoever only looks leaves every byte of the engine as it is. */
  async #look(words: readonly string[], stack = "test"): Promise<CommandResult> {
    const before = this.#bytes();
    const result = await this.project.run(stack, ...words);
    expect(this.#bytes(), `law 10\n${result.text}`).to.deep.equal(before);
    return result;
  }

  #bytes(): readonly string[] {
    const folder = path.join(projectFolderOf(this.folder), ".cloudbackup");
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).sort();
    return names.map((name) => `${name} ${sha256Hex(readFileSync(path.join(folder, name)))}`);
  }
}

function outputsOf({ steps }: CommandResult): Record<string, unknown> {
  return Object.fromEntries(
    steps.map(({ operation, name, id, newOutputs }) => [`${operation} ${name}`, { id, ...newOutputs }]),
  );
}

/** Law 11, by what the CLI tells of each resource. */
function expectInPlace({ steps, text }: CommandResult, isAddition: boolean): void {
  for (const { name, type, operation, detailedDiff } of steps) {
    if (isAddition) expect(operation, `law 11: ${name}\n${text}`).to.be.oneOf(["create", "same", "update"]);
    if (operation !== "replace") continue;
    const changed = Object.keys(detailedDiff).map((property) => property.split(/[.[]/)[0] ?? "");
    const isAnother = changed.some((property) => identities[type]?.includes(property) ?? true);
    expect(isAnother, `law 11: ${name} is replaced although it could change in place\n${text}`).to.equal(true);
  }
}
