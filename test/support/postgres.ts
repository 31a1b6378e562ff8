import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { skip } from "./skip";

/** A running server of this test process. */
interface Server {
  readonly port: number;
  stop(): void;
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

const password = "let me in";
const packages = "/usr/lib/postgresql";

let started: Promise<Server> | undefined;
let databases = 0;

/** The directories that may hold PostgreSQL's programs; Debian keeps them off the PATH. */
function programDirectory(): string | undefined {
  const versions = existsSync(packages) ? readdirSync(packages) : [];
  const packaged = versions.sort((a, b) => Number(b) - Number(a)).map((version) => path.join(packages, version, "bin"));
  const searched = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/local/bin", ...packaged];
  return searched.find(
    (directory) => existsSync(path.join(directory, "initdb")) && existsSync(path.join(directory, "pg_ctl")),
  );
}

/** The user that the server runs as: PostgreSQL refuses root. */
function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error("PostgreSQL refuses to run as root, and there's neither a user postgres nor nobody");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function run(program: string, parameters: readonly string[], user: User | undefined, log: string): void {
  // The server outlives pg_ctl and would keep a pipe open.
  const result = spawnSync(program, parameters, { ...user, cwd: "/", stdio: "ignore" });
  if (result.status === 0) return;
  const details = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").slice(-3).join("; ") : "";
  throw new Error(`${path.basename(program)} ended with ${result.status ?? result.error?.message}: ${details}`);
}

/** Makes the data; with the rules of a language by default where possible, which stores must not depend on. */
function initialise(programs: string, directory: string, user: User | undefined): string {
  const data = path.join(directory, "data");
  const passwordFile = path.join(directory, "password");
  writeFileSync(passwordFile, password, { mode: 0o644 });
  const initdb = path.join(programs, "initdb");
  const common = ["-D", data, "-U", "postgres", "-A", "scram-sha-256", `--pwfile=${passwordFile}`, "-E", "UTF8", "-N"];
  const languages = [["--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8"], ["--locale=C.UTF-8"]];
  const failures: string[] = [];
  for (const language of [...languages, ["--no-locale"]]) {
    try {
      execFileSync(initdb, [...common, ...language], { ...user, cwd: "/", stdio: "pipe" });
      return data;
    } catch (error) {
      failures.push(error instanceof Error ? error.message.trim() : String(error));
      rmSync(data, { recursive: true, force: true });
    }
  }
  throw new Error(`initdb failed: ${failures.at(-1)}`);
}

async function start(): Promise<Server> {
  const programs = programDirectory();
  if (programs === undefined) throw new Error("there's no PostgreSQL on this machine (apt-get install postgresql)");
  const user = unprivilegedUser();
  const directory = mkdtempSync(path.join(tmpdir(), "cloudbackup-postgres-"));
  if (user) chownSync(directory, user.uid, user.gid);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const data = initialise(programs, directory, user);
    const log = path.join(directory, "log");
    const port = await freePort();
    const settings = `-p ${port} -c listen_addresses=127.0.0.1 -k '${directory}' -c fsync=off -c max_connections=200`;
    const control = path.join(programs, "pg_ctl");
    run(control, ["start", "-w", "-t", "60", "-D", data, "-l", log, "-o", settings], user, log);
    let running = true;
    const stop = () => {
      if (!running) return;
      running = false;
      run(control, ["stop", "-m", "immediate", "-D", data], user, log);
      remove();
    };
    // Also when the tests end early; the hook below comes first otherwise.
    process.once("exit", stop);
    return { port, stop };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Skips the suite, loudly, when no throw-away PostgreSQL can be had; to be called within a `describe`. */
export function requirePostgres(): void {
  before(async function () {
    this.timeout(120_000);
    const first = started === undefined;
    started ??= start();
    try {
      await started;
    } catch (error) {
      const reason = `no PostgreSQL to test with: ${error instanceof Error ? error.message : String(error)}`;
      if (first) console.warn(reason);
      skip(this, reason);
    }
  });
}

async function runningServer(): Promise<Server> {
  if (started === undefined) throw new Error("call requirePostgres() in the suite first");
  return started;
}

/** The address of a database of the throw-away server, as its superuser. */
export async function postgresUrl(database: string): Promise<string> {
  const { port } = await runningServer();
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** The address of a schema that doesn't exist yet. */
export async function createPostgresUrl(): Promise<string> {
  return `${await postgresUrl("postgres")}?schema=test_${++databases}`;
}

/** Runs one statement as the superuser of the throw-away server. */
export async function queryPostgres(sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: await postgresUrl("postgres") });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

after(async () => {
  const server = await started?.catch(() => undefined);
  server?.stop();
});
