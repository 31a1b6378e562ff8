import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Command, Option } from "commander";
import { adopt } from "../adopt/adoption";
import { findStack } from "../adopt/known-stack";
import { machinesMeant } from "../adopt/machine-pattern";
import { chooseDestination, filesOf, type Language, overwrittenBy, type WrittenFile } from "../adopt/project-files";
import { nextCommands, reportJson, reportText } from "../adopt/report";
import { type GlobalOptions, readConfiguration } from "../configuration";
import { CommandFailure } from "../failure";
import { type Io, printJson } from "../io";
import { withEngine } from "../with-engine";

interface AdoptOptions extends GlobalOptions {
  readonly language?: Language;
  readonly out?: string;
  readonly only?: readonly string[];
  readonly force?: boolean;
  readonly protect: boolean;
  readonly json?: boolean;
}

const closing = `
Looks at the engine: what the inventory tells, and what "cloudbackup call" made. A YAML project gets the resources in
its Pulumi.yaml (or Main.yaml), a TypeScript project in its index.ts; without a project one is written. Exit code 0
also where there is nothing to adopt. Examples:
  cloudbackup adopt
  cloudbackup adopt --only shop-db 'web-*' --out adopted --language typescript`;

export function configureAdopt(command: Command, io: Io): void {
  command
    .addOption(
      new Option("--language <language>", "the program's (default: the project's, or yaml)").choices([
        "yaml",
        "typescript",
      ]),
    )
    .option("--out <dir>", "folder of the program (default: the project's, or the current one)")
    .option("--only <machine...>", "only what protects these machines: ids or names, * for any text")
    .option("--no-protect", "without the option that keeps adopted resources from being deleted")
    .option("--force", "replace files, and resources of the same names in a YAML program")
    .option("--json", "print JSON")
    .addHelpText("after", closing)
    .action(async (_options: unknown, called: Command) => {
      const options = called.optsWithGlobals<AdoptOptions>();
      const base = resolve(io.currentDirectory, options.directory ?? ".");
      const destination = chooseDestination(base, options.out, options.language);
      const configuration = readConfiguration(options, io);
      const stack = await findStack(options, io);
      const adoption = await withEngine(options, io, async (engine) =>
        adopt(engine, {
          stack,
          machineIds: options.only === undefined ? null : await engine.ask(machinesMeant, options.only),
          isYaml: destination.language === "yaml",
          isProtecting: options.protect,
        }),
      );
      const isEmpty = adoption.adopted.length === 0;
      const files = isEmpty ? [] : filesOf(destination, adoption.program, configuration);
      write(files, options.force === true);
      const { currentDirectory } = io;
      const isProtecting = options.protect;
      const commands = isEmpty
        ? []
        : nextCommands(destination, configuration, stack, { currentDirectory, isProtecting });
      const report = { adoption, stack, destination, files, commands };
      if (options.json === true) printJson(io, reportJson(report));
      else io.stdout(reportText(report));
    });
}

function write(files: readonly WrittenFile[], isForced: boolean): void {
  const overwritten = isForced ? [] : overwrittenBy(files);
  if (overwritten.length > 0) {
    const message = `there is something already in ${overwritten.join(", ")}`;
    const remedy = "give another folder to --out; --force replaces files, and adds to what a YAML program declares";
    throw new CommandFailure("Command.FileExists", message, remedy);
  }
  for (const { path, content } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}
