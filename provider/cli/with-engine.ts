import type { SimulatedEngine } from "../engine/engine";
import { openEngine, requireConfig } from "../session/open-engine";
import { openStore } from "../store/open";
import { type GlobalOptions, readConfiguration } from "./configuration";
import type { Io } from "./io";

/** Opens the project's engine, works on it and closes it, whatever comes out. */
export async function withEngine<T>(
  options: GlobalOptions,
  io: Io,
  work: (engine: SimulatedEngine) => Promise<T>,
): Promise<T> {
  const { args, projectDirectory } = readConfiguration(options, io);
  const engine = await openEngine(requireConfig(args), { projectDirectory, wallTime: io.wallTime, open: openStore });
  try {
    return await work(engine);
  } finally {
    await engine.store.close();
  }
}
