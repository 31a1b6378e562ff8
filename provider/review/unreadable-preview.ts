/** A text that is no preview, said for people. */
export class UnreadablePreview extends Error {
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "UnreadablePreview";
  }
}

export const howToMakeOne =
  "make it with: PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1 pulumi preview --json > preview.json (without 2>&1)";
