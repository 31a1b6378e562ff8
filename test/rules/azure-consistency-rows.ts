import { expect } from "chai";
import { detailOfVaultJob } from "../../provider/engine/azure/vault-job";
import { setGuestAgent, setVssHealthy, uninstallExtension } from "../../provider/engine/azure/virtual-machine";
import { all, config, enhanced, machine, plainly, policy, protection, simulate, windows } from "./azure-change";
import { type AzureRow, effect, level, refused } from "./azure-row";
import { type AzureWorld, machineIdOf } from "./azure-world";
import { expectError, expectRefusal, reasonsOf, rulesOf } from "./row";
import { day } from "./world";

const vmId = machineIdOf("db");

/** What is asked for, what comes of it, and Azure's word for that. */
export function levels(world: AzureWorld): readonly unknown[] {
  const { requestedLevel, achievedLevel, recoveryPointType } = world.outputs("protection");
  return [requestedLevel, achievedLevel, recoveryPointType];
}

/** All is well: the level that is asked for is the level that points have, and no reason speaks. */
function well(rule: AzureRow["rule"], what: string, change: (world: AzureWorld) => void, type: string): AzureRow {
  const level = { AppConsistent: "APPLICATION", FileSystemConsistent: "FILE_SYSTEM", CrashConsistent: "CRASH" }[type];
  return effect(rule, `${what}: ${type}`, async (world) => {
    change(world);
    await world.done();
    expect(levels(world)).to.deep.equal([level, level, type]);
    expect(reasonsOf(world)).to.deep.equal([]);
    await world.advance(day);
    expect((await world.point()).level).to.equal(level);
    expect((await world.jobs()).map(({ status }) => status)).to.deep.equal(["Completed"]);
  });
}

const onlyCrash = enhanced(undefined, { snapshotConsistencyType: "OnlyCrashConsistent" });

async function machineRow(world: AzureWorld) {
  const [found] = await world.engine.ask(
    ({ store }) => store.getMany("virtualMachine", [vmId.toLowerCase()]),
    undefined,
  );
  if (found === undefined) throw new Error("there is no machine");
  return found;
}

/** Systems, and whether the machine runs. */
const systems: readonly AzureRow[] = [
  well("Z-01", "Windows with VSS", windows(), "AppConsistent"),
  level("Z-02", "Windows whose VSS fails", windows({ vssHealthy: false }), {
    level: "FILE_SYSTEM",
    message: "VSS fails in the guest: memory and pending I/O of applications are not captured",
    remedy: "mend the VSS writers",
  }),
  effect("Z-02", "VSS that breaks and is mended again", async (world) => {
    windows()(world);
    await world.done();
    for (const [healthy, achieved] of [
      [false, "FILE_SYSTEM"],
      [true, "APPLICATION"],
    ] as const) {
      await world.engine.run(setVssHealthy, { vmId, healthy });
      await world.refresh();
      expect(world.outputs("protection").achievedLevel).to.equal(achieved);
    }
  }),
  well(
    "Z-04",
    "Linux without scripts",
    plainly(() => undefined),
    "FileSystemConsistent",
  ),
  ...(["VM deallocated", "VM stopped", "VM starting", "VM stopping"] as const).flatMap((powerState) =>
    ([true, false] as const).map((continueBackupOnFailure) =>
      level(
        "Z-07",
        `a machine that is not running (${powerState}), continueBackupOnFailure ${continueBackupOnFailure}`,
        all(machine({ powerState }), config({ continueBackupOnFailure }), simulate({ exitCode: 1 })),
        {
          level: "CRASH",
          message: `the VM is not running (${powerState})`,
          remedy: "start it before the next backup: az vm start",
        },
      ),
    ),
  ),
  effect("Z-07", "no script runs on a machine that is off, and its failure is no reason", async (world) => {
    all(machine({ powerState: "VM deallocated" }), simulate({ exitCode: 1 }))(world);
    await world.done();
    expect(rulesOf(world)).to.deep.equal(["Z-07"]);
    await world.advance(day);
    const [job] = await world.jobs();
    expect(job && [job.status, job.level, detailOfVaultJob(job).guestRun]).to.deep.equal([
      "CompletedWithWarnings",
      "CRASH",
      null,
    ]);
  }),
  level("Z-07", "Windows that is off", windows({ powerState: "VM stopped" }), {
    level: "CRASH",
    message: "nothing in it can be brought to rest",
    remedy: "powerState on compute:VirtualMachine",
  }),
];

const crashOnly: readonly AzureRow[] = [
  well("Z-08", "OnlyCrashConsistent", plainly(onlyCrash), "CrashConsistent"),
  well("Z-08", "OnlyCrashConsistent on Windows", all(windows(), onlyCrash), "CrashConsistent"),
  well(
    "Z-08",
    "OnlyCrashConsistent needs no agent",
    all(plainly(onlyCrash), machine({ guestAgent: "NotReady" })),
    "CrashConsistent",
  ),
  refused(
    "Z-08",
    "OnlyCrashConsistent together with a script framework",
    "protection",
    onlyCrash,
    "the policy takes crash-consistent snapshots only, but pre- and post-scripts are set up on the machine",
    "leave snapshotConsistencyType out of the policy, or remove the compute:ScriptFramework",
  ),
  effect("Z-08", "a framework for a machine under such a policy: refused", async (world) => {
    plainly(onlyCrash)(world);
    await world.done();
    world.omitted.delete("framework");
    const message = "db is protected by daily, whose snapshotConsistencyType is OnlyCrashConsistent";
    const remedy = "leave snapshotConsistencyType out of the policy, or drop the framework";
    expectRefusal(await world.preview(), "framework", "Z-08", message, remedy);
    expectRefusal(await world.up(), "framework", "Z-08", message, remedy);
  }),
  effect(
    "Z-08",
    "a policy that becomes such a one while a machine under it has a framework: refused",
    async (world) => {
      enhanced()(world);
      await world.done();
      onlyCrash(world);
      const message =
        "snapshotConsistencyType can't be OnlyCrashConsistent: db, under the policy, has a script framework";
      const remedy = "leave snapshotConsistencyType out, or drop the framework of the machine first";
      expectRefusal(await world.preview(), "policy", "Z-08", message, remedy);
      expectRefusal(await world.up(), "policy", "Z-08", message, remedy);
    },
  ),
  refused(
    "Z-08",
    "OnlyCrashConsistent in a standard policy",
    "policy",
    plainly(policy({ snapshotConsistencyType: "OnlyCrashConsistent" })),
    "snapshotConsistencyType OnlyCrashConsistent needs an enhanced policy",
    'set policyType: "V2"',
  ),
];

const unfit: readonly AzureRow[] = [
  refused(
    "Z-09",
    "a framework on Windows",
    "framework",
    machine({ osType: "Windows" }),
    "db runs Windows; the pre/post-script framework is for Linux VMs",
    "drop the framework: on Windows VSS makes backups AppConsistent",
  ),
  refused(
    "Z-09",
    "a framework on a classic machine",
    "framework",
    machine({ deploymentModel: "Classic" }),
    "db was deployed with Service Manager (classic); the script framework does not support it",
    "migrate the VM to Resource Manager",
  ),
  effect("Z-09", "a machine of the inventory whose system nobody knows: refused", async (world) => {
    world.config.inventory = { VirtualMachines: [{ id: vmId, name: "db", location: "westeurope" }] };
    for (const name of ["machine", "protection"]) world.omitted.add(name);
    world.framework.vmId = vmId;
    const message = "whether db runs Linux is not known; the pre/post-script framework is for Linux VMs";
    const remedy = 'give storageProfile.osDisk.osType "Linux" in the inventory';
    expectRefusal(await world.preview(), "framework", "Z-09", message, remedy);
    expectRefusal(await world.up(), "framework", "Z-09", message, remedy);
  }),
  effect("Z-09", "a classic machine without a framework is backed up like others", async (world) => {
    plainly(machine({ deploymentModel: "Classic" }))(world);
    await world.done();
    expect(levels(world)).to.deep.equal(["FILE_SYSTEM", "FILE_SYSTEM", "FileSystemConsistent"]);
  }),
];

const extensions: readonly AzureRow[] = [
  ...(["VMSnapshotLinux", "VMSnapshot"] as const).map((extension) =>
    effect("Z-14", `${extension} comes with the first backup that finds the machine running`, async (world) => {
      (extension === "VMSnapshot" ? windows : (inputs = {}) => plainly(machine(inputs)))({
        powerState: "VM stopped",
      })(world);
      await world.done();
      expect(world.outputs("protection").extension).to.equal(extension);
      await world.advance(day);
      expect((await machineRow(world)).extension).to.equal(null);
      world.machine.powerState = "VM running";
      await world.done();
      expect((await machineRow(world)).extension).to.equal(null);
      await world.advance(2 * day);
      expect((await machineRow(world)).extension).to.equal(extension);
      const installed = (await world.jobs()).map((job) => detailOfVaultJob(job).installedExtension ?? null);
      expect(installed).to.deep.equal([null, extension, null]);
    }),
  ),
  effect("Z-14", "an extension that was uninstalled comes back with the next backup", async (world) => {
    await world.done();
    await world.advance(day);
    await world.engine.run(uninstallExtension, vmId);
    expect((await machineRow(world)).extension).to.equal(null);
    await world.advance(day);
    expect((await machineRow(world)).extension).to.equal("VMSnapshotLinux");
  }),
  effect("Z-14", "OnlyCrashConsistent installs nothing", async (world) => {
    plainly(onlyCrash)(world);
    await world.done();
    expect(world.outputs("protection").extension).to.equal(undefined);
    await world.advance(day);
    expect((await machineRow(world)).extension).to.equal(null);
  }),
  effect("Z-14", "uninstalling what is not there: refused", async (world) => {
    await world.done();
    expectError(await world.refusedCommand(uninstallExtension, vmId), {
      rule: "Z-14",
      code: "ResourceNotFound",
      message: "no backup extension is installed",
      remedy: "the first backup that finds the machine running does it",
    });
  }),
  level("Z-14", "an agent that is not ready", machine({ guestAgent: "NotReady" }), {
    level: "NONE",
    message: "the VM agent is not ready: the extension can't run, and the backup fails",
    remedy: "start the agent in the VM",
    code: "UserErrorGuestAgentStatusUnavailable",
  }),
  effect("Z-14", "an agent that stops answering: the job fails, no point", async (world) => {
    await world.plain().done();
    await world.engine.run(setGuestAgent, { vmId, guestAgent: "NotReady" });
    await world.advance(day);
    const [job] = await world.jobs();
    expect([job?.status, job?.errorCode]).to.deep.equal(["Failed", "UserErrorGuestAgentStatusUnavailable"]);
    expect(await world.points()).to.deep.equal([]);
  }),
];

/** What is asked for, by policy, system and framework, whatever comes of it. */
const requests: readonly (readonly [what: string, change: (world: AzureWorld) => void, requested: string])[] = [
  ["a framework", () => undefined, "APPLICATION"],
  ["a framework whose scripts fail", simulate({ exitCode: 1 }), "APPLICATION"],
  ["no framework", plainly(() => undefined), "FILE_SYSTEM"],
  ["Windows whose VSS fails", windows({ vssHealthy: false }), "APPLICATION"],
  ["OnlyCrashConsistent on Windows", all(windows(), onlyCrash), "CRASH"],
  ["a framework that names no scripts", noScripts, "FILE_SYSTEM"],
];

function noScripts(world: AzureWorld): void {
  Object.assign(world.framework, { preScript: undefined, postScript: undefined });
  config({ preScriptLocation: "", postScriptLocation: "" })(world);
}

const asked: readonly AzureRow[] = [
  ...requests.map(([what, change, requested]) =>
    effect("Z-34", `${what} asks for ${requested}`, async (world) => {
      change(world);
      await world.done();
      expect(world.outputs("protection").requestedLevel).to.equal(requested);
    }),
  ),
  refused(
    "Z-34",
    "requireConsistency above what is asked for",
    "protection",
    plainly(protection({ requireConsistency: "APPLICATION" })),
    "requires APPLICATION but asks for FILE_SYSTEM only",
    "set up pre- and post-scripts (compute:ScriptFramework), or lower requireConsistency",
  ),
  refused(
    "Z-02",
    "requireConsistency above what comes of it",
    "protection",
    all(windows({ vssHealthy: false }), protection({ requireConsistency: "APPLICATION" })),
    ["requires APPLICATION, would get FILE_SYSTEM", "Z-02 VSS fails in the guest", "fix: mend the VSS writers"],
    "mend what is listed, or lower requireConsistency",
  ),
  effect("Z-34", "requireConsistency that is met", async (world) => {
    world.config.requireConsistency = "APPLICATION";
    await world.done();
    expect(levels(world)).to.deep.equal(["APPLICATION", "APPLICATION", "AppConsistent"]);
  }),
];

export const azureConsistencyRows: readonly AzureRow[] = [...systems, ...crashOnly, ...unfit, ...extensions, ...asked];
