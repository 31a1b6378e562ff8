import { status } from "@grpc/grpc-js";
import { CreateRequest } from "@pulumi/pulumi/proto/provider_pb";
import { expect } from "chai";
import type { Session } from "../../provider/session/contract";
import { ResourceInitFailed } from "../../provider/session/resource-init-failed";
import { fakeSession } from "../support/fake-session";
import { initFailureOf, ProviderClient, urnOf } from "../support/provider-client";
import { captureErrors, failureOf } from "./failure";

const urn = urnOf("cloudbackup:ecs:Thing", "thing");
const state = { urn, id: "i", olds: {}, oldInputs: {}, news: {} };

/** Resolves when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

describe("ending a run", () => {
  const bugs = captureErrors();
  let client: ProviderClient;
  let started: Promise<void>;
  let start: () => void;
  beforeEach(() => {
    started = new Promise((resolve) => {
      start = resolve;
    });
  });
  afterEach(async () => {
    await client.close();
    expect(bugs).to.deep.equal([]);
  });
  const serve = async (parts: Partial<Session>): Promise<void> => {
    client = await ProviderClient.serve(() => fakeSession(parts));
  };

  it("Cancel answers before the operations it stops", async () => {
    const events: string[] = [];
    await serve({
      cancel: () => void events.push("session told"),
      create: async ({ signal }) => {
        start();
        await aborted(signal);
        events.push("signal seen");
        await new Promise((resolve) => setTimeout(resolve, 100));
        throw signal.reason;
      },
    });
    const failure = failureOf(client.create({ urn, properties: {} })).finally(() => events.push("create answered"));
    await started;
    await client.cancel();
    events.push("cancel answered");
    expect(await failure).to.deep.include({ code: status.CANCELLED, details: "the run was cancelled" });
    expect(events.indexOf("session told")).to.be.lessThan(events.indexOf("cancel answered"));
    expect(events.slice(-2)).to.deep.equal(["cancel answered", "create answered"]);
    expect(events).to.include("signal seen");
  });

  it("Cancel lets an operation save what it has made", async () => {
    await serve({
      create: async ({ signal }) => {
        start();
        await aborted(signal);
        throw new ResourceInitFailed({ id: "i-1", properties: {}, reasons: ["cancelled"] });
      },
    });
    const failure = failureOf(client.create({ urn, properties: {} }));
    await started;
    await client.cancel();
    expect(initFailureOf(await failure).id).to.equal("i-1");
  });

  it("after Cancel nothing is changed any more, until the next run", async () => {
    await serve({});
    await client.cancel();
    const failures = await Promise.all([
      failureOf(client.create({ urn, properties: {} })),
      failureOf(client.update(state)),
      failureOf(client.delete({ urn, id: "i", properties: {} })),
    ]);
    expect(failures.map((failure) => failure.code)).to.deep.equal(Array(3).fill(status.CANCELLED));
    expect((await client.check({ urn, news: { a: 1 } })).inputs).to.deep.equal({ a: 1 });
    await client.handshake();
    expect((await client.create({ urn, properties: {} })).id).to.equal("id-1");
  });

  it("Cancel makes no session, and may come twice", async () => {
    client = await ProviderClient.serve(() => {
      throw new Error("a session was made");
    });
    await client.cancel();
    await client.cancel();
  });

  it("a time-out stops every kind of operation", async () => {
    const stopped = async ({ signal }: { signal: AbortSignal }) => {
      await aborted(signal);
      throw signal.reason;
    };
    await serve({ create: stopped, read: stopped, update: stopped, delete: stopped });
    const failures = await Promise.all([
      failureOf(client.create({ urn, properties: {}, timeoutInSeconds: 0.05 })),
      failureOf(client.read({ urn, id: "i", timeoutInSeconds: 0.05 })),
      failureOf(client.update({ ...state, timeoutInSeconds: 0.05 })),
      failureOf(client.delete({ urn, id: "i", properties: {}, timeoutInSeconds: 0.05 })),
    ]);
    expect(failures.map((failure) => failure.code)).to.deep.equal(Array(4).fill(status.DEADLINE_EXCEEDED));
    expect(failures[0]?.details).to.equal(
      "the operation did not end within its time-out of 0.05 s\n  fix: raise the resource option customTimeouts",
    );
  });

  it("a time-out longer than a timer can hold is no time-out", async () => {
    await serve({
      create: async ({ signal, properties }) => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        signal.throwIfAborted();
        return { id: "i-1", properties };
      },
    });
    expect((await client.create({ urn, properties: {}, timeoutInSeconds: 1e9 })).id).to.equal("i-1");
  });

  it("a caller that gives up stops its own operation only", async () => {
    const ended: unknown[] = [];
    let proceed: () => void = () => {};
    await serve({
      create: async ({ signal, properties }) => {
        if (properties.wait === undefined) {
          start();
          await aborted(signal);
          ended.push("stopped");
          proceed();
          throw signal.reason;
        }
        await new Promise<void>((resolve) => {
          proceed = resolve;
        });
        return { id: `aborted: ${signal.aborted}`, properties };
      },
    });
    const other = client.create({ urn, properties: { wait: true } });
    const given = new Promise((resolve) => {
      const call = client.stub.create(new CreateRequest().setUrn(urn), (error) => resolve(error?.code));
      void started.then(() => call.cancel());
    });
    expect(await given).to.equal(status.CANCELLED);
    expect((await other).id).to.equal("aborted: false");
    expect(ended).to.deep.equal(["stopped"]);
  });
});
