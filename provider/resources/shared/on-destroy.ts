import { z } from "zod";

/** What destroying a resource does to the recovery points it stands for. */
export const onDestroy = z
  .enum(["retain", "delete"])
  .meta({
    typeName: "OnDestroy",
    valueDescriptions: { retain: "The recovery points stay until they expire.", delete: "The recovery points go too." },
  })
  .default("retain");
