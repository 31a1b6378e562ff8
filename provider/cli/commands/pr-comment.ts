import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { type Place, prComment } from "../../review/pr-comment";
import { type Preview, silentPreview } from "../../review/preview";
import { PreviewReader } from "../../review/read-preview";
import { UnreadablePreview } from "../../review/unreadable-preview";
import type { GlobalOptions } from "../configuration";
import { CommandFailure } from "../failure";
import type { Io } from "../io";
import { LineSplitter } from "../lines";
import { findProject, readYaml } from "../project";

interface Options extends GlobalOptions {
  readonly preview: string;
  readonly output?: string;
  readonly stderr?: string;
}

const help = `
The preview is what this prints, one event a line:
  PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1 pulumi preview --json > preview.json
The one document of plain \`pulumi preview --json\` will do, but tells less of what is to be created.
The comment's first line marks it: a workflow finds by it the comment to edit. --stack and -C name the stack where the
preview does not, as when it failed at once. The exit code is 0 for a preview that failed, too: Pulumi's own tells it.`;

export function configurePrComment(command: Command, io: Io): void {
  command
    .requiredOption("--preview <file>", "what the preview printed; - reads it from the standard input")
    .option("--stderr <file>", "what the preview printed on its standard error: tells why, where the preview doesn't")
    .option("--output <file>", "where to write the comment (default: the standard output)")
    .addHelpText("after", help)
    .action(async (_options: unknown, called: Command) => {
      const options = called.optsWithGlobals<Options>();
      const comment = await commentOn(options, io);
      if (options.output === undefined) io.stdout(comment);
      else writeOutput(resolve(io.currentDirectory, options.output), comment);
    });
}

async function commentOn(options: Options, io: Io): Promise<string> {
  const { preview: file } = options;
  const name = file === "-" ? "the standard input" : file;
  const printed = options.stderr === undefined ? "" : readText(resolve(io.currentDirectory, options.stderr));
  try {
    const reader = await readPreview(file, io);
    const preview = reader.isEmpty && printed.trim() !== "" ? silentPreview() : reader.end();
    return prComment(preview, placeOf(options, preview, io), printed);
  } catch (error) {
    if (error instanceof UnreadablePreview) {
      throw new CommandFailure("Command.NoPreview", `${name} is no preview: ${error.message}`, error.remedy);
    }
    throw fileFailure(error, name);
  }
}

async function readPreview(file: string, io: Io): Promise<PreviewReader> {
  const source =
    file === "-"
      ? createReadStream("", { fd: 0, autoClose: false })
      : createReadStream(resolve(io.currentDirectory, file));
  const reader = new PreviewReader();
  const lines = new LineSplitter((line) => reader.add(line));
  for await (const chunk of source) lines.add(chunk as Buffer);
  lines.end();
  return reader;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw fileFailure(error, file);
  }
}

function writeOutput(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw fileFailure(error, file);
  }
}

/** What the system has against a file is the user's to mend; anything else is a bug. */
function fileFailure(error: unknown, name: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!/^E[A-Z]+$/.test(code)) return error;
  return new CommandFailure("Command.InvalidFile", `${name}: ${(error as Error).message}`, "give the path of a file");
}

/** The stack's last part is its name: `organisation/project/stack`. */
function placeOf({ stack, directory }: Options, { project }: Preview, io: Io): Place {
  const named = stack ?? io.environment.PULUMI_STACK ?? "";
  const last = named.split("/").at(-1);
  return {
    stack: last === "" ? undefined : last,
    project: project ?? projectName(resolve(io.currentDirectory, directory ?? ".")),
  };
}

function projectName(directory: string): string | undefined {
  const { file } = findProject(directory);
  const name = file === undefined ? undefined : readYaml(file).name;
  return typeof name === "string" ? name : undefined;
}
