// Runs at the end of `npm ci` and `npm install`, so that a fresh checkout holds a plugin that works.
// It only transpiles: a type error must fail the tests, not somebody's install. Where there is nothing to build from
// (an image that copied package.json alone, or an install without the compiler), it leaves things as they are.
const { spawnSync } = require("node:child_process");
const { existsSync } = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);

function compilerPath() {
  try {
    return require.resolve("typescript/bin/tsc");
  } catch {
    return undefined;
  }
}

const compiler = compilerPath();
if (compiler === undefined || !existsSync(path.join(root, "tsconfig.build.json"))) {
  console.log("cloudbackup: nothing built (no compiler or no sources here); `npm run build` builds the plugin.");
} else {
  const arguments_ = [compiler, "-p", path.join(root, "tsconfig.build.json"), "--noCheck"];
  process.exitCode = spawnSync(process.execPath, arguments_, { stdio: "inherit" }).status ?? 1;
}
