import type { HostFileState } from "./virtual-machine";

/** What the VMSnapshotLinux extension reports for a failure, by its name and number. */
export interface ExtensionStatus {
  readonly extensionStatus: string;
  readonly extensionCode: number;
}

export interface ScriptError extends ExtensionStatus {
  /** The document's own English text. */
  readonly message: string;
  readonly advice: string;
}

/** The document quotes root for one script and not for the other, and its marks are not all of one kind. */
function permissionMessage(root: string): string {
  return (
    `For running scripts, ${root} user should be the owner of the file and the file should have “700” permissions ` +
    '(that is, only "owner" should have “read”, “write”, and “execute” permissions).'
  );
}
const permissionAdvice =
  'Make sure that the "root" user is the "owner" of the script file, and that only the owner has "read", "write" ' +
  'and "execute" permissions.';
const timeoutAdvice =
  "Check the script, and increase the timeout in the VMSnapshotScriptPluginConfig.json file that's located at " +
  "/etc/azure.";

/** The errors of the document's table, spelled as there; two of them come in several kinds (see below). */
export const scriptErrors = {
  "Pre-ScriptExecutionFailed": {
    message: "Pre-Script returned an error so backup may not be application consistent.",
    advice: "Look at the failure logs of the script to fix the issue.",
    extensionStatus: "FailedPrepostPreScriptFailed",
    extensionCode: 300,
  },
  "Post-ScriptExecutionFailed": {
    message: "The post-script returned an error that might impact application state.",
    advice: "Look at the failure logs of the script to fix the issue, and check the application state.",
    extensionStatus: "FailedPrepostPostScriptFailed",
    extensionCode: 301,
  },
  "Pre-ScriptNotFound": {
    message:
      "The pre-script was not found at the location that's specified in the VMSnapshotScriptPluginConfig.json " +
      "config file.",
    advice:
      "Make sure that the pre-script is present at the path that's specified in the config file, to ensure an " +
      "application-consistent backup.",
    extensionStatus: "FailedPrepostPreScriptNotFound",
    extensionCode: 302,
  },
  "Post-ScriptNotFound": {
    message:
      "The post-script wasn't found at the location that's specified in the VMSnapshotScriptPluginConfig.json " +
      "config file.",
    advice:
      "Make sure that the post-script is present at the path that's specified in the config file, to ensure an " +
      "application-consistent backup.",
    extensionStatus: "FailedPrepostPostScriptNotFound",
    extensionCode: 303,
  },
  IncorrectPluginhostFile: {
    message:
      "The Pluginhost file, which comes with the VmSnapshotLinux extension, is corrupted, so pre-script and " +
      "post-script cannot run and the backup won't be application-consistent.",
    advice: "Uninstall the VmSnapshotLinux extension; the next backup installs it again, which fixes the problem.",
    extensionStatus: "FailedPrepostPluginhostConfigParsing",
    extensionCode: 304,
  },
  IncorrectJSONConfigFile: {
    message:
      "The VMSnapshotScriptPluginConfig.json file is incorrect, so pre-script and post-script cannot run and the " +
      "backup won't be application-consistent.",
    advice: "Download the copy from GitHub and configure it again.",
    extensionStatus: "FailedPrepostPluginConfigParsing",
    extensionCode: 305,
  },
  "InsufficientPermissionforPre-Script": {
    message: permissionMessage('"root"'),
    advice: permissionAdvice,
    extensionStatus: "FailedPrepostPreScriptPermissionError",
    extensionCode: 306,
  },
  "InsufficientPermissionforPost-Script": {
    message: permissionMessage("root"),
    advice: permissionAdvice,
    extensionStatus: "FailedPrepostPostScriptPermissionError",
    extensionCode: 307,
  },
  "Pre-ScriptTimeout": {
    message: "The execution of the application-consistent backup pre-script timed-out.",
    advice: timeoutAdvice,
    extensionStatus: "FailedPrepostPreScriptTimeout",
    extensionCode: 308,
  },
  "Post-ScriptTimeout": {
    message: "The execution of the application-consistent backup post-script timed out.",
    advice: timeoutAdvice,
    extensionStatus: "FailedPrepostPostScriptTimeout",
    extensionCode: 309,
  },
} as const satisfies Readonly<Record<string, ScriptError>>;

export type ScriptErrorCode = keyof typeof scriptErrors;

/** The kinds of IncorrectPluginhostFile. */
export const hostFileStatuses: Readonly<Record<Exclude<HostFileState, "VALID">, ExtensionStatus>> = {
  UNPARSABLE: { extensionStatus: "FailedPrepostPluginhostConfigParsing", extensionCode: 304 },
  MISSING: { extensionStatus: "FailedPrepostPluginhostConfigNotFound", extensionCode: 313 },
  WRONG_MODE: { extensionStatus: "FailedPrepostPluginhostConfigPermissionError", extensionCode: 314 },
  WRONG_OWNER: { extensionStatus: "FailedPrepostPluginhostConfigOwnershipError", extensionCode: 315 },
};

/** The kinds of IncorrectJSONConfigFile: a file that can't be read as a config is unparsable. */
export const configFileStatuses: Readonly<Record<Exclude<HostFileState, "VALID">, ExtensionStatus>> = {
  UNPARSABLE: { extensionStatus: "FailedPrepostPluginConfigParsing", extensionCode: 305 },
  MISSING: { extensionStatus: "FailedPrepostPluginConfigNotFound", extensionCode: 316 },
  WRONG_MODE: { extensionStatus: "FailedPrepostPluginConfigPermissionError", extensionCode: 317 },
  WRONG_OWNER: { extensionStatus: "FailedPrepostPluginConfigOwnershipError", extensionCode: 318 },
};
