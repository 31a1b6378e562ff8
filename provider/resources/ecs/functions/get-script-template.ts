import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { postScriptPath, preScriptPath } from "../../../engine/alibaba/guest-consistency";
import { refusal } from "../../../engine/alibaba/rule";
import type { ScriptTemplate, TemplateLimits } from "./script-template";
import { longestLockTimeout, mysqlTemplate } from "./script-template-mysql";
import { oracleTemplate } from "./script-template-oracle";

/** What can be one word of a shell or of an option file: anything but the end of a text. */
const text = z
  .string()
  .min(1)
  .regex(/^[^\0]+$/, "a text without NUL");
const absolutePath = z.string().regex(/^\/[^\0\n]*$/, "an absolute path");

export const mysqlParameters = z
  .strictObject({
    user: text.default("root").meta({ description: "The user of MySQL, with the privilege RELOAD. Default: root." }),
    password: text.optional().meta({
      description: "Its password. Default: none; the user logs in by auth_socket, or root's own option file has it.",
      secret: true,
    }),
    host: text.optional().meta({ description: "The server's host. Default: as in the machine's option files." }),
    port: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .meta({ description: "The server's port. Default: as in the machine's option files." }),
    socket: absolutePath.optional().meta({
      description: "The server's socket. Default: as in the machine's option files.",
    }),
    lockTimeoutInSeconds: z.int().min(1).optional().meta({
      description: "The longest wait for the lock, seconds. Default: half of timeoutInSeconds.",
      units: "seconds",
    }),
  })
  .meta({ typeName: "MysqlScriptParameters", typeModule: "ecs", description: "How the scripts reach MySQL." });

const oracleParameters = z
  .strictObject({
    oracleHome: absolutePath.meta({ description: "Where Oracle is installed. Source: seed 002, step 2." }),
    oracleSid: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_]*$/, "a SID: letters, digits and _")
      .meta({ description: "The instance's system identifier (SID)." }),
    osUser: z
      .string()
      .regex(/^[A-Za-z_][\w.-]*\$?$/, "a user name")
      .default("oracle")
      .meta({ description: "The operating system's user who owns the database. Default: oracle." }),
  })
  .meta({ typeName: "OracleScriptParameters", description: "How the scripts reach Oracle." });

const inputs = z.strictObject({
  application: z.enum(["mysql", "oracle"]).meta({
    typeName: "TemplateApplication",
    description: "The application to freeze.",
    valueDescriptions: {
      mysql: "MySQL or MariaDB: held under a read lock.",
      oracle: "Oracle Database: put into backup mode.",
    },
  }),
  mysql: mysqlParameters.optional().meta({ description: "For mysql. Default: root without a password." }),
  oracle: oracleParameters.optional().meta({ description: "For oracle, which needs it." }),
  timeoutInSeconds: z.int().min(15).max(1800).default(30).meta({
    description: "The longest that either script may run, seconds, 15 to 1800. Default: 30. Source: HBR udmDetail.",
    units: "seconds",
  }),
  maxFreezeInSeconds: z.int().min(1).max(3600).default(60).meta({
    description: "When the application thaws by itself if no post-script comes, seconds, 1 to 3600. Default: 60.",
    units: "seconds",
  }),
  stateFolder: absolutePath.default("/run").meta({
    description: "Where the scripts make a folder of their own from freeze to thaw. Default: /run.",
  }),
});

const suggestedSettings = z
  .object({
    application: z.string().meta({ description: "The application, for people." }),
    preScriptPath: z.string().meta({ description: "Where the pre-script must lie (A-13)." }),
    postScriptPath: z.string().meta({ description: "Where the post-script must lie (A-13)." }),
    fileMode: z.string().meta({ description: "The mode of both (A-13)." }),
    fileOwner: z.string().meta({ description: "The owner of both (A-13)." }),
    fileGroup: z.string().meta({ description: "The group of both." }),
    timeoutInSeconds: z.int().meta({ description: "The time-out of both, seconds (A-14).", units: "seconds" }),
  })
  .meta({ typeName: "SuggestedScriptSettings", description: "How the scripts are deployed." });

const outputs = z.object({
  preScript: z.string().meta({ description: "The script that freezes; it holds the password.", secret: true }),
  postScript: z.string().meta({ description: "The script that thaws.", secret: true }),
  notes: z.array(z.string()).meta({ description: "How the scripts work and what they need." }),
  suggestedSettings: suggestedSettings.meta({ description: "What to give ecs:ScriptDeployment with them." }),
});

const applicationNames = { mysql: "MySQL", oracle: "Oracle" } as const;

type Inputs = z.output<typeof inputs>;

function templateFor(properties: Inputs): ScriptTemplate {
  const { timeoutInSeconds, maxFreezeInSeconds } = properties;
  const stateFolder = properties.stateFolder.replace(/\/+$/, "");
  const limits: TemplateLimits = { timeoutInSeconds, maxFreezeInSeconds, stateFolder };
  if (properties.application === "mysql") {
    const { user, password, host, port, socket, lockTimeoutInSeconds } = properties.mysql ?? mysqlParameters.parse({});
    requireLockTimeout(lockTimeoutInSeconds, limits);
    return mysqlTemplate({ ...limits, user, password, host, port, socket, lockTimeoutInSeconds });
  }
  if (properties.oracle === undefined) {
    const remedy = "set oracle.oracleHome and oracle.oracleSid";
    throw refusal("A-14", "MissingParameter", "oracle", "Oracle's scripts need its home and its SID", remedy);
  }
  return oracleTemplate({ ...limits, ...properties.oracle });
}

function requireLockTimeout(seconds: number | undefined, limits: TemplateLimits): void {
  const longest = longestLockTimeout(limits);
  if (seconds === undefined || seconds <= longest) return;
  const message = `a wait of ${seconds} s leaves no time to give up in the time-out of ${limits.timeoutInSeconds} s`;
  const remedy = `use ${longest} s at most, or a longer timeoutInSeconds`;
  throw refusal("A-14", "InvalidParameter", "mysql.lockTimeoutInSeconds", message, remedy);
}

function settingsFor({ application, timeoutInSeconds }: Inputs): z.output<typeof suggestedSettings> {
  const file = { fileMode: "0700", fileOwner: "root", fileGroup: "root" };
  return { application: applicationNames[application], preScriptPath, postScriptPath, ...file, timeoutInSeconds };
}

export const getScriptTemplateFunction = defineFunction({
  token: "cloudbackup:ecs:getScriptTemplate",
  source: "seed 002, step 2; ENGINE",
  description:
    "Freeze and thaw scripts for an application, ready for ecs:ScriptDeployment: they thaw on every way out, and by " +
    "themselves when no post-script comes. The contents are secret.",
  inputs,
  outputs,
  call: async (_context, properties) => {
    const { preScript, postScript, notes } = templateFor(properties);
    return { preScript, postScript, notes: [...notes], suggestedSettings: settingsFor(properties) };
  },
});
