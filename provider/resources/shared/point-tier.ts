import { z } from "zod";
import { pointTiers } from "../../engine/azure/point-tier";

/** A tier of a recovery point of a vault. */
export const pointTier = z.enum(pointTiers).meta({
  typeName: "RecoveryPointTierType",
  valueDescriptions: {
    InstantRP: "The snapshot tier: beside the machine, the quickest to restore.",
    HardenedRP: "The vault.",
    ArchivedRP: "The archive: rehydrated first, which takes hours.",
  },
});
