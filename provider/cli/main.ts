import { runCli } from "./program";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader has seen enough: `cloudbackup points | head`.
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const { env, stdout, stderr } = process;

void runCli(process.argv.slice(2), {
  stdout: (text) => void stdout.write(text),
  stderr: (text) => void stderr.write(text),
  isWatched: stderr.isTTY === true,
  hasColour: stdout.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb",
  environment: env,
  currentDirectory: process.cwd(),
  wallTime: () => Math.floor(Date.now() / 1000),
  stopwatch: () => performance.now(),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
