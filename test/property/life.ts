import { expect } from "chai";
import { containsUnknown } from "../../provider/definition/value";
import { emptyState, type FakePulumi, type Run, type RunOptions, type State } from "../support/fake-pulumi";
import type { WireProvider } from "../support/wire-provider";
import type { Case, Version } from "./generated-case";
import { expectDone, expectNoChange, expectSameOutcome, pulumiOver } from "./history";
import { type Home, homeInMemory, homeOnFile } from "./home";
import { expectInPlace } from "./in-place";
import { interfere } from "./outsider";
import { inventory } from "./programs";

/** How far a case came: a version may rightly be refused. */
export interface Lived {
  /** The first one and its edits. */
  readonly programs: number;
  readonly isOfBothClouds: boolean;
  readonly isImported: boolean;
  readonly isDrifted: boolean;
}

/** Lives through a case over the wire, and holds each moment against the laws 1, 2, 3, 10 and 11. */
export async function live(provider: WireProvider, generated: Case): Promise<Lived> {
  const home = generated.isOnFile ? homeOnFile() : await homeInMemory();
  const pulumi = pulumiOver(() => provider.open({ inventory }, home.open), generated.order);
  return new Life(generated, home, pulumi).live();
}

class Life {
  #state: State = emptyState;
  #isDrifted = false;
  /** Whether something has changed since the last refresh: an update alone does not look for it. */
  #isUnseen = false;

  constructor(
    private readonly generated: Case,
    private readonly home: Home,
    private readonly pulumi: FakePulumi,
  ) {}

  async live(): Promise<Lived> {
    const { versions } = this.generated;
    let isImported = false;
    for (const [index, version] of versions.entries()) {
      const isLast = index === versions.length - 1;
      if (!(await this.#apply(version, index))) continue;
      await this.#rest(version, isLast);
      if (isLast) isImported = await this.#import(version);
      else await this.#disturb(version);
    }
    const types = versions.flatMap(({ program }) => program.map(({ type }) => type.split(":")[1]));
    const isAzure = (module: string | undefined) => module === "compute" || module === "recoveryservices";
    const isOfBothClouds = types.some(isAzure) && !types.every(isAzure);
    return { programs: versions.length, isOfBothClouds, isImported, isDrifted: this.#isDrifted };
  }

  /** Parity and edits in place; whether all is as the program says. */
  async #apply({ program }: Version, index: number): Promise<boolean> {
    const { parallel, isAddition } = this.generated;
    const before = this.#state;
    const preview = await this.#look("preview", () => this.pulumi.preview(program, before, { parallel }));
    const up = await this.pulumi.up(program, before, { parallel });
    this.#state = up.state;
    expectSameOutcome(preview, up);
    const isKnown = preview.steps.every(({ outputs }) => !containsUnknown(outputs));
    expect(isKnown, "law 1: every output of the preview is known").to.equal(true);
    if (index > 0) expectInPlace(before, up, isAddition && index === 1);
    if (up.failure !== undefined) return false;
    if (this.#isUnseen) await this.#refresh();
    // Deletions come last: what rests on something that goes away sees it only then.
    else if (!up.steps.some(({ operation }) => operation === "delete")) return true;
    const second = await this.pulumi.up(program, this.#state, { parallel });
    this.#state = second.state;
    return second.failure === undefined;
  }

  /** The last version is looked at step by step, the others as a pipeline does it. */
  async #rest({ program, pause }: Version, isLast: boolean): Promise<void> {
    const look = (what: string, options: RunOptions = {}) =>
      this.#look(what, () => this.pulumi.preview(program, this.#state, options));
    await this.home.withEngine((engine) => engine.advance(pause));
    if (!isLast) {
      expectNoChange(await look("preview --refresh", { refresh: true }), "law 2: a preview --refresh, later");
      return;
    }
    const refreshed = await this.#look("refresh", () => this.pulumi.refresh(this.#state));
    expectNoChange(refreshed, "law 2: a refresh, later");
    this.#state = refreshed.state;
    expectNoChange(await look("preview"), "law 2: a preview after a refresh, later");
  }

  /** A refresh that finds what another one has found already. */
  async #refresh(): Promise<void> {
    const first = await this.#look("refresh", () => this.pulumi.refresh(this.#state));
    expectDone(first);
    this.#state = first.state;
    this.#isUnseen = false;
    const second = await this.#look("refresh", () => this.pulumi.refresh(this.#state));
    expectNoChange(second, "law 2: a second refresh");
    expect(JSON.stringify(second.state), "law 2: the state after a second refresh").to.equal(
      JSON.stringify(first.state),
    );
  }

  /** Somebody changes something; the next update comes with a refresh before it, or without. */
  async #disturb({ event }: Version): Promise<void> {
    if (event === null) return;
    const choice = Math.floor(event / 2);
    const isDone = await this.home.withEngine((engine) => interfere(engine, this.#state.resources, choice));
    if (!isDone) return;
    this.#isDrifted = true;
    this.#isUnseen = true;
    if (event % 2 === 0) await this.#refresh();
  }

  async #import({ program }: Version): Promise<boolean> {
    const { resources } = this.#state;
    if (this.generated.importBy === "command") {
      const imported = await this.#look("import", () => this.pulumi.import(resources));
      expectDone(imported);
      const preview = await this.#look("preview", () => this.pulumi.preview(program, imported.state));
      for (const { urn, operation, detailedDiff } of preview.steps) {
        // What destroy does and what a protection must be worth are the program's own: no service tells them.
        const { onDestroy: _told, requireConsistency: _asked, ...difference } = detailedDiff;
        expect(difference, `law 3: ${urn} differs after its import`).to.deep.equal({});
        expect(operation, `law 3: ${urn} after its import`).to.be.oneOf(["same", "update"]);
      }
      return true;
    }
    const ids = new Map(resources.map(({ name, id }) => [name, id]));
    const importing = program.map((item) => ({ ...item, importId: ids.get(item.name) ?? "" }));
    const declared = await this.pulumi.up(importing, emptyState);
    expectDone(declared);
    const preview = await this.#look("preview", () => this.pulumi.preview(program, declared.state));
    expectNoChange(preview, "law 3: a preview after the import");
    return true;
  }

  /** Law 10: whoever only looks leaves the store as it is. */
  async #look(what: string, work: () => Promise<Run>): Promise<Run> {
    const before = this.home.print();
    const run = await work();
    expect(this.home.print(), `law 10: the store after ${what}`).to.equal(before);
    return run;
  }
}
