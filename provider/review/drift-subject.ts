import { type Change, keyOf, type Properties, textOf, textsOf } from "./drift-change";
import type { StackIndex } from "./drift-stack";

/** What the protections name that rest on a resource. */
export function subjectsOf({ step, before }: Change, index: StackIndex): readonly string[] {
  const own = keyOf(step.id);
  switch (step.type) {
    case "cloudbackup:ram:Role":
      return [keyOf(before.roleName)];
    case "cloudbackup:ram:RolePolicyAttachment":
      return [keyOf(before.roleName)];
    case "cloudbackup:ram:Policy":
      return index.rolesOfPolicy.get(keyOf(before.policyName)) ?? [];
    case "cloudbackup:ecs:Disk":
      return [own, keyOf(before.instanceId)];
    case "cloudbackup:ecs:RamRoleAttachment":
      return idsIn(before);
    case "cloudbackup:ecs:ScriptDeployment":
      return [own, ...idsIn(before)];
    case "cloudbackup:compute:ScriptFramework":
      return [keyOf(textOf(before.vmId))];
    default:
      return [own];
  }
}

function idsIn({ instanceIds }: Properties): readonly string[] {
  return textsOf(instanceIds).map(keyOf);
}
