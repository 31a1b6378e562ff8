import { connect } from "node:net";
import path from "node:path";
import { RunError, run } from "./run";

const host = "get.pulumi.com";
const connectTimeoutInSeconds = 5;
const installTimeoutInSeconds = 240;

/**
 * Installs the Pulumi CLI into a folder with Pulumi's own installer, through the Automation API. The installer has no
 * time limit of its own, so it runs in a process that can be killed.
 */
export async function officialInstall(folder: string, version: string): Promise<void> {
  const program = `
    const { PulumiCommand } = require("@pulumi/pulumi/automation");
    const { SemVer } = require("semver");
    const [folder, version] = process.argv.slice(1);
    PulumiCommand.install({ root: folder, version: new SemVer(version) }).catch((error) => {
      console.error(error.message);
      process.exit(1);
    });`;
  try {
    await run(process.execPath, ["-e", program, folder, version], {
      folder: path.dirname(path.dirname(__dirname)),
      timeoutInSeconds: installTimeoutInSeconds,
    });
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    throw new Error(`the installer ${error.reason}\n${error.lastLines}`);
  }
}

/** Rejects within seconds when the installer's host does not answer: the installer itself can hang for minutes. */
export function reachInstaller(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: 443 });
    const end = (reason?: string) => {
      socket.destroy();
      if (reason === undefined) resolve();
      else reject(new Error(`${host} can't be reached (${reason})`));
    };
    socket.setTimeout(connectTimeoutInSeconds * 1000, () => end(`no answer in ${connectTimeoutInSeconds} s`));
    socket.once("connect", () => end());
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
