import { boolean, choice, defineCommand, json, list, required, text } from "../core/operation";
import type { CommandContext } from "../engine";
import type { Machine } from "./fact";
import { requireMachine } from "./machine";
import { itemsOf, Structure } from "./operation-structure";
import { apiRefusal } from "./rule";
import { bindByTags } from "./tag-binding";

const resource = {
  RegionId: text("Region; the engine knows it."),
  ResourceType: required(choice(["instance"], "The only one of the engine: instance.")),
  ResourceId: required(list('The machines, ["i-…"].')),
};

/** Changes the tags of all the machines, or of none; TAG rules then bind and unbind. */
async function changeTags(
  context: CommandContext,
  ids: readonly string[],
  change: (tags: Machine["tags"]) => Machine["tags"],
): Promise<void> {
  const machines: Machine[] = [];
  for (const [index, id] of ids.entries()) machines.push(await requireMachine(context, id, `ResourceId[${index}]`));
  await context.store.put(
    "machine",
    machines.map((machine) => ({ ...machine, tags: change(machine.tags) })),
  );
  await bindByTags(context, { instanceIds: ids });
}

const tagResources = defineCommand({
  name: "TagResources",
  product: "ecs",
  description: "Sets tags of machines; policies with TAG rules bind those that match.",
  parameters: { ...resource, Tag: required(json('JSON: [{"Key":"backup","Value":"daily"}], or Tag.1.Key and so on.')) },
  call: async (context, { ResourceId, Tag }) => {
    const pairs = itemsOf(Tag, "Tag").map((item, index) => {
      const tag = new Structure(item, `Tag[${index}]`, ["Key", "Value"]);
      const key = tag.text("Key");
      if (key !== undefined && key !== "") return [key, tag.text("Value") ?? ""] as const;
      throw apiRefusal("InvalidTagKey.Malformed", `Tag[${index}].Key`, "a tag needs a key", "write Tag.1.Key backup");
    });
    await changeTags(context, ResourceId, (tags) => ({ ...tags, ...Object.fromEntries(pairs) }));
    return {};
  },
});

const untagResources = defineCommand({
  name: "UntagResources",
  product: "ecs",
  description: "Takes tags from machines; what a TAG rule bound for their sake is unbound, its points stay.",
  parameters: {
    ...resource,
    TagKey: list('The tags\' keys, ["backup"].'),
    All: boolean("true takes all of them. Default: false."),
  },
  call: async (context, { ResourceId, TagKey = [], All }) => {
    if (TagKey.length === 0 && All !== true) {
      const remedy = "name TagKey, or add --All true";
      throw apiRefusal("MissingParameter.TagKey", "TagKey", "no tag is named", remedy);
    }
    await changeTags(context, ResourceId, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => All !== true && !TagKey.includes(key))),
    );
    return {};
  },
});

export const tagOperations = [tagResources, untagResources];
