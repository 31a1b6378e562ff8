import { Metadata, type StatusObject, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { EngineError, StoreError } from "../engine/error";
import { ResourceInitFailed } from "../session/resource-init-failed";
import { RunEnded } from "../session/run-ended";
import { MalformedValue } from "./decode";
import { encodeProperties } from "./encode";
import { StatusError } from "./status-error";

/** What a failed call answers. Whatever isn't a known refusal is a bug of ours: its stack goes to `report`. */
export function statusOf(error: unknown, report: (text: string) => void): Partial<StatusObject> {
  if (error instanceof EngineError) {
    const rule = error.rule === "" ? "" : ` (${error.rule})`;
    return { code: refusalCode(error.code), details: explain(error, `\n  source: ${error.source}${rule}`) };
  }
  if (error instanceof StoreError) {
    const code = error.code === "Store.Busy" ? status.UNAVAILABLE : status.FAILED_PRECONDITION;
    return { code, details: explain(error, "") };
  }
  if (error instanceof ResourceInitFailed) return initFailed(error);
  if (error instanceof StatusError) {
    const { code, message: details, metadata } = error;
    return metadata === undefined ? { code, details } : { code, details, metadata };
  }
  if (error instanceof RunEnded) return { code: status.CANCELLED, details: error.message };
  if (error instanceof MalformedValue) return { code: status.INVALID_ARGUMENT, details: error.message };
  if (error instanceof Error && error.name === "AbortError") {
    // Node wraps the reason of an aborted signal; ours says more than "aborted".
    if (error.cause instanceof StatusError) return statusOf(error.cause, report);
    return { code: status.CANCELLED, details: "the operation was cancelled" };
  }
  report(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return { code: status.INTERNAL, details: `bug in cloudbackup: ${error instanceof Error ? error.message : error}` };
}

function explain(error: EngineError | StoreError, source: string): string {
  return `${error.code}: ${error.message}\n  fix: ${error.remedy}${source}`;
}

/** The vendors' codes are many, but they say in their names which kind they are; the first that fits counts. */
const kinds: readonly (readonly [RegExp, status])[] = [
  [/Not(Found|Exist)/, status.NOT_FOUND],
  [/Exist|Duplicate/, status.ALREADY_EXISTS],
  [/Forbidden|NoPermission|Unauthorized|AccessDenied|AuthorizationFailed/, status.PERMISSION_DENIED],
  [/Quota|Exceed|TooMany|Throttling/, status.RESOURCE_EXHAUSTED],
  [/Invalid|Missing|Malformed|Illegal|BadRequest/, status.INVALID_ARGUMENT],
];

function refusalCode(code: string): status {
  return kinds.find(([pattern]) => pattern.test(code))?.[1] ?? status.FAILED_PRECONDITION;
}

/** The engine reads the object's state from a detail in the trailer, which gRPC does not build by itself. */
function initFailed(error: ResourceInitFailed): Partial<StatusObject> {
  const detail = new ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(encodeProperties(error.properties, { keepUnknowns: false }))
    .setReasonsList([...error.reasons]);
  if (error.inputs !== undefined) detail.setInputs(encodeProperties(error.inputs, { keepUnknowns: false }));
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const trailer = new Status().setCode(status.UNKNOWN).setMessage(error.message).setDetailsList([any]);
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(trailer.serializeBinary()));
  return { code: status.UNKNOWN, details: error.message, metadata };
}
