import { readFileSync } from "node:fs";
import { expect } from "chai";
import { advance } from "../../provider/engine/advance";
import { type Engine, SimulatedEngine } from "../../provider/engine/engine";
import { EngineError } from "../../provider/engine/error";
import { callOperation, requireOperation } from "../../provider/engine/operations";
import { preparationFor } from "../../provider/engine/prepare";
import { readInventory } from "../../provider/session/inventory-file";
import { memoryStore, testSettings } from "../support/test-engine";

/** What a row expects: a part of the answer by its path, or the code of a refusal. */
export type Expected = { readonly path: string; readonly value: unknown } | { readonly code: string } | "done";

/**
 * One call of a story. Texts in braces stand for what earlier calls answered, by its path: `{PolicyId}`,
 * `{BackupJobs.0.JobId}`; `{PointId}` is the last job's.
 */
export type Row = readonly [operation: string, parameters: Readonly<Record<string, string>>, expected: Expected];

/** Each row is one call with what comes of it; all of them happen to one engine. */
export interface Story {
  readonly title: string;
  /** Answers that the inventory holds beside the example's. */
  readonly inventory?: readonly object[];
  readonly rows: readonly Row[];
}

export function gives(path: string, value: unknown): Expected {
  return { path, value };
}

export function refused(code: string): Expected {
  return { code };
}

export async function openInventory(more: readonly object[] = []): Promise<SimulatedEngine> {
  const example = JSON.parse(readFileSync("examples/app-consistent-mysql/inventory.json", "utf8")) as object[];
  const inventory = readInventory([...example, ...more], ".");
  return new SimulatedEngine(testSettings, await memoryStore(), preparationFor(inventory));
}

type Parameters = Readonly<Record<string, string>>;

/** What happens in a story beside the cloud's operations. */
const happenings: Readonly<Record<string, (engine: Engine, given: Parameters) => Promise<object>>> = {
  advance: async (engine, { seconds }) => {
    const now = await engine.ask(async (context) => context.now, undefined);
    return engine.run(advance, { until: now + Number(seconds) });
  },
};

function partOf(answer: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], answer);
}

/** The parameters with what is known in place of the names in braces. */
function fill(parameters: Parameters, known: object): Parameters {
  const entries = Object.entries(parameters).map(([name, text]) => {
    const value = text.replace(/\{([A-Za-z][\w.]*)\}/g, (_whole, path: string) => {
      const found = partOf(known, path);
      return typeof found === "string" ? found : `unknown ${path}`;
    });
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}

async function happen(engine: Engine, operation: string, given: Parameters): Promise<object> {
  const happening = happenings[operation];
  if (happening !== undefined) return happening(engine, given);
  return callOperation(engine, requireOperation(operation), new Map(Object.entries(given)));
}

/** Tells a story row by row on one engine; the first row that goes another way is the failure. */
export async function tell(rows: readonly Row[], engine?: Engine): Promise<Engine> {
  const place = engine ?? (await openInventory());
  const known: Record<string, unknown> = {};
  for (const [index, [operation, parameters, expected]] of rows.entries()) {
    const row = `row ${index + 1}, ${operation} ${JSON.stringify(parameters)}`;
    try {
      const answer = await happen(place, operation, fill(parameters, known));
      Object.assign(known, answer);
      known.PointId = String(known.JobId).replace(/^job-/, "s-");
      expect(expected, `${row} was not refused`).to.satisfy((it: Expected) => it === "done" || "path" in it);
      if (expected !== "done" && "path" in expected) {
        const { path, value } = expected;
        const wanted = typeof value === "string" ? fill({ value }, known).value : value;
        expect(partOf(answer, path), `${row} at ${path}`).to.deep.equal(wanted);
      }
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const wanted = expected !== "done" && "code" in expected ? expected.code : "no refusal";
      expect(error.code, `${row}: ${error.message}`).to.equal(wanted);
      expect(error.remedy, `${row} has no remedy`).to.not.equal("");
      expect(error.source, `${row} has no source`).to.not.equal("");
    }
  }
  return place;
}
