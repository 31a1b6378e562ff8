import type { Json } from "../../store/tables";
import { hashOf } from "../core/identifier";
import { isoTime } from "../core/time";
import type { Command, CommandContext, Query, QueryContext } from "../engine";
import { createRole, findRole } from "./ram";
import { refusal } from "./rule";

/** The role that Cloud Backup makes for itself at the first plan or binding. */
export const serviceRoleName = "AliyunServiceRoleForHbrEcsBackup";

/** How an account stands with Cloud Backup and the snapshot service. */
export interface ServiceState {
  /** Cloud Backup is activated; activating is free. */
  readonly isActivated: boolean;
  /** When the first backup opened the snapshot service, from when on it is billed; null: not yet. */
  readonly snapshotServiceSince: number | null;
}

/** ENGINE: an account has activated Cloud Backup unless it says otherwise. */
const initialState: ServiceState = { isActivated: true, snapshotServiceSince: null };

function rowId(account: string): string {
  return `service/${account}`;
}

export const serviceState: Query<undefined, ServiceState> = async ({ store, settings }) => {
  const row = await store.get("setting", rowId(settings.account));
  return row === undefined ? initialState : (row.value as unknown as ServiceState);
};

async function save(context: CommandContext, state: ServiceState): Promise<void> {
  await context.store.put("setting", [{ id: rowId(context.settings.account), value: state as unknown as Json }]);
}

/** OpenHbrService, and what undoes it. */
export const setActivated: Command<boolean, void> = async (context, isActivated) => {
  await save(context, { ...(await serviceState(context, undefined)), isActivated });
};

/** The first backup of any kind opens the snapshot service. */
export async function noteFirstBackup(context: CommandContext, time: number): Promise<void> {
  const state = await serviceState(context, undefined);
  if (state.snapshotServiceSince === null) await save(context, { ...state, snapshotServiceSince: time });
}

/** Nothing can be protected, backed up or restored before Cloud Backup is activated. */
export async function serviceRefusal(context: QueryContext): Promise<Error | undefined> {
  const { isActivated } = await serviceState(context, undefined);
  if (isActivated) return undefined;
  const remedy = "activate it, which is free: in the Cloud Backup console, or cloudbackup call OpenHbrService";
  return refusal("A-32", "Engine.ServiceNotActivated", "", "Cloud Backup isn't activated in this account", remedy);
}

export async function requireService(context: QueryContext): Promise<void> {
  const problem = await serviceRefusal(context);
  if (problem !== undefined) throw problem;
}

/** The first plan or binding makes the service-linked role. */
export async function ensureServiceRole(context: CommandContext): Promise<void> {
  if ((await findRole(context, serviceRoleName)) !== undefined) return;
  const statement = {
    Action: "sts:AssumeRole",
    Effect: "Allow",
    Principal: { Service: ["hbrecsbackup.aliyuncs.com"] },
  };
  await createRole(context, {
    roleName: serviceRoleName,
    assumeRolePolicyDocument: { Version: "1", Statement: [statement] },
    description: "Made by Cloud Backup at the first backup plan or binding (A-32)",
    maxSessionDuration: 3600,
    tags: {},
    hash: hashOf("service-linked role", context.settings.account),
  });
}

/** What a program should know before its first backup: from then on snapshots are billed. */
export async function billingNotice(context: QueryContext): Promise<string | undefined> {
  const { snapshotServiceSince } = await serviceState(context, undefined);
  if (snapshotServiceSince !== null) return undefined;
  return "the first backup opens the ECS snapshot service: from then on the snapshots' storage is billed";
}

/** When the snapshot service was opened, as people read it. */
export function snapshotServiceTime({ snapshotServiceSince }: ServiceState): string | undefined {
  return snapshotServiceSince === null ? undefined : isoTime(snapshotServiceSince);
}
