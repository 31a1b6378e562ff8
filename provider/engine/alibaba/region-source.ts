import { documents } from "../core/document";
import type { Settings } from "../engine";
import type { Region } from "./catalogue";

/** Which document says what about a region, ability by ability; most is ENGINE. */
export interface RegionSources {
  readonly instanceBackup: string;
  readonly appConsistent: string;
  readonly policyCenter: string;
  readonly groupDiskLimit: string;
}

export function regionSources(region: Region, edition: Settings["edition"]): RegionSources {
  // A region that the newer document names is the one for which the catalogue has another source than ENGINE.
  const isNamed = region.source !== documents.engine;
  return {
    instanceBackup: region.source,
    appConsistent: edition === "2021" ? `${documents.appConsistent2021}, prerequisites` : region.source,
    policyCenter: isNamed ? `${documents.engine}; so that backup plans are exercised (A-31)` : documents.engine,
    groupDiskLimit: `${documents.api}, CreateSnapshotGroup`,
  };
}
