import { type ConstructRequest, ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";
import type { Session } from "../session/contract";
import { decodeProperties } from "./decode";
import { encodeProperties } from "./encode";
import { inputsError } from "./inputs-error";
import { MonitorClient } from "./monitor-client";

/**
 * Makes a component, asking the engine behind the request for its resources. `provider` is the reference that they
 * name as theirs. Only a program with a component needs this module: it is loaded at the first one.
 */
export async function construct(
  request: ConstructRequest,
  session: Session,
  provider: string | undefined,
  signal: AbortSignal,
): Promise<ConstructResponse> {
  const monitor = new MonitorClient(request, provider, signal);
  try {
    const result = await session.construct(
      {
        type: request.getType(),
        name: request.getName(),
        inputs: decodeProperties(request.getInputs()),
        inputDependencies: dependenciesOf(request),
        preview: request.getDryrun(),
      },
      monitor,
    );
    if ("failures" in result) throw inputsError(result.failures);
    const response = new ConstructResponse()
      .setUrn(result.urn)
      .setState(encodeProperties(result.state, { keepUnknowns: request.getDryrun() }));
    for (const [name, urns] of Object.entries(result.dependencies)) {
      const dependencies = new ConstructResponse.PropertyDependencies().setUrnsList([...urns]);
      response.getStatedependenciesMap().set(name, dependencies);
    }
    return response;
  } finally {
    monitor.close();
  }
}

function dependenciesOf(request: ConstructRequest): Record<string, readonly string[]> {
  const entries = [...request.getInputdependenciesMap().entries()];
  return Object.fromEntries(entries.map(([name, dependencies]) => [name, dependencies.getUrnsList()]));
}
