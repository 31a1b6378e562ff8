/** What the Pulumi CLI printed as errors, without the command line that the Automation API puts around it. */
export function saidByPulumi({ message }: Error): string {
  const printed = [...message.matchAll(/^(?: stderr: )?error: (.+)$/gm)].map(([, text]) => text ?? "");
  return [...new Set(printed)].join("\n") || message.trim();
}
