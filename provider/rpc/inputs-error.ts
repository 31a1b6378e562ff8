import { Metadata, status } from "@grpc/grpc-js";
import { InputPropertiesError } from "@pulumi/pulumi/proto/errors_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { CheckFailure } from "../session/contract";
import { StatusError } from "./status-error";

/** How the engine sets off the problems that it lists. */
const margin = "\n\t\t";

/**
 * The answer to inputs of a component that are wrong. The engine prints the value of each property that a detail of
 * the status names, secret or not: so failures that name none are part of the message.
 */
export function inputsError(failures: readonly CheckFailure[]): StatusError {
  const named = failures.filter(({ property }) => property !== "");
  const unnamed = failures.filter(({ property }) => property === "");
  const message = ["its inputs are not right", ...unnamed.map(({ reason }) => `- ${indented(reason)}`)].join(margin);
  const errors = named.map(({ property, reason }) =>
    new InputPropertiesError.PropertyError().setPropertyPath(property).setReason(indented(reason)),
  );
  const detail = new Any();
  detail.pack(new InputPropertiesError().setErrorsList(errors).serializeBinary(), "pulumirpc.InputPropertiesError");
  const trailer = new Status().setCode(status.INVALID_ARGUMENT).setMessage(message).setDetailsList([detail]);
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(trailer.serializeBinary()));
  return new StatusError(status.INVALID_ARGUMENT, message, metadata);
}

function indented(text: string): string {
  return text.replaceAll("\n", margin);
}
