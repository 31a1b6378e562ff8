import { Layer } from "../../store/layer";
import { LayeredWriter } from "../../store/layered-reader";
import type { Command, Query, QueryContext } from "../engine";

/**
 * Does a command on rows of its own above those that are there, and looks at what came of it. Nothing of it stays, so
 * that whoever only asks sees what the command itself would do.
 */
export async function tryOut<I, D, R>(
  context: QueryContext,
  { command, input, look }: { command: Command<I, D>; input: I; look: Query<D, R> },
): Promise<R> {
  const imagined = { ...context, store: new LayeredWriter(context.store, new Layer()) };
  return look(imagined, await command(imagined, input));
}
