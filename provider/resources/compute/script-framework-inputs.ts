import { z } from "zod";
import { ruleSources } from "../../engine/azure/rule";
import {
  keyRules,
  type PluginConfigKey,
  pollLimit,
  scriptPath,
  timeoutLimit,
} from "../../engine/azure/script-plugin-schema";
import { scriptTextShape } from "../shared/script-text";

/** The rule behind a key of the file, told with whatever is wrong with its value. */
function ruleOf(key: PluginConfigKey) {
  const { rule, remedy } = keyRules[key];
  return { id: rule, remedy, source: ruleSources[rule] };
}

function ofKey<S extends z.ZodType>(key: PluginConfigKey, schema: S, description: string, units?: string): S {
  const mark = { description, rule: ruleOf(key) };
  return schema.meta(units === undefined ? mark : { ...mark, units }) as S;
}

function locationOf(which: "pre" | "post") {
  const key = `${which}ScriptLocation` as const;
  const path = z.string().regex(scriptPath, `must be ${keyRules[key].words}`);
  return ofKey(
    key,
    path,
    `The full path of the ${which}-script on the VM, anywhere; both locations empty: no scripts, only fsfreeze counts.`,
  );
}

function paramsOf(which: "pre" | "post") {
  const description = `What the ${which}-script is called with, each a text; may be secret. Default: [].`;
  const key = `${which}ScriptParams` as const;
  return ofKey(key, z.array(ofKey(key, z.string(), "One parameter.")).default([]), description);
}

function retriesOf(which: "pre" | "post") {
  const description = `How often the ${which}-script is tried again after an error, 0 or more. Default: 0.`;
  return ofKey(`${which}ScriptNoOfRetries`, z.int().min(0).default(0), description);
}

const timeoutText = `The longest that each script may run, all tries together, 1 to ${timeoutLimit} s. Default: 30.`;
const pollText = `How often the extension looks whether a script has ended, seconds, 1 to ${pollLimit}. Default: 3.`;

export const scriptPluginConfig = z
  .strictObject({
    pluginName: ofKey(
      "pluginName",
      z.literal("ScriptRunner").default("ScriptRunner"),
      "The extension's plugin; always ScriptRunner, which is the default.",
    ),
    preScriptLocation: locationOf("pre"),
    postScriptLocation: locationOf("post"),
    preScriptParams: paramsOf("pre"),
    postScriptParams: paramsOf("post"),
    preScriptNoOfRetries: retriesOf("pre"),
    postScriptNoOfRetries: retriesOf("post"),
    timeoutInSeconds: ofKey("timeoutInSeconds", z.int().min(1).max(timeoutLimit).default(30), timeoutText, "seconds"),
    continueBackupOnFailure: ofKey(
      "continueBackupOnFailure",
      z.boolean().default(true),
      "Whether a backup goes on when a script fails, with a lower level; else it fails (Z-05, Z-06). Default: true.",
    ),
    fsFreezeEnabled: ofKey(
      "fsFreezeEnabled",
      z.boolean().default(true),
      "Whether file systems are frozen (fsfreeze) while the snapshot is taken (Z-13). Default: true.",
    ),
    ScriptsExecutionPollTimeSeconds: ofKey(
      "ScriptsExecutionPollTimeSeconds",
      z.int().min(1).max(pollLimit).default(3),
      pollText,
      "seconds",
    ),
  })
  .meta({
    typeName: "ScriptPluginConfig",
    description: "VMSnapshotScriptPluginConfig.json, with the file's own key names (Z-11, Z-12).",
  });

const configFileShape = z
  .strictObject({
    content: z
      .string()
      .optional()
      .meta({ description: "The file's text; either this or source. Secret.", secret: true }),
    source: z
      .custom<unknown>(() => true)
      .optional()
      .meta({
        description: "The file as a file of the program; either this or content. Secret.",
        asset: true,
        secret: true,
      }),
  })
  .meta({
    typeName: "ScriptPluginConfigFile",
    description: "A VMSnapshotScriptPluginConfig.json that exists already; it is written as it is.",
  });

const octalMode = /^0?[0-7]{3,4}$/;

function modeInput(standard: "600" | "700") {
  return z
    .string()
    .regex(octalMode, `an octal mode such as "${standard}"`)
    .default(standard)
    .meta({
      description: `Its mode, octal; with any other than ${standard} no script is run (Z-10). Default: ${standard}.`,
    });
}

const ownerInput = z
  .string()
  .min(1)
  .default("root")
  .meta({ description: "Its owner; with any other than root no script is run (Z-10). Default: root." });

const simulation = z
  .strictObject({
    exitCode: z.int().min(0).max(255).default(0).meta({ description: "How the script ends. Default: 0." }),
    durationSeconds: z.number().min(0).default(1).meta({
      description: "How long one try runs, seconds. Default: 1.",
      units: "seconds",
    }),
    failingTries: z.int().min(0).default(0).meta({
      description: "How many tries fail first, with exit code 1, before one ends as said. Default: 0.",
    }),
  })
  .meta({
    typeName: "FrameworkScriptSimulation",
    description: "What the simulated machine does with a script (Z-11).",
  });

const scriptShape = z
  .strictObject({
    ...scriptTextShape,
    mode: modeInput("700"),
    owner: ownerInput,
    simulate: simulation.prefault({}).meta({
      description: "What the simulated machine does. Default: exit code 0 after 1 second. Source: ENGINE.",
    }),
  })
  .meta({ typeName: "FrameworkScript", description: "One script of the framework; its path stands in the config." });

const machineIdPattern =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.(Classic)?Compute\/virtualMachines\/[^/]+$/i;

export const frameworkInputs = z.strictObject({
  vmId: z.string().regex(machineIdPattern, "the ARM id of a virtual machine").meta({
    description: "The machine, by its ARM id: Linux, deployed with Resource Manager (Z-09).",
    replaceOnChanges: "the framework lies on one machine",
  }),
  config: scriptPluginConfig.optional().meta({ description: "The config by its keys; either this or configFile." }),
  configFile: configFileShape.optional().meta({
    description: "The config as a file that exists already, checked key by key; either this or config.",
  }),
  configMode: modeInput("600"),
  configOwner: ownerInput,
  preScript: scriptShape.optional().meta({
    description:
      "The script that freezes the application, run just before the snapshot. Absent: the config names none.",
  }),
  postScript: scriptShape.optional().meta({
    description:
      "The script that thaws the application, run just after the snapshot whenever the pre-script ran. " +
      "Absent: the config names none.",
  }),
});

export type FrameworkInputs = z.output<typeof frameworkInputs>;
export type FrameworkScriptInputs = z.output<typeof scriptShape>;
