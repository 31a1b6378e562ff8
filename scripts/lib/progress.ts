const lineIntervalInSeconds = 15;

/**
 * Says on stderr what is happening and then, until `work` is done, that it still goes on: one rewritten line on a
 * terminal, a line every 15 seconds in a log.
 */
export async function withProgress<T>(title: string, work: () => Promise<T>): Promise<T> {
  const startInMilliseconds = Date.now();
  const elapsedInSeconds = () => Math.round((Date.now() - startInMilliseconds) / 1000);
  const terminal = process.stderr.isTTY === true;
  process.stderr.write(`${title}\n`);
  const timer = setInterval(
    () =>
      process.stderr.write(terminal ? `\r  ${elapsedInSeconds()} s` : `  still at it after ${elapsedInSeconds()} s\n`),
    terminal ? 1000 : lineIntervalInSeconds * 1000,
  );
  let outcome = "failed";
  try {
    const result = await work();
    outcome = "done";
    return result;
  } finally {
    clearInterval(timer);
    process.stderr.write(`${terminal ? "\r" : ""}  ${outcome} after ${elapsedInSeconds()} s\n`);
  }
}
