import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import { defineCommand, defineQuery, list, required, text } from "../core/operation";
import { type ConsistencyGroup, putGroup, removeGroup, requireGroup } from "./consistency-group";
import { freshId, pageOf, pagingParameters } from "./operation-common";
import { apiRefusal } from "./rule";
import { bindByTags } from "./tag-binding";

const groupId = required(text("The consistency group, cg-…."));

function checkMachines(instanceIds: readonly string[]): readonly string[] {
  if (instanceIds.length > 0) return instanceIds;
  throw apiRefusal("MissingParameter", "InstanceIds", "a consistency group has one machine or more", "name them");
}

const createConsistencyGroup = defineCommand({
  name: "createConsistencyGroup",
  product: "hbr",
  description: "The engine's own, as the console has it: machines that are backed up and restored as one (A-58).",
  parameters: {
    groupName: required(text("Name of the group.")),
    InstanceIds: required(list('The machines, ["i-…"]; their system disks are ESSDs (A-50).')),
  },
  call: async (context, { groupName, InstanceIds }) => {
    const id = await freshId(context, "consistencyGroup", "cg", groupName);
    await putGroup(context, { id, groupName, instanceIds: checkMachines(InstanceIds) });
    return { groupId: id };
  },
});

const updateConsistencyGroup = defineCommand({
  name: "updateConsistencyGroup",
  product: "hbr",
  description: "The engine's own: changes a group's name or machines; points that it has stay as they are.",
  parameters: {
    groupId,
    groupName: text("Name of the group. Default: as it is."),
    InstanceIds: list('All its machines, ["i-…"]. Default: as they are.'),
  },
  call: async (context, { groupId: id, groupName, InstanceIds }) => {
    const old = await requireGroup(context, id, "groupId");
    const instanceIds = checkMachines(InstanceIds ?? old.instanceIds);
    await putGroup(context, { id, groupName: groupName ?? old.groupName, instanceIds });
    await bindByTags(context, { instanceIds: [...new Set([...old.instanceIds, ...instanceIds])] });
    return {};
  },
});

const deleteConsistencyGroup = defineCommand({
  name: "deleteConsistencyGroup",
  product: "hbr",
  description: "The engine's own: dissolves a group that nothing protects; its points stay.",
  parameters: { groupId },
  call: async (context, { groupId: id }) => {
    const { instanceIds } = await requireGroup(context, id, "groupId");
    await removeGroup(context, id);
    await recordDeath(context, { resourceType: "cloudbackup:hbr:ConsistencyGroup", resourceId: id });
    await bindByTags(context, { instanceIds });
    return {};
  },
});

function groupRecord({ id, groupName, instanceIds, createTime }: ConsistencyGroup): Json {
  return { groupId: id, groupName, InstanceIds: instanceIds, CreatedTime: createTime };
}

const describeConsistencyGroups = defineQuery({
  name: "describeConsistencyGroups",
  product: "hbr",
  description: "The engine's own: lists consistency groups.",
  parameters: { groupId: text("Only this group. Default: all."), ...pagingParameters },
  call: async (context, { groupId: id, ...paging }) => {
    const { account } = context.settings;
    const groups =
      id === undefined
        ? await context.store.find("consistencyGroup", { account })
        : [await requireGroup(context, id, "groupId")];
    const { page, paging: told } = pageOf(groups, paging);
    return { ...told, groups: page.map(groupRecord) };
  },
});

export const groupOperations = [
  createConsistencyGroup,
  updateConsistencyGroup,
  deleteConsistencyGroup,
  describeConsistencyGroups,
];
