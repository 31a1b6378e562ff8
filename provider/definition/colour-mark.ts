/** A text without the marks, `<{%fg 1%}>`, that Pulumi's own display makes colours of. */
export function withoutColourMarks(text: string): string {
  return text.replaceAll(/<\{%.*?%\}>/g, "");
}
