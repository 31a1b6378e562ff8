import type { PropertyMap } from "../../provider/definition/value";
import { snapshotActions, type World } from "./world";

/** Changes of one part of the world. */
export const machine = (facts: object) => (world: World) => void Object.assign(world.instance, facts);
export const dataDisk = (facts: object) => (world: World) => void Object.assign(world.disks[1] ?? {}, facts);
export const protection = (inputs: object) => (world: World) => void Object.assign(world.protection, inputs);

export function script(world: World, change: PropertyMap | { content: undefined }): void {
  for (const name of ["preScript", "postScript"]) {
    const entries = Object.entries({ ...(world.scripts[name] as PropertyMap), ...change });
    world.scripts[name] = Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as PropertyMap;
  }
}

/** The scripts go by FTP, which needs no agent and no running machine. */
export function byFtp(world: World): void {
  world.scripts.transport = "FTP";
  script(world, { fileMode: "0700" });
}

export function stopAgent(world: World): void {
  world.instance.cloudAssistant = { installed: true, running: false };
  byFtp(world);
}

export function statement(change: object): (world: World) => void {
  return (world) => {
    const [first] = snapshotActions.Statement;
    world.actions.policyDocument = { ...snapshotActions, Statement: [{ ...first, ...change } as PropertyMap] };
  };
}

export function trustOther(world: World): void {
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["fc.aliyuncs.com"] } };
  world.role.assumeRolePolicyDocument = { Version: "1", Statement: [trust] };
}

export const windows = (facts: object) => (world: World) => {
  Object.assign(world.instance, { OSName: "Windows Server  2019 Data Center 64 bit", ...facts });
};

export const crash = (message: string | readonly string[], remedy: string, code?: string) => ({
  level: "CRASH",
  message,
  remedy,
  ...(code === undefined ? {} : { code }),
});
export const fileSystem = (message: string, remedy: string) => ({ level: "FILE_SYSTEM", message, remedy });
