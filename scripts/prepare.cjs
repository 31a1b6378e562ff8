// Runs at the end of `npm ci` and `npm install`, so that a fresh checkout holds a plugin and an SDK that work.
// It only transpiles: a type error must fail the tests, not somebody's install. Where there is nothing to build from
// (an image that copied package.json alone, or an install without the compiler), it leaves things as they are.
const { spawnSync } = require("node:child_process");
const { copyFileSync, existsSync } = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const sdk = path.join(root, "sdk/nodejs");

function compilerPath() {
  try {
    return require.resolve("typescript/bin/tsc");
  } catch {
    return undefined;
  }
}

/** Whether the project was built, or there was nothing to build. */
function build(compiler, project, ...options) {
  return !existsSync(project) || runs(compiler, "-p", project, "--noCheck", ...options);
}

function runs(...args) {
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status === 0;
}

const compiler = compilerPath();
if (compiler === undefined || !existsSync(path.join(root, "tsconfig.build.json"))) {
  console.log("cloudbackup: nothing built (no compiler or no sources here); `npm run build` builds the plugin.");
} else {
  const buildInfo = path.join(sdk, "bin/.tsbuildinfo");
  const built =
    build(compiler, path.join(root, "tsconfig.build.json")) &&
    runs(path.join(__dirname, "bundle.cjs")) &&
    build(compiler, path.join(sdk, "tsconfig.json"), "--incremental", "--tsBuildInfoFile", buildInfo);
  if (!built) process.exitCode = 1;
  // The SDK reads its own version from beside its built files.
  else if (existsSync(sdk)) copyFileSync(path.join(sdk, "package.json"), path.join(sdk, "bin/package.json"));
}
