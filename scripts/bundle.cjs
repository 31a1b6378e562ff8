// Puts the plugin into three files, dist/bundle/*.js, after tsc has compiled it into dist/: to load some thousand modules
// takes twice as long. The parts follow the start: main.js and grpc.js until the port is told, handler.js at the first
// call. Packages with native parts stay where they are. The folder lies as deep as the folders of the compiled files, so
// that paths from a file to package.json hold here too.
const { mkdirSync, writeFileSync } = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const folder = path.join(root, "dist/bundle");
const grpc = "@grpc/grpc-js";

/** The one that is there last tells that the others are, too. */
const parts = [
  { name: "grpc.js", entry: require.resolve(grpc), apart: {} },
  { name: "handler.js", entry: "provider/rpc/handler.ts", apart: { [grpc]: "./grpc.js" } },
  { name: "main.js", entry: "provider/main.ts", apart: { [grpc]: "./grpc.js", "./rpc/handler": "./handler.js" } },
];

/** References that a part makes to another one. */
function referringTo(apart) {
  return {
    name: "parts",
    setup(build) {
      build.onResolve({ filter: /./ }, ({ path: specifier }) =>
        Object.hasOwn(apart, specifier) ? { path: apart[specifier], external: true } : undefined,
      );
    },
  };
}

async function bundle({ build }) {
  const built = await Promise.all(
    parts.map(({ name, entry, apart }) =>
      build({
        absWorkingDir: root,
        entryPoints: [entry],
        outfile: path.join(folder, name),
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node20",
        sourcemap: "linked",
        sourcesContent: false,
        // Less to read at every start; names stay, and with them the stack of an error.
        minifyWhitespace: true,
        external: ["libsql", "pg"],
        plugins: [referringTo(apart)],
        logLevel: "warning",
        write: false,
      }),
    ),
  );
  mkdirSync(folder, { recursive: true });
  for (const { outputFiles } of built) {
    for (const file of outputFiles) writeFileSync(file.path, file.contents);
  }
}

/** The bundler's, or undefined where it is not installed: the plugin then runs from the compiled files. */
function bundler() {
  try {
    return require("esbuild");
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    return undefined;
  }
}

async function main() {
  const esbuild = bundler();
  if (esbuild === undefined) console.log("cloudbackup: not bundled (no esbuild here); the plugin starts slower.");
  else await bundle(esbuild);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
