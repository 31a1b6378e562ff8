import { z } from "zod";

/** A script as a text or as a file: one of the two. */
export const scriptTextShape = {
  content: z
    .string()
    .optional()
    .meta({ description: "The script's text; either this or source. Secret.", secret: true }),
  source: z
    .custom<unknown>(() => true)
    .optional()
    .meta({
      description: "The script as a file of the program; either this or content. Secret.",
      asset: true,
      secret: true,
    }),
};
