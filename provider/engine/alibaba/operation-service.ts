import { choice, defineCommand, defineQuery, integer, required, text, withoutNulls } from "../core/operation";
import { findRegion, openPolicyCenter, policyCenterIn, regionIds, unknownRegion } from "./catalogue";
import { defaultPolicyOf } from "./default-policy";
import { faultKinds, listFaults, putFault, removeFault } from "./fault";
import { findRole } from "./ram";
import { apiRefusal, refusal } from "./rule";
import { serviceRoleName, serviceState, setActivated } from "./service";
import { bindByTags } from "./tag-binding";

const openHbrService = defineCommand({
  name: "OpenHbrService",
  product: "hbr",
  description: "Activates Cloud Backup in the account, which is free (A-32).",
  parameters: {},
  call: async (context) => {
    await requireState(context, false, "Cloud Backup is activated already", "nothing to do");
    await setActivated(context, true);
    return {};
  },
});

const closeHbrService = defineCommand({
  name: "closeHbrService",
  product: "hbr",
  description: "The engine's own: an account in which Cloud Backup was never activated. What is protected stays so.",
  parameters: {},
  call: async (context) => {
    await requireState(context, true, "Cloud Backup isn't activated", "activate it first: OpenHbrService");
    await setActivated(context, false);
    return {};
  },
});

async function requireState(
  context: Parameters<typeof serviceState>[0],
  isActivated: boolean,
  message: string,
  remedy: string,
): Promise<void> {
  if ((await serviceState(context, undefined)).isActivated === isActivated) return;
  throw refusal("A-32", "Engine.ServiceState", "", message, remedy);
}

const describeRegions = defineQuery({
  name: "DescribeRegions",
  product: "hbr",
  description: "Lists the regions and what each offers to the backup of ECS instances (A-63).",
  parameters: { regionId: text("The engine's own: only this region. Default: all.") },
  call: async (context, { regionId }) => {
    if (regionId !== undefined) requireRegion(context, regionId, "regionId");
    const found = regionIds.flatMap((id) => findRegion(id, context.settings.edition) ?? []);
    const regions = [];
    for (const region of found.filter((each) => regionId === undefined || each.regionId === regionId)) {
      const builtIn = await defaultPolicyOf(context, region.regionId);
      regions.push({
        RegionId: region.regionId,
        LocalName: region.localName,
        instanceBackup: region.instanceBackup,
        appConsistent: region.appConsistent,
        policyCenter: await policyCenterIn(context, region.regionId),
        ...(builtIn === undefined ? {} : { defaultPolicyId: builtIn.id }),
        groupDiskLimit: region.groupDiskLimit,
        source: region.source,
      });
    }
    return { Regions: { Region: regions } };
  },
});

function requireRegion({ settings }: Parameters<typeof serviceState>[0], regionId: string, property: string): void {
  if (findRegion(regionId, settings.edition) === undefined) throw unknownRegion(regionId, property);
}

const checkRole = defineQuery({
  name: "CheckRole",
  product: "hbr",
  description: "Tells the service-linked role of ECS backup; refused while there is none (A-32).",
  parameters: {
    CheckRoleType: choice(
      ["EcsBackupRole", "UdmRole"],
      "Either is the one role of the engine. Default: EcsBackupRole.",
    ),
  },
  call: async (context) => {
    const role = await findRole(context, serviceRoleName);
    if (role !== undefined) return { RoleName: role.roleName, Arn: role.arn };
    const remedy = "nothing to do: the first backup plan or binding makes it";
    throw refusal("A-32", "EntityNotExist.Role", "CheckRoleType", `there is no role ${serviceRoleName} yet`, remedy);
  },
});

const openPolicyCenterOperation = defineCommand({
  name: "openPolicyCenter",
  product: "hbr",
  description:
    "The engine's own: Policy Center comes to a region; plans there are converted when they are edited (A-31).",
  parameters: { regionId: required(text("The region, me-central-1.")) },
  call: async (context, { regionId }) => {
    requireRegion(context, regionId, "regionId");
    await openPolicyCenter(context, regionId);
    await bindByTags(context, { instanceIds: null });
    return {};
  },
});

const faultParameters = {
  kind: required(choice(faultKinds, `One of ${faultKinds.join(", ")}.`)),
  regionId: text("Of METADATA_SYNC: only copies to this region. Default: to all. THROTTLING is of the whole account."),
};

const setFault = defineCommand({
  name: "setFault",
  product: "hbr",
  description:
    "The engine's own: lets something go wrong from now on. THROTTLING: requests are refused after retries (A-80). " +
    "METADATA_SYNC: copies to the region fail (A-74).",
  parameters: { ...faultParameters, seconds: required(integer("For how long, by the engine's clock: 1 or more.")) },
  call: async (context, { kind, regionId, seconds }) => {
    if (regionId !== undefined) requireRegion(context, regionId, "regionId");
    if (regionId !== undefined && kind === "THROTTLING") {
      const message = "requests are throttled by account, not by region";
      throw apiRefusal("InvalidParameter.regionId", "regionId", message, "leave regionId out");
    }
    if (seconds < 1) {
      throw apiRefusal("InvalidParameter.seconds", "seconds", `--seconds is ${seconds}`, "give 1 or more");
    }
    await putFault(context, { kind, regionId: regionId ?? null, until: context.now + seconds });
    return {};
  },
});

const clearFault = defineCommand({
  name: "clearFault",
  product: "hbr",
  description: "The engine's own: ends what setFault began.",
  parameters: faultParameters,
  call: async (context, { kind, regionId = null }) => {
    const faults = await listFaults(context, undefined);
    if (!faults.some((fault) => fault.kind === kind && fault.regionId === regionId)) {
      const known = faults.map((fault) => JSON.stringify(withoutNulls({ kind: fault.kind, regionId: fault.regionId })));
      const where = regionId === null ? "" : ` in ${regionId}`;
      const remedy = known.length === 0 ? "nothing to clear" : `set are: ${known.join(", ")}`;
      throw apiRefusal("Engine.NoFault", "kind", `no fault ${kind} was set${where}`, remedy);
    }
    await removeFault(context, { kind, regionId });
    return {};
  },
});

export const serviceOperations = [
  openHbrService,
  closeHbrService,
  describeRegions,
  checkRole,
  openPolicyCenterOperation,
  setFault,
  clearFault,
];
