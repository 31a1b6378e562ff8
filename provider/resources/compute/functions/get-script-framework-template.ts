import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { refusal } from "../../../engine/azure/rule";
import {
  type PluginConfig,
  pluginConfigTemplate,
  renderPluginConfig,
} from "../../../engine/azure/script-plugin-config";
import { keyRules } from "../../../engine/azure/script-plugin-schema";
import { mysqlParameters } from "../../ecs/functions/get-script-template";
import type { TemplateLimits } from "../../ecs/functions/script-template";
import { longestLockTimeout, mysqlTemplate } from "../../ecs/functions/script-template-mysql";
import { scriptPluginConfig } from "../script-framework-inputs";

const folder = z.string().regex(/^\/[^\0\n]*$/, "an absolute path");

const inputs = z.strictObject({
  application: z
    .enum(["mysql"])
    .meta({
      typeName: "FrameworkTemplateApplication",
      valueDescriptions: { mysql: "MySQL or MariaDB: held under a read lock." },
    })
    .default("mysql")
    .meta({ description: "The application to freeze. Default: mysql." }),
  mysql: mysqlParameters.optional().meta({ description: "How to reach MySQL. Default: root without a password." }),
  scriptFolder: folder.default("/opt/backup").meta({
    description: "Where the scripts are to lie on the VM, anywhere. Default: /opt/backup.",
  }),
  timeoutInSeconds: z.int().min(15).max(1800).default(30).meta({
    description: "The longest that either script may run, seconds, 15 to 1800. Default: 30.",
    units: "seconds",
  }),
  maxFreezeInSeconds: z.int().min(1).max(3600).default(60).meta({
    description: "When the application thaws by itself if no post-script comes, seconds, 1 to 3600. Default: 60.",
    units: "seconds",
  }),
  stateFolder: folder.default("/run").meta({
    description: "Where the scripts make a folder of their own from freeze to thaw. Default: /run.",
  }),
});

const outputs = z.object({
  config: scriptPluginConfig.meta({
    description: "The template with its paths filled in, for ScriptFramework's config.",
  }),
  configJson: z.string().meta({ description: "The same as the text of VMSnapshotScriptPluginConfig.json." }),
  documentedJson: z.string().meta({ description: "The documented template itself: its paths are still empty." }),
  preScript: z.string().meta({ description: "The script that freezes; it holds the password.", secret: true }),
  postScript: z.string().meta({ description: "The script that thaws.", secret: true }),
  notes: z.array(z.string()).meta({ description: "How the scripts work and what they need." }),
});

type Inputs = z.output<typeof inputs>;

function requireLockTimeout(seconds: number | undefined, limits: TemplateLimits): void {
  const longest = longestLockTimeout(limits);
  if (seconds === undefined || seconds <= longest) return;
  const message = `a wait of ${seconds} s leaves no time to give up in the time-out of ${limits.timeoutInSeconds} s`;
  const remedy = `use ${longest} s at most, or a longer timeoutInSeconds`;
  throw refusal("Z-11", "InvalidParameter", "mysql.lockTimeoutInSeconds", message, remedy);
}

function templateFor({ mysql, scriptFolder, timeoutInSeconds, maxFreezeInSeconds, stateFolder }: Inputs) {
  const limits: TemplateLimits = {
    timeoutInSeconds,
    maxFreezeInSeconds,
    stateFolder: stateFolder.replace(/\/+$/, ""),
  };
  const { user, password, host, port, socket, lockTimeoutInSeconds } = mysql ?? mysqlParameters.parse({});
  requireLockTimeout(lockTimeoutInSeconds, limits);
  const scripts = mysqlTemplate({ ...limits, user, password, host, port, socket, lockTimeoutInSeconds });
  const home = scriptFolder.replace(/\/+$/, "");
  const config: PluginConfig = {
    ...pluginConfigTemplate,
    preScriptLocation: `${home}/pre-mysql.sh`,
    postScriptLocation: `${home}/post-mysql.sh`,
    preScriptParams: [],
    postScriptParams: [],
    timeoutInSeconds,
  };
  return { ...scripts, config };
}

export const getScriptFrameworkTemplateFunction = defineFunction({
  token: "cloudbackup:compute:getScriptFrameworkTemplate",
  source: "seed 003, steps 2 to 5; ENGINE",
  description:
    "The documented VMSnapshotScriptPluginConfig.json, filled in, with freeze and thaw scripts for an application, " +
    "ready for compute:ScriptFramework: the scripts log what they do, and thaw by themselves if no post-script comes.",
  inputs,
  outputs,
  call: async (_context, properties) => {
    const { preScript, postScript, notes, config } = templateFor(properties);
    return {
      config: scriptPluginConfig.parse(config),
      configJson: renderPluginConfig(config),
      documentedJson: renderPluginConfig(pluginConfigTemplate),
      preScript,
      postScript,
      notes: [...notes, `The config's ${keyRules.timeoutInSeconds.remedy}.`],
    };
  },
});
