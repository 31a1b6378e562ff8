import "./rpc/reserve-stdout";
import { engineAddress } from "./rpc/engine-address";
import { ProviderService } from "./rpc/service";

const address = engineAddress(process.argv.slice(2));

/** Everything but the service itself is loaded by the first call, when the port has been told. */
const service = new ProviderService(() => {
  const { createHandler } = require("./rpc/handler") as typeof import("./rpc/handler");
  return createHandler(address);
});

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
