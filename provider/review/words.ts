import { block, code, plainText } from "./markdown";
import type { Secrets } from "./secret-text";

/** Other people's texts as Markdown, without the secrets of the preview. */
export class Words {
  constructor(private readonly secrets: Secrets) {}

  plain(value: string, longest?: number): string {
    return plainText(this.secrets.redact(value), longest);
  }

  code(value: string, longest?: number): string {
    return code(this.secrets.redact(value), longest);
  }

  block(value: string): string {
    return block(this.secrets.redact(value));
  }

  value(value: unknown): string {
    return code(this.secrets.show(value), 120);
  }

  /** A resource by its name and the end of its type. */
  resource({ name, type }: { readonly name: string; readonly type: string }): string {
    return `${this.code(name)} (${this.code(type.replace(/^cloudbackup:/, ""), 60)})`;
  }

  /** A resource that is known by its URN only. */
  urn(urn: string): string {
    const parts = urn.split("::");
    return this.resource({ name: parts.slice(3).join("::"), type: parts[2]?.split("$").at(-1) ?? "" });
  }
}
