import { createPlan } from "../../provider/engine/alibaba/backup-plan";
import { putGroup } from "../../provider/engine/alibaba/consistency-group";
import { putKey } from "../../provider/engine/alibaba/kms-key";
import { defaultSettings, type ProtectionSettings } from "../../provider/engine/alibaba/protection-settings";
import { attachPolicyToRole, createRamPolicy, createRole } from "../../provider/engine/alibaba/ram";
import type { CommandContext } from "../../provider/engine/engine";
import { OverlayStore } from "../../provider/store/overlay";
import type { Store } from "../../provider/store/store";
import { row } from "../store/rows";
import type { Rows } from "../support/retention-ledger";
import { TestEngine, testSettings } from "../support/test-engine";

const account = testSettings.account;

interface MachineOfEstate {
  readonly id: string;
  readonly regionId: string;
  readonly zoneId: string;
  /** Category and size of each disk, GiB. */
  readonly disks: readonly (readonly [category: string, usedGiB: number, encrypted: boolean])[];
}

const here = { regionId: "cn-hangzhou", zoneId: "cn-hangzhou-b" };

/** i-0 is fit for application consistency, i-1 and i-2 are a group, i-3 has a plan, i-4 has mixed disks. */
const machines: readonly MachineOfEstate[] = [
  {
    id: "i-0",
    ...here,
    disks: [
      ["cloud_essd", 20, false],
      ["cloud_essd", 300, true],
    ],
  },
  { id: "i-1", ...here, disks: [["cloud_essd", 5, false]] },
  {
    id: "i-2",
    ...here,
    disks: [
      ["cloud_essd", 0, false],
      ["cloud_essd", 40, false],
    ],
  },
  { id: "i-3", regionId: "me-central-1", zoneId: "me-central-1a", disks: [["cloud_essd", 10, false]] },
  {
    id: "i-4",
    ...here,
    disks: [
      ["cloud_essd", 10, false],
      ["cloud_ssd", 900, false],
      ["local_ssd_pro", 9, false],
    ],
  },
];

const systemDiskOf = (instanceId: string): string => `d-${instanceId.slice(2)}0`;

const scriptPaths = ["/tmp/prescript.sh", "/tmp/postscript.sh"];

async function build(context: CommandContext): Promise<void> {
  const { store } = context;
  const statement = { Effect: "Allow", Action: "ecs:*", Resource: "*" };
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } };
  const common = { description: null, tags: {}, maxSessionDuration: 3600, hash: "0" };
  const assumeRolePolicyDocument = { Version: "1", Statement: [trust] };
  await createRole(context, { ...common, roleName: "Snapshots", assumeRolePolicyDocument });
  const policyDocument = { Version: "1", Statement: [statement] };
  const policy = { policyName: "Snapshots", policyDocument, description: null, rotateStrategy: "None" };
  await createRamPolicy(context, policy as Parameters<typeof createRamPolicy>[1]);
  await attachPolicyToRole(context, { policyType: "Custom", policyName: "Snapshots", roleName: "Snapshots" });
  const fit = { osName: "CentOS  7.9 64 bit", osType: "linux", cloudAssistantInstalled: true };
  for (const { id, disks, ...place } of machines) {
    const facts = { ...fit, cloudAssistantRunning: true, roleKnown: true, ramRoleName: "Snapshots", tags: {} };
    await store.put("machine", [row("machine", id, { account, status: "Running", ...place, ...facts })]);
    const rows = disks.map(([category, usedGiB, encrypted], index) => {
      const kind = { type: index === 0 ? "system" : "data", multiAttach: "Disabled", fileSystem: "ext4" };
      const values = { account, instanceId: id, category, usedGiB, sizeGiB: 1000, encrypted, ...kind, ...place };
      return row("disk", `d-${id.slice(2)}${index}`, values);
    });
    await store.put("disk", rows);
  }
  const script = { account, instanceId: "i-0", fileMode: "0700", fileOwner: "root", exitCode: 0, durationSeconds: 1 };
  await store.put(
    "script",
    scriptPaths.map((path) => row("script", `i-0:${path}`, { ...script, path })),
  );
  await putGroup(context, { id: "cg-1", groupName: "pair", instanceIds: ["i-1", "i-2"] });
  await putKey(context, { id: "key-1", regionId: "cn-shanghai", keyState: "Enabled", granted: true });
  await createPlan(context, { ...planOf("i-3"), requireConsistency: null });
}

/** The plan of the machine whose region has no Policy Center. */
function planOf(instanceId: string): Omit<Parameters<typeof createPlan>[1], "requireConsistency"> {
  return {
    id: "plan-1",
    urn: null,
    planName: "nightly",
    instanceId,
    schedules: ["I|1767232800|P1D"],
    retention: 7,
    copy: null,
    disabled: false,
    settings: defaultSettings,
  };
}

let base: Promise<Store> | undefined;

async function buildBase(): Promise<Store> {
  const engine = await TestEngine.inMemory();
  await engine.run(build, undefined);
  return engine.store;
}

/** An engine with a small estate of machines, untouched; the estate is built once for all. */
export async function openEstate(): Promise<TestEngine> {
  base ??= buildBase();
  return new TestEngine(new OverlayStore(await base));
}

export function readRows(engine: TestEngine): Promise<Rows> {
  return engine.ask(
    async ({ store, now }) => ({
      now,
      policy: await store.find("policy"),
      protection: await store.find("protection"),
      consistencyGroup: await store.find("consistencyGroup"),
      machine: await store.find("machine"),
      disk: await store.find("disk"),
      job: await store.find("job"),
      recoveryPoint: await store.find("recoveryPoint"),
      groupPoint: await store.find("groupPoint"),
      replica: await store.find("replica"),
      snapshot: await store.find("snapshot"),
      fault: await store.find("fault"),
      kmsKey: await store.find("kmsKey"),
    }),
    undefined,
  );
}

/** Settings of a protection, as an event has them. */
export function settingsFor(
  source: string,
  wish: { readonly appConsistent: boolean; readonly disks: string; readonly key: boolean },
): ProtectionSettings {
  const isOne = !source.startsWith("cg-");
  const lists = {
    all: {},
    system: { allDisks: false, diskIdList: [systemDiskOf(source)] },
    withoutSystem: { excludeDiskIdList: [systemDiskOf(source)] },
  }[isOne ? wish.disks : "all"];
  return {
    ...defaultSettings,
    ...lists,
    ...(wish.appConsistent && isOne ? { appConsistent: true, ramRoleName: "Snapshots" } : {}),
    replicationEncryption: wish.key ? { mode: "KMS", kmsKeyId: "key-1" } : null,
  };
}
