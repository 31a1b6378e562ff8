import { mkdir } from "node:fs/promises";
import path from "node:path";
import { RunError, run } from "./run";
import { executableName } from "./tool-cache";

export interface GoTool {
  readonly executable: string;
  /** The package that holds `main`. */
  readonly package: string;
  /** Holds the go.mod and go.sum that pin every dependency. */
  readonly moduleFolder: string;
  /** Symbol and value that the linker sets, for a tool that learns its version at build time. */
  readonly linkerVariable?: string;
}

/** Builds a tool into `<folder>/bin` from Go modules, exactly as pinned: the module files are read only. */
export async function goBuild(tool: GoTool, folder: string): Promise<void> {
  const output = path.join(folder, "bin", executableName(tool.executable));
  const linkerFlags = ["-s", "-w", ...(tool.linkerVariable === undefined ? [] : ["-X", tool.linkerVariable])];
  await mkdir(path.dirname(output), { recursive: true });
  const args = ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", linkerFlags.join(" ")];
  try {
    await run("go", [...args, "-o", output, tool.package], {
      folder: tool.moduleFolder,
      environment: { CGO_ENABLED: "0", GOWORK: "off" },
    });
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    throw new Error(error.reason === "not found" ? "no Go compiler on PATH" : `${error.message}\n${error.lastLines}`);
  }
}
