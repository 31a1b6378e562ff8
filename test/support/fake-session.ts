import type { Session } from "../../provider/session/contract";

/** A session that answers every call with the least there is; a test says only what matters to it. */
export function fakeSession(parts: Partial<Session> = {}): Session {
  const none = { changes: "none", detailedDiff: {}, replaces: [], stables: [], deleteBeforeReplace: false } as const;
  return {
    schema: () => "{}",
    version: () => "1.2.3",
    checkConfig: async ({ news }) => ({ inputs: news, failures: [] }),
    diffConfig: async () => none,
    configure: async () => {},
    check: async ({ news }) => ({ inputs: news, failures: [] }),
    diff: async () => none,
    create: async ({ properties }) => ({ id: "id-1", properties }),
    read: async () => undefined,
    update: async ({ news }) => ({ properties: news }),
    delete: async () => {},
    invoke: async ({ args }) => ({ result: args, failures: [] }),
    construct: async () => ({ urn: "urn", state: {}, dependencies: {} }),
    cancel: () => {},
    close: async () => {},
    ...parts,
  };
}

/** Keeps what a method was asked, beside its answer. */
export function recorder<Request, Result>(
  answer: Result,
): {
  requests: Request[];
  method: (request: Request) => Promise<Result>;
} {
  const requests: Request[] = [];
  return {
    requests,
    method: async (request) => {
      requests.push(request);
      return answer;
    },
  };
}
