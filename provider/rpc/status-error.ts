import type { status } from "@grpc/grpc-js";

/** An answer of the protocol itself: a request that can't be served, or no more. */
export class StatusError extends Error {
  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
    this.name = "StatusError";
  }
}
