import type { Metadata, status } from "@grpc/grpc-js";

/** An answer of the protocol itself: a request that can't be served, or no more. */
export class StatusError extends Error {
  constructor(
    readonly code: status,
    message: string,
    /** What the engine reads beyond the message. */
    readonly metadata?: Metadata,
  ) {
    super(message);
    this.name = "StatusError";
  }
}
