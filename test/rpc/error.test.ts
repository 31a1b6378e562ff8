import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { Secret, unknown } from "../../provider/definition/value";
import { EngineError } from "../../provider/engine/error";
import { MalformedValue } from "../../provider/rpc/decode";
import { statusOf } from "../../provider/rpc/error";
import { StatusError } from "../../provider/rpc/status-error";
import { ResourceInitFailed } from "../../provider/session/resource-init-failed";
import { StoreError } from "../../provider/store/store";
import { fakeSession } from "../support/fake-session";
import { initFailureOf, ProviderClient, urnOf } from "../support/provider-client";
import { captureErrors, failureOf } from "./failure";

const refusal = (code: string, rule = "A-30") =>
  new EngineError({ code, message: "No such machine.", remedy: "Name one.", source: "ECS guide", rule });
const abort = (cause?: unknown) => Object.assign(new Error("aborted", { cause }), { name: "AbortError" });

describe("the status of an error", () => {
  const refusals: Record<string, status> = {
    "InvalidInstanceId.NotFound": status.NOT_FOUND,
    "EntityNotExist.Role": status.NOT_FOUND,
    ResourceNotFound: status.NOT_FOUND,
    "EntityAlreadyExists.Role": status.ALREADY_EXISTS,
    "InvalidParameter.Days": status.INVALID_ARGUMENT,
    MissingParameter: status.INVALID_ARGUMENT,
    "Forbidden.RAM": status.PERMISSION_DENIED,
    "QuotaExceed.Snapshot": status.RESOURCE_EXHAUSTED,
    IncorrectInstanceStatus: status.FAILED_PRECONDITION,
    "HBR.NoRamRoleBound": status.FAILED_PRECONDITION,
  };
  for (const [code, expected] of Object.entries(refusals)) {
    it(`of the refusal ${code} is ${status[expected]}`, () => {
      expect(statusOf(refusal(code), unexpected)).to.deep.equal({
        code: expected,
        details: `${code}: No such machine.\n  fix: Name one.\n  source: ECS guide (A-30)`,
      });
    });
  }

  it("names no rule when a refusal has none", () => {
    expect(statusOf(refusal("X", ""), unexpected).details).to.equal(
      "X: No such machine.\n  fix: Name one.\n  source: ECS guide",
    );
  });

  const others: Record<string, { error: unknown; code: status; details: string }> = {
    "a busy store": {
      error: new StoreError("Store.Busy", "Locked.", "Wait."),
      code: status.UNAVAILABLE,
      details: "Store.Busy: Locked.\n  fix: Wait.",
    },
    "a store that is none": {
      error: new StoreError("Store.NotAnEngine", "No.", "Look."),
      code: status.FAILED_PRECONDITION,
      details: "Store.NotAnEngine: No.\n  fix: Look.",
    },
    "a malformed value": {
      error: new MalformedValue(["a", 0], "no"),
      code: status.INVALID_ARGUMENT,
      details: "property a[0]: no",
    },
    "an abort": { error: abort(), code: status.CANCELLED, details: "the operation was cancelled" },
    "an abort with our reason": {
      error: abort(new StatusError(status.DEADLINE_EXCEEDED, "late")),
      code: status.DEADLINE_EXCEEDED,
      details: "late",
    },
  };
  for (const [name, { error, code, details }] of Object.entries(others)) {
    it(`of ${name} is ${status[code]}`, () => expect(statusOf(error, unexpected)).to.deep.equal({ code, details }));
  }

  it("of anything else is a bug, with its stack for us", () => {
    const reports: string[] = [];
    const answer = statusOf(new TypeError("x is undefined"), (text) => reports.push(text));
    expect(answer).to.deep.equal({ code: status.INTERNAL, details: "bug in cloudbackup: x is undefined" });
    expect(statusOf("thrown text", (text) => reports.push(text)).details).to.equal("bug in cloudbackup: thrown text");
    expect(reports[0]).to.match(/^TypeError: x is undefined\n +at /);
    expect(reports[1]).to.equal("thrown text");
  });
});

describe("a failed call", () => {
  const bugs = captureErrors();
  const urn = urnOf("cloudbackup:ecs:Thing", "thing");
  let client: ProviderClient | undefined;
  const failing = async (error: unknown): Promise<ProviderClient> => {
    const fail = async () => {
      throw error;
    };
    client = await ProviderClient.serve(() =>
      fakeSession({ create: fail, read: fail, configure: fail, check: fail, invoke: fail }),
    );
    return client;
  };
  afterEach(() => client?.close());

  it("carries the refusal's text, lines and all", async () => {
    const failure = await failureOf((await failing(refusal("EntityNotExist.Role"))).configure({}));
    expect(failure.code).to.equal(status.NOT_FOUND);
    expect(failure.details).to.equal(
      "EntityNotExist.Role: No such machine.\n  fix: Name one.\n  source: ECS guide (A-30)",
    );
    expect(bugs).to.deep.equal([]);
  });

  it("of a bug is Internal", async () => {
    const failure = await failureOf((await failing(new Error("broken"))).check({ urn, news: {} }));
    expect([failure.code, failure.details]).to.deep.equal([status.INTERNAL, "bug in cloudbackup: broken"]);
    expect(bugs[0]).to.match(/^Error: broken\n +at /);
  });

  it("saves the state of an object that exists half", async () => {
    // More than a header's usual 16 KiB; Node's own HTTP/2 client takes 64 KiB at most, the engine's takes 16 MiB.
    const properties = { a: new Secret("s"), text: "x".repeat(40_000) };
    const reasons = ["the disk is missing", "the script failed"];
    const error = new ResourceInitFailed({ id: "i-1", properties, reasons, inputs: { b: 1 } });
    const failure = await failureOf((await failing(error)).create({ urn, properties: {} }));
    expect(failure.code).to.equal(status.UNKNOWN);
    expect(failure.details).to.equal("the disk is missing; the script failed");
    expect(initFailureOf(failure)).to.deep.equal({ id: "i-1", properties, inputs: { b: 1 }, reasons });
  });

  it("of an object that exists half has no inputs unless it was read", async () => {
    const error = new ResourceInitFailed({ id: "i-1", properties: {}, reasons: ["r"] });
    const failure = await failureOf((await failing(error)).read({ urn, id: "i-1" }));
    expect(initFailureOf(failure).inputs).to.equal(undefined);
  });

  it("never answers unknowns as the state of an object", async () => {
    const error = new ResourceInitFailed({ id: "i-1", properties: { a: unknown }, reasons: ["r"] });
    const failure = await failureOf((await failing(error)).create({ urn, properties: {} }));
    expect(failure.code).to.equal(status.INTERNAL);
    expect(failure.details).to.contain("property a: an unknown value");
  });
});

function unexpected(text: string): void {
  throw new Error(`reported as a bug: ${text}`);
}
