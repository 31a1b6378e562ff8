import { type PlainMap, toPlain } from "../../definition/plain";
import type { ResourceDefinition } from "../../definition/resource";
import type { PropertyMap } from "../../definition/value";
import type { SimulatedEngine } from "../../engine/engine";
import { EngineError } from "../../engine/error";
import { resourceByToken } from "../../registry";
import { check } from "../../session/check";
import { read } from "../../session/read";
import { Workspace } from "../../session/workspace";
import type { Candidate } from "./candidate";
import { withoutStandards } from "./standard-input";

/** A candidate as an import finds it. */
export interface Importable {
  readonly candidate: Candidate;
  readonly definition: ResourceDefinition;
  /** What a program has to say of it, and nothing that is so anyway. */
  readonly inputs: PlainMap["value"];
  /** Inputs and outputs: what others may take from it. */
  readonly properties: PlainMap["value"];
}

/** Why an import would be refused. */
export interface Unimportable {
  readonly candidate: Candidate;
  readonly why: string;
}

const signal = new AbortController().signal;

/** Does with candidates what an import does, without Pulumi: reads each, and checks what was read. */
export async function readCandidates(
  engine: SimulatedEngine,
  candidates: readonly Candidate[],
): Promise<readonly (Importable | Unimportable)[]> {
  const workspace = new Workspace(engine, 1, { log: () => undefined });
  const read: (Importable | Unimportable)[] = [];
  for (const candidate of candidates) read.push(await readCandidate(workspace, candidate));
  return read;
}

async function readCandidate(workspace: Workspace, candidate: Candidate): Promise<Importable | Unimportable> {
  const { token, id } = candidate;
  const definition = resourceByToken.get(token);
  if (definition === undefined) throw new Error(`the registry has no ${token}`);
  const urn = `urn:pulumi:adopt::adopt::${token}::${id}`;
  try {
    const request = { urn, id, type: token, properties: undefined, inputs: undefined, signal };
    const found = await read(workspace, definition, request);
    if (found === undefined) return { candidate, why: "it is gone" };
    const problem = await checkRead(workspace, definition, urn, found.inputs);
    if (problem !== undefined) return { candidate, why: problem };
    const inputs = toPlain(withoutStandards(definition, found.inputs)).value;
    const properties = { ...toPlain(found.properties).value, id: found.id };
    return { candidate, definition, inputs, properties };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { candidate, why: error.message };
  }
}

async function checkRead(
  workspace: Workspace,
  definition: ResourceDefinition,
  urn: string,
  news: PropertyMap,
): Promise<string | undefined> {
  const request = { urn, type: definition.token, name: "adopted", olds: {}, news };
  const { failures } = await check(workspace, definition, { ...request, randomSeed: undefined, autonaming: undefined });
  const [first] = failures;
  if (first === undefined) return undefined;
  const text = first.reason.split("\n")[0] ?? first.reason;
  return first.property === "" ? text : `${first.property}: ${text}`;
}
