import { nameOfUrn, typeOfUrn } from "../engine/core/urn";
import { block, code, plainText } from "./markdown";
import type { Secrets } from "./secret-text";

const longestValue = 120;
/** So much of what is alike stands in front of what is not. */
const contextShown = 40;

/** How many characters two texts begin with alike. */
function alike(first: string, second: string): number {
  const most = Math.min(first.length, second.length);
  let count = 0;
  while (count < most && first[count] === second[count]) count += 1;
  return count;
}

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

  /** Two values of one property: of long ones what differs, not what they begin with alike. */
  values(before: unknown, after: unknown): readonly [string, string] {
    const [old, next] = [this.secrets.show(before), this.secrets.show(after)];
    const isLong = Math.max(old.length, next.length) > longestValue;
    const start = isLong ? Math.max(0, alike(old, next) - contextShown) : 0;
    const cut = (text: string): string => code(start === 0 ? text : `…${text.slice(start)}`, longestValue);
    return [cut(old), cut(next)];
  }

  /** A resource by its name and the end of its type. */
  resource({ name, type }: { readonly name: string; readonly type: string }): string {
    return `${this.code(name)} (${this.code(type.replace(/^cloudbackup:/, ""), 60)})`;
  }

  /** A resource that is known by its URN only. */
  urn(urn: string): string {
    return this.resource({ name: nameOfUrn(urn), type: typeOfUrn(urn) });
  }
}
