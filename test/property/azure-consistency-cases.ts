import * as fc from "fast-check";
import { type BackupSettings, evaluateConsistency } from "../../provider/engine/azure/consistency";
import type {
  ConfigFile,
  ConfigValues,
  Framework,
  ScriptBehaviour,
  ScriptFile,
} from "../../provider/engine/azure/script-framework";
import type { MachineDisk, MachineFacts, VirtualMachine } from "../../provider/engine/azure/virtual-machine";
import { row } from "../store/rows";

const usually = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 10 }, fc.constantFrom(...others));

const machines: fc.Arbitrary<VirtualMachine> = fc
  .record({
    osType: fc.oneof({ arbitrary: fc.constant("Linux"), weight: 12 }, fc.constantFrom("Windows", "Windows", null)),
    powerState: usually<string | null>("VM running", "VM deallocated", "VM stopped", "VM starting", null),
    guestAgent: usually<string | null>("Ready", null, null, "NotReady"),
    vssHealthy: usually<boolean | null>(true, null, false, false),
    extension: fc.boolean(),
    hostFile: usually("VALID", "UNPARSABLE", "MISSING", "WRONG_MODE", "WRONG_OWNER"),
  })
  .map(({ extension, osType, ...facts }) => {
    const installed = osType === "Windows" ? "VMSnapshot" : "VMSnapshotLinux";
    return row("virtualMachine", "vm-1", { osType, ...facts, extension: extension ? installed : null });
  });

const disks: fc.Arbitrary<readonly MachineDisk[]> = fc.nat({ max: 2 }).map((count) =>
  Array.from({ length: count + 1 }, (_, index) => ({
    lun: index - 1,
    name: `disk${index}`,
    sizeGiB: 64,
    usedGiB: null,
    encrypted: false,
  })),
);

const behaviours: fc.Arbitrary<ScriptBehaviour> = fc.record({
  exitCode: usually(0, 1, 77),
  durationSeconds: fc.oneof(fc.constantFrom(0, 1, 2.5, 9.5, 10, 30, 31), fc.integer({ min: 0, max: 40 })),
  failingTries: fc.oneof({ arbitrary: fc.constant(0), weight: 2 }, fc.integer({ min: 0, max: 9 })),
});

function script(path: string): fc.Arbitrary<ScriptFile> {
  return fc.record({
    path: fc.constant(path),
    present: usually(true, false),
    sha256: fc.constant("0"),
    sizeBytes: fc.constant(10),
    mode: usually("700", "0700", "755", "600", "500"),
    owner: usually("root", "mysql"),
    behaviour: behaviours,
  });
}

const preScriptLocation = "/opt/pre.sh";
const postScriptLocation = "/opt/post.sh";

const values: fc.Arbitrary<ConfigValues> = fc.record({
  preScriptLocation: usually(preScriptLocation, ""),
  postScriptLocation: usually(postScriptLocation, ""),
  preScriptNoOfRetries: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 })),
  postScriptNoOfRetries: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 })),
  timeoutInSeconds: fc.oneof(fc.constantFrom(10, 30, 1800), fc.integer({ min: 1, max: 90 })),
  continueBackupOnFailure: fc.boolean(),
  fsFreezeEnabled: fc.boolean(),
  scriptsExecutionPollTimeSeconds: fc.integer({ min: 1, max: 5 }),
});

const configs: fc.Arbitrary<ConfigFile> = fc
  .record({
    present: usually(true, false),
    values: fc.option(values, { nil: null, freq: 12 }),
    mode: usually("600", "0600", "644", "700"),
    owner: usually("root", "azureuser"),
  })
  .map((file) => ({ ...file, problem: file.values === null ? "the file is no JSON" : null, sha256: "0" }));

const frameworks: fc.Arbitrary<Framework> = fc
  .record({ config: configs, preScript: script(preScriptLocation), postScript: script(postScriptLocation) })
  .map(({ config, preScript, postScript }) => {
    const named = (file: ScriptFile, location: string | undefined): ScriptFile =>
      location === "" ? { ...file, path: "", present: false } : file;
    return {
      config,
      preScript: named(preScript, config.values?.preScriptLocation),
      postScript: named(postScript, config.values?.postScriptLocation),
    };
  });

/** One machine and what is asked of its backups. */
export interface AzureCase {
  readonly facts: MachineFacts;
  readonly settings: BackupSettings;
}

export const azureCases: fc.Arbitrary<AzureCase> = fc
  .record({
    machine: machines,
    disks,
    framework: fc.option(frameworks, { nil: undefined, freq: 8 }),
    isCrashConsistentOnly: usually(false, true),
    excluded: fc.option(fc.constantFrom([0], [1], []), { nil: null, freq: 2 }),
    isInclusionList: fc.boolean(),
  })
  .map(({ machine, framework, isCrashConsistentOnly, excluded, isInclusionList, ...rest }) => ({
    // The framework is refused on a machine that is not known to run Linux (Z-09).
    facts: { machine, disks: rest.disks, framework: machine.osType === "Linux" ? framework : undefined },
    settings: {
      isCrashConsistentOnly,
      diskExclusion: excluded === null ? null : { diskLunList: excluded, isInclusionList },
    },
  }));

/** Cases in which scripts are really started: nothing but their behaviour is generated. */
export const scriptCases: fc.Arbitrary<AzureCase> = azureCases
  .filter(({ facts }) => facts.framework !== undefined && facts.framework.config.values !== null)
  .map(({ facts, settings }) => {
    const framework = facts.framework as Framework;
    const config = framework.config;
    const right = { present: true, mode: "700", owner: "root" };
    return {
      settings: { ...settings, isCrashConsistentOnly: false },
      facts: {
        ...facts,
        machine: { ...facts.machine, powerState: "VM running", guestAgent: "Ready", hostFile: "VALID" },
        framework: {
          config: {
            ...config,
            present: true,
            mode: "600",
            owner: "root",
            values: { ...(config.values as ConfigValues), preScriptLocation, postScriptLocation },
          },
          preScript: { ...framework.preScript, ...right, path: preScriptLocation },
          postScript: { ...framework.postScript, ...right, path: postScriptLocation },
        },
      },
    };
  });

export function evaluateAzure({ facts, settings }: AzureCase) {
  return evaluateConsistency(facts, settings);
}
