import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { engineAddress } from "../../provider/rpc/engine-address";
import { ProviderClient, urnOf } from "../support/provider-client";
import { failureOf } from "./failure";

const root = join(__dirname, "..", "..");
const main = join(root, "provider", "main.ts");
const plugin = join(root, "provider", "bin", "pulumi-resource-cloudbackup");
const fromSource: [string, ...string[]] = [process.execPath, "--require", "ts-node/register/transpile-only", main];

describe("the plugin's process", () => {
  /** Stands in for the session of a whole process, where `provider/main.ts` loads it. */
  const withSession = (source: string): [string, ...string[]] => {
    const preload = join(folder, "preload.cjs");
    const hook = `const load = Module._load; Module._load = function (request, parent, ...rest) {
      return request.endsWith("/session/session") ? session : load.call(this, request, parent, ...rest); };`;
    writeFileSync(
      preload,
      `const Module = require("node:module");\n${hook}\nconst session = {
      createSession: () => ({ cancel() {}, async close() { console.log("session closed"); },\n${source} }) };`,
    );
    return [process.execPath, "--require", preload, "--require", "ts-node/register/transpile-only", main];
  };
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cloudbackup-main-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("tells its port in the first line of stdout, answers, and ends well on SIGINT", async () => {
    const client = await ProviderClient.spawn({ command: fromSource, args: ["--logtostderr", "-v=9"] });
    expect((await client.handshake()).acceptSecrets).to.equal(true);
    await client.cancel();
    expect(await client.close()).to.deep.include({ code: 0, signal: null });
  });

  it("waits for the operations in flight before it ends, and closes the session", async () => {
    const client = await ProviderClient.spawn({
      command: withSession(`create: async ({ signal, properties }) => {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        console.log("stopping");
        await new Promise((resolve) => setTimeout(resolve, 200));
        return { id: "i-1", properties };
      }`),
    });
    await client.handshake();
    const created = client.create({ urn: urnOf("t", "n"), properties: {} });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const exit = await client.close();
    expect((await created).id).to.equal("i-1");
    expect(exit).to.deep.include({ code: 0, signal: null });
    expect(exit?.stderr).to.match(/stopping\nsession closed\n$/);
  });

  it("fails the calls in flight when it breaks, tells why on stderr, and ends with an error", async () => {
    const client = await ProviderClient.spawn({
      command: withSession(`create: () => new Promise(() => setTimeout(() => { throw new Error("broken"); }, 20)),
        invoke: () => new Promise(() => {})`),
    });
    await client.handshake();
    const failures = await Promise.all([
      failureOf(client.invoke("t")),
      failureOf(client.create({ urn: urnOf("t", "n"), properties: {} })),
    ]);
    for (const failure of failures) {
      expect([failure.code, failure.details]).to.deep.equal([status.INTERNAL, "bug in cloudbackup: broken"]);
    }
    const exit = await client.close();
    expect(exit?.code).to.equal(1);
    expect(exit?.stderr).to.match(/Error: broken\n +at /);
  });

  it("breaks on a promise that nobody waits for", async () => {
    const client = await ProviderClient.spawn({
      command: withSession(
        `invoke: () => { void Promise.reject(new Error("forgotten")); return new Promise(() => {}); }`,
      ),
    });
    expect((await failureOf(client.invoke("t"))).details).to.equal("bug in cloudbackup: forgotten");
    expect((await client.close())?.code).to.equal(1);
  });

  it("loads no messages, schemas or SDK before its first call", () => {
    const script = `
      const { ProviderService } = require(${JSON.stringify(join(root, "provider", "rpc", "service"))});
      const service = new ProviderService(() => { throw new Error(); });
      service.listen().then(() => {
        const packages = Object.keys(require.cache).map((path) => path.split("node_modules/").at(-1));
        console.log(packages.filter((path) => /^(google-protobuf|@pulumi|zod|kysely|libsql)/.test(path)).join());
        process.exit();
      });`;
    const run = spawnSync(process.execPath, ["--require", "ts-node/register/transpile-only", "--eval", script], {
      cwd: root,
    });
    expect(run.stdout.toString()).to.equal("\n");
  });

  it("loads what components need at the first component only", () => {
    const script = `
      require(${JSON.stringify(join(root, "provider", "rpc", "server"))});
      require(${JSON.stringify(join(root, "provider", "session", "session"))});
      const isLoaded = (name) => Object.keys(require.cache).some((path) => path.endsWith(name));
      console.log(isLoaded("provider_pb.js"), isLoaded("resource_pb.js"));
      process.exit();`;
    const run = spawnSync(process.execPath, ["--require", "ts-node/register/transpile-only", "--eval", script], {
      cwd: root,
    });
    expect(run.stdout.toString()).to.equal("true false\n");
  });
});

describe("the plugin's executable", () => {
  it("can be executed", () => expect(statSync(plugin).mode & 0o111).to.equal(0o111));

  it("runs the provider that was built last, and says so when none is", () => {
    const folder = mkdtempSync(join(tmpdir(), "cloudbackup-bin-"));
    mkdirSync(join(folder, "provider", "bin"), { recursive: true });
    const copy = join(folder, "provider", "bin", "pulumi-resource-cloudbackup");
    cpSync(plugin, copy);
    const unbuilt = spawnSync(process.execPath, [copy]);
    expect([unbuilt.status, unbuilt.stdout.toString()]).to.deep.equal([1, ""]);
    expect(unbuilt.stderr.toString()).to.match(
      /^cloudbackup is not built: .*main\.js is missing; run "npm run build".*\n$/,
    );
    mkdirSync(join(folder, "dist"));
    writeFileSync(join(folder, "dist", "main.js"), "process.stdout.write('built')");
    expect(spawnSync(process.execPath, [copy]).stdout.toString()).to.equal("built");

    const buildInfo = join(folder, "dist", ".tsbuildinfo");
    writeFileSync(buildInfo, "");
    mkdirSync(join(folder, "dist", "bundle"));
    writeFileSync(join(folder, "dist", "bundle", "main.js"), "process.stdout.write('bundled')");
    expect(spawnSync(process.execPath, [copy]).stdout.toString()).to.equal("bundled");
    const later = Date.now() / 1000 + 60;
    utimesSync(buildInfo, later, later);
    expect(spawnSync(process.execPath, [copy]).stdout.toString(), "after another compilation").to.equal("built");
    rmSync(folder, { recursive: true });
  });
});

describe("the engine's address among the arguments", () => {
  const cases: Record<string, { args: string[]; address: string | undefined }> = {
    alone: { args: ["127.0.0.1:1"], address: "127.0.0.1:1" },
    "after flags": { args: ["--logtostderr", "-v=9", "--tracing", "tcp://a", "127.0.0.1:1"], address: "127.0.0.1:1" },
    "after unknown flags": { args: ["--new", "--other=1", "127.0.0.1:1"], address: "127.0.0.1:1" },
    none: { args: [], address: undefined },
    "none but flags": { args: ["--logtostderr", "--tracing", "tcp://a"], address: undefined },
  };
  for (const [name, { args, address }] of Object.entries(cases)) {
    it(name, () => expect(engineAddress(args)).to.equal(address));
  }
});
