import { nearest } from "../core/nearest";
import type { EngineError } from "../error";
import { apiRefusal } from "./rule";

/** A region of Azure. */
export interface Region {
  /** As ARM writes it: `westeurope`. */
  readonly location: string;
  readonly displayName: string;
  /** Where geo-redundant storage keeps its second copy; null for a region without a pair. */
  readonly pairedLocation: string | null;
}

/** Display name and paired region by location, as `az account list-locations` prints them. */
const regions: Readonly<Record<string, readonly [displayName: string, pairedLocation: string | null]>> = {
  australiacentral: ["Australia Central", "australiacentral2"],
  australiacentral2: ["Australia Central 2", "australiacentral"],
  australiaeast: ["Australia East", "australiasoutheast"],
  australiasoutheast: ["Australia Southeast", "australiaeast"],
  austriaeast: ["Austria East", null],
  belgiumcentral: ["Belgium Central", null],
  brazilsouth: ["Brazil South", "southcentralus"],
  brazilsoutheast: ["Brazil Southeast", "brazilsouth"],
  canadacentral: ["Canada Central", "canadaeast"],
  canadaeast: ["Canada East", "canadacentral"],
  centralindia: ["Central India", "southindia"],
  centralus: ["Central US", "eastus2"],
  chilecentral: ["Chile Central", null],
  eastasia: ["East Asia", "southeastasia"],
  eastus: ["East US", "westus"],
  eastus2: ["East US 2", "centralus"],
  francecentral: ["France Central", "francesouth"],
  francesouth: ["France South", "francecentral"],
  germanynorth: ["Germany North", "germanywestcentral"],
  germanywestcentral: ["Germany West Central", "germanynorth"],
  indonesiacentral: ["Indonesia Central", null],
  israelcentral: ["Israel Central", null],
  italynorth: ["Italy North", null],
  japaneast: ["Japan East", "japanwest"],
  japanwest: ["Japan West", "japaneast"],
  koreacentral: ["Korea Central", "koreasouth"],
  koreasouth: ["Korea South", "koreacentral"],
  malaysiawest: ["Malaysia West", null],
  mexicocentral: ["Mexico Central", null],
  newzealandnorth: ["New Zealand North", null],
  northcentralus: ["North Central US", "southcentralus"],
  northeurope: ["North Europe", "westeurope"],
  norwayeast: ["Norway East", "norwaywest"],
  norwaywest: ["Norway West", "norwayeast"],
  polandcentral: ["Poland Central", null],
  qatarcentral: ["Qatar Central", null],
  southafricanorth: ["South Africa North", "southafricawest"],
  southafricawest: ["South Africa West", "southafricanorth"],
  southcentralus: ["South Central US", "northcentralus"],
  southeastasia: ["Southeast Asia", "eastasia"],
  southindia: ["South India", "centralindia"],
  spaincentral: ["Spain Central", null],
  swedencentral: ["Sweden Central", "swedensouth"],
  swedensouth: ["Sweden South", "swedencentral"],
  switzerlandnorth: ["Switzerland North", "switzerlandwest"],
  switzerlandwest: ["Switzerland West", "switzerlandnorth"],
  uaecentral: ["UAE Central", "uaenorth"],
  uaenorth: ["UAE North", "uaecentral"],
  uksouth: ["UK South", "ukwest"],
  ukwest: ["UK West", "uksouth"],
  westcentralus: ["West Central US", "westus2"],
  westeurope: ["West Europe", "northeurope"],
  westindia: ["West India", "southindia"],
  westus: ["West US", "eastus"],
  westus2: ["West US 2", "westcentralus"],
  westus3: ["West US 3", "eastus"],
};

/** A location as ARM writes it: `West Europe` and `WestEurope` are `westeurope`. */
export function normaliseLocation(location: string): string {
  return location.toLowerCase().replace(/\s+/g, "");
}

/** Whether two texts name the same region. */
export function isSameLocation(first: string, second: string): boolean {
  return normaliseLocation(first) === normaliseLocation(second);
}

/** A region by its location or display name; undefined for one that Azure doesn't have. */
export function findRegion(text: string): Region | undefined {
  const location = normaliseLocation(text);
  const found = Object.hasOwn(regions, location) ? regions[location] : undefined;
  if (found === undefined) return undefined;
  const [displayName, pairedLocation] = found;
  return { location, displayName, pairedLocation };
}

/** The refusal of a location that Azure doesn't have; undefined for one that it has. */
export function locationRefusal(location: string, property: string): EngineError | undefined {
  if (findRegion(location) !== undefined) return undefined;
  const meant = nearest(normaliseLocation(location), Object.keys(regions));
  return apiRefusal(
    "LocationNotAvailableForResourceType",
    property,
    `there is no location "${location}"`,
    meant === undefined ? "use a region of Azure, such as westeurope or eastus" : `did you mean ${meant}?`,
  );
}
