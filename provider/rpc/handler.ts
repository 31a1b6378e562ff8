import type { Host, Session } from "../session/contract";
import { ProviderServer } from "./server";
import type { Handler } from "./service";

/** What answers the calls once there are any; `address` is the Pulumi engine's, undefined under a debugger. */
export function createHandler(address: string | undefined): Handler {
  return new ProviderServer((host) => openSession(host, address), address);
}

/** The session brings the resources and the engine along: a process that only answers a handshake never needs them. */
function openSession(host: Host, address: string | undefined): Session {
  const { createSession } = require("../session/session") as typeof import("../session/session");
  // One Pulumi operation starts all its plugins from one process and gives them one address of its own.
  const run = address === undefined ? undefined : `${process.ppid} ${address}`;
  return createSession(host, () => Math.floor(Date.now() / 1000), run);
}
