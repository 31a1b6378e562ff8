import { documents } from "../core/document";
import type { Command, Query } from "../engine";
import type { EngineError } from "../error";
import { refusal } from "./rule";

/** What a region offers to ECS instance backup. */
export interface Region {
  readonly regionId: string;
  readonly localName: string;
  readonly instanceBackup: boolean;
  readonly appConsistent: boolean;
  readonly policyCenter: boolean;
  /** Disks in one snapshot-consistent group. */
  readonly groupDiskLimit: number;
  readonly source: string;
}

/**
 * The names are Alibaba Cloud's; the documents give the abilities of three regions only, the rest is ENGINE:
 * every public region has instance backup, application-consistent backup and the Policy Center.
 */
const names: Readonly<Record<string, string>> = {
  "cn-hangzhou": "China (Hangzhou)",
  "cn-shanghai": "China (Shanghai)",
  "cn-qingdao": "China (Qingdao)",
  "cn-beijing": "China (Beijing)",
  "cn-zhangjiakou": "China (Zhangjiakou)",
  "cn-huhehaote": "China (Hohhot)",
  "cn-wulanchabu": "China (Ulanqab)",
  "cn-shenzhen": "China (Shenzhen)",
  "cn-heyuan": "China (Heyuan)",
  "cn-guangzhou": "China (Guangzhou)",
  "cn-chengdu": "China (Chengdu)",
  "cn-hongkong": "China (Hong Kong)",
  "ap-northeast-1": "Japan (Tokyo)",
  "ap-northeast-2": "South Korea (Seoul)",
  "ap-southeast-1": "Singapore",
  "ap-southeast-3": "Malaysia (Kuala Lumpur)",
  "ap-southeast-5": "Indonesia (Jakarta)",
  "ap-southeast-6": "Philippines (Manila)",
  "ap-southeast-7": "Thailand (Bangkok)",
  "us-east-1": "US (Virginia)",
  "us-west-1": "US (Silicon Valley)",
  "eu-west-1": "UK (London)",
  "eu-central-1": "Germany (Frankfurt)",
  "me-east-1": "UAE (Dubai)",
  "me-central-1": "SAU (Riyadh - Partner Region)",
};

/** Regions where the API documents 128 disks in a group; elsewhere 16. */
const largeGroupRegions = new Set(["cn-hangzhou", "cn-shanghai", "cn-beijing", "cn-shenzhen", "cn-hongkong"]);

/** The one region that the documents exclude from application-consistent backup. */
const riyadh = "me-central-1";

/** Edition 2021 knows three regions. */
const regions2021: readonly string[] = ["us-east-1", "ap-southeast-1", "cn-hongkong"];

export const regionIds: readonly string[] = Object.keys(names);

/** The refusal of a region that is not in the catalogue. */
export function unknownRegion(regionId: string, property: string): EngineError {
  const remedy = `use one of: ${regionIds.join(", ")}`;
  return refusal("A-63", "InvalidRegionId.NotFound", property, `there is no region ${regionId}`, remedy);
}

export function findRegion(regionId: string, edition: "2025-11" | "2021"): Region | undefined {
  const localName = Object.hasOwn(names, regionId) ? names[regionId] : undefined;
  if (localName === undefined) return undefined;
  const appConsistent = edition === "2021" ? regions2021.includes(regionId) : regionId !== riyadh;
  return {
    regionId,
    localName,
    instanceBackup: true,
    appConsistent,
    policyCenter: regionId !== riyadh,
    groupDiskLimit: largeGroupRegions.has(regionId) ? 128 : 16,
    source: regionId === riyadh ? `${documents.appConsistent}, prerequisites` : documents.engine,
  };
}

function policyCenterRow(regionId: string): string {
  return `policyCenter/${regionId}`;
}

/** Whether machines of a region are bound to policies; a region without Policy Center may have got one since. */
export const policyCenterIn: Query<string, boolean> = async ({ store, settings }, regionId) => {
  if (findRegion(regionId, settings.edition)?.policyCenter === true) return true;
  return (await store.get("setting", policyCenterRow(regionId)))?.value === true;
};

/** The Policy Center comes to a region: plans there are from now on converted when they are edited. */
export const openPolicyCenter: Command<string, void> = async ({ store }, regionId) => {
  await store.put("setting", [{ id: policyCenterRow(regionId), value: true }]);
};
