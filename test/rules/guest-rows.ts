import { expect } from "chai";
import type { PropertyMap } from "../../provider/definition/value";
import { crash, fileSystem, protection, script, windows } from "./change";
import { effect, expectTold, level, type Row, record, refused, rulesOf } from "./row";
import { day } from "./world";

/** What happens, or doesn't, in the guest. */
const guest: readonly Row[] = [
  level(
    "A-12",
    "a VSS writer fails",
    windows({ vssWriters: "failed" }),
    fileSystem("VSS or one of its writers fails; the next run tries anew", "vssadmin list writers"),
  ),
  effect("A-12", "Windows without writers asks for FILE_SYSTEM, and gets it without a reason", async (world) => {
    windows({})(world);
    world.protection.enableWriters = false;
    await world.done();
    const told = { requestedLevel: "FILE_SYSTEM", achievedLevel: "FILE_SYSTEM", reasons: [] };
    expect(world.outputs("protection")).to.deep.include(told);
  }),
  level(
    "A-13",
    "mode 0755",
    (world) => script(world, { fileMode: "0755" }),
    fileSystem("mode 755, must be 700", "700"),
  ),
  level(
    "A-13",
    "a script of somebody else",
    (world) => script(world, { fileOwner: "mysql" }),
    fileSystem("/tmp/prescript.sh belongs to mysql, must be root", "chown root /tmp/prescript.sh"),
  ),
  level(
    "A-13",
    "another path",
    protection({ preScriptPath: "/opt/prescript.sh" }),
    fileSystem("the preScript path is /opt/prescript.sh; only /tmp/prescript.sh is run", "/tmp/prescript.sh"),
  ),
  effect("A-13", "another path is warned about at check", async (world) => {
    world.protection.postScriptPath = "/opt/thaw.sh";
    await world.preview();
    expectTold(world, "warning", "postScriptPath: A-13", "/opt/thaw.sh", "fix: use /tmp/postscript.sh");
  }),
  level(
    "A-14",
    "a script that fails",
    (world) => script(world, { simulate: { exitCode: 1 } }),
    fileSystem("/tmp/prescript.sh ends with exit code 1", "it must end with 0"),
  ),
  level(
    "A-14",
    "a script that takes too long",
    (world) => script(world, { simulate: { durationSeconds: 31 } }),
    fileSystem("takes 31 s, longer than its time-out of 30 s", "raise timeoutInSeconds"),
  ),
  effect("A-14", "the post-script runs although the pre-script failed", async (world) => {
    world.scripts.preScript = { content: "freeze", simulate: { exitCode: 3 } };
    await world.done();
    await world.advance(day);
    const { jobs } = await world.call("hbr:getBackupJobs", { instanceId: "i-1" });
    const run = record((jobs as readonly PropertyMap[])[0]?.guestRun);
    expect(record(run.preScript)).to.include({ outcome: "FAILED", exitCode: 3 });
    expect(record(run.postScript)).to.include({ outcome: "SUCCESS", exitCode: 0 });
  }),
  level(
    "A-15",
    "no freeze of the file systems",
    protection({ enableFsFreeze: false }),
    crash("nothing holds the file systems still, whatever the scripts do", "set enableFsFreeze to true"),
  ),
  effect("A-15", "the scripts still run where nothing is frozen", async (world) => {
    world.protection.enableFsFreeze = false;
    await world.done();
    await world.advance(day);
    const { jobs } = await world.call("hbr:getBackupJobs", { instanceId: "i-1" });
    const run = record((jobs as readonly PropertyMap[])[0]?.guestRun);
    expect(run.frozen).to.equal(false);
    expect(record(run.postScript)).to.include({ outcome: "SUCCESS" });
  }),
];

/** How the scripts get there. */
const transport: readonly Row[] = [
  refused(
    "A-66",
    "a script without content",
    "scripts",
    (world) => script(world, { content: undefined }),
    "a script needs either content or source",
    "give content (text) or source",
  ),
  effect("A-66", "Cloud Assistant that doesn't run lets that machine's result fail", async (world) => {
    world.instance.cloudAssistant = { installed: true, running: false };
    world.addMachine("i-2", { cloudAssistant: { installed: true, running: true } });
    Object.assign(world.scripts, { instanceIds: ["i-1", "i-2"] });
    await world.done();
    const results = world.outputs("scripts").results as readonly PropertyMap[];
    expect(results.map(({ success, code }) => [success, code])).to.deep.equal([
      [false, "ClientNotRunning"],
      [true, "200"],
    ]);
  }),
  effect("A-66", "FTP needs no agent, and has no 0700 of its own", async (world) => {
    world.instance.cloudAssistant = { installed: false, running: false };
    world.scripts.transport = "FTP";
    await world.done();
    const [result] = world.outputs("scripts").results as readonly PropertyMap[];
    expect(result?.success).to.equal(true);
    expect(record(result?.preScript).fileMode).to.equal("0644");
    expect(rulesOf(world)).to.include.members(["A-11", "A-13"]);
  }),
];

export const guestRows: readonly Row[] = [...guest, ...transport];
