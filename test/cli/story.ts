import { expect } from "chai";
import { callOperation, requireOperation } from "../../provider/engine/alibaba/operations";
import { type Engine, SimulatedEngine } from "../../provider/engine/engine";
import { EngineError } from "../../provider/engine/error";
import { preparationFor } from "../../provider/engine/prepare";
import { readInventory } from "../../provider/session/inventory-file";
import { memoryStore, testSettings } from "../support/test-engine";

/** What a row expects: a part of the answer by its path, or the code of a refusal. */
export type Expected = { readonly path: string; readonly value: unknown } | { readonly code: string } | "done";

/**
 * One call of a story. Texts in braces stand for what an earlier call answered: `{PolicyId}`; `{PointId}` is the last
 * job's.
 */
export type Row = readonly [operation: string, parameters: Readonly<Record<string, string>>, expected: Expected];

export function gives(path: string, value: unknown): Expected {
  return { path, value };
}

export function refused(code: string): Expected {
  return { code };
}

export async function openInventory(): Promise<SimulatedEngine> {
  const inventory = readInventory("examples/app-consistent-mysql/inventory.json", ".");
  return new SimulatedEngine(testSettings, await memoryStore(), preparationFor(inventory));
}

function partOf(answer: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], answer);
}

/** Tells a story row by row on one engine; the first row that goes another way is the failure. */
export async function tell(rows: readonly Row[], engine?: Engine): Promise<Engine> {
  const place = engine ?? (await openInventory());
  const known = new Map<string, string>();
  for (const [index, [operation, parameters, expected]] of rows.entries()) {
    const row = `row ${index + 1}, ${operation} ${JSON.stringify(parameters)}`;
    const filled = Object.entries(parameters).map(([name, text]) => {
      const value = text.replace(/\{([A-Z]\w+)\}/g, (_whole, key: string) => known.get(key) ?? `unknown ${key}`);
      return [name, value] as const;
    });
    try {
      const answer = await callOperation(place, requireOperation(operation), new Map(filled));
      for (const [key, value] of Object.entries(answer)) if (typeof value === "string") known.set(key, value);
      known.set("PointId", known.get("JobId")?.replace(/^job-/, "s-") ?? "none");
      expect(expected, `${row} was not refused`).to.satisfy((it: Expected) => it === "done" || "path" in it);
      if (expected !== "done" && "path" in expected) {
        expect(partOf(answer, expected.path), `${row} at ${expected.path}`).to.deep.equal(expected.value);
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
