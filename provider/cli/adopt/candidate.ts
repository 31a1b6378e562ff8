import { armKey } from "../../engine/azure/arm-id";

/** Something that the engine has and that an import could bring under Pulumi. */
export interface Candidate {
  /** `cloudbackup:hbr:Policy`. */
  readonly token: string;
  /** What `pulumi import` takes. */
  readonly id: string;
  /** What people call it: its name in the program is made of this. */
  readonly label: string;
  /** Where it is, to tell it from others of the same name: a vault, or a resource group. */
  readonly place?: string;
  /** Ids of the machines that it is about; none for what machines share. */
  readonly machines: readonly string[];
  /** Whether it is protection by itself; everything else is adopted when something adopted rests on it. */
  readonly isProtection: boolean;
  /** The key of something with which it is adopted: a role's policies come with the role. */
  readonly comesWith?: string;
}

/** Something that is there and stays outside the program, with the reason. */
export interface Left {
  readonly what: string;
  readonly id: string;
  readonly why: string;
  readonly machines: readonly string[];
}

/** What one cloud has. */
export interface Found {
  readonly candidates: readonly Candidate[];
  readonly left: readonly Left[];
}

/** Two names of one thing have one key: ARM compares ids without case. */
export function keyOf(token: string, id: string): string {
  return `${token} ${isArmId(id) ? armKey(id) : id}`;
}

export function isArmId(id: string): boolean {
  return /^\/subscriptions\//i.test(id);
}

/** Every type that can be adopted, each behind all that it may refer to. */
export const adoptableTypes = [
  "ram:Role",
  "ram:Policy",
  "ram:RolePolicyAttachment",
  "ecs:Instance",
  "ecs:Disk",
  "ecs:RamRoleAttachment",
  "ecs:ScriptDeployment",
  "hbr:Policy",
  "hbr:ConsistencyGroup",
  "hbr:InstanceProtection",
  "hbr:BackupPlan",
  "hbr:RetentionOverride",
  "recoveryservices:Vault",
  "recoveryservices:ProtectionPolicy",
  "compute:VirtualMachine",
  "compute:ScriptFramework",
  "recoveryservices:ProtectedItem",
] as const;

export type AdoptableType = (typeof adoptableTypes)[number];

export function tokenOf(type: AdoptableType): string {
  return `cloudbackup:${type}`;
}

/** The place of a type among those that can be adopted. */
export function rankOf(token: string): number {
  return (adoptableTypes as readonly string[]).indexOf(token.replace(/^cloudbackup:/, ""));
}
