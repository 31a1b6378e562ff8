import "./rpc/reserve-stdout";
import { engineAddress } from "./rpc/engine-address";
import { ProviderService } from "./rpc/service";
import type { Host, Session } from "./session/contract";

const address = engineAddress(process.argv.slice(2));

const service = new ProviderService(() => {
  const { ProviderServer } = require("./rpc/server") as typeof import("./rpc/server");
  return new ProviderServer(openSession, address);
});

/** The session brings the resources and the engine along: a process that only answers a handshake never needs them. */
function openSession(host: Host): Session {
  const { createSession } = require("./session/session") as typeof import("./session/session");
  // One Pulumi operation starts all its plugins from one process and gives them one address of its own.
  const run = address === undefined ? undefined : `${process.ppid} ${address}`;
  return createSession(host, () => Math.floor(Date.now() / 1000), run);
}

async function crash(error: unknown): Promise<void> {
  console.error(error);
  process.exitCode = 1;
  await service.fail(`bug in cloudbackup: ${error instanceof Error ? error.message : error}`);
  process.exit();
}

async function stop(): Promise<void> {
  await service.stop();
  process.exit();
}

process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);
process.on("SIGINT", stop);
process.on("SIGTERM", stop);

void service.listen().then((port) => process.stdout.write(`${port}\n`));
