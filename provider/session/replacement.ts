import { type Replacement, replacementSentence } from "../definition/replacement";
import type { DiffRequest } from "./contract";
import { redact, secretTexts } from "./redact";
import type { Workspace } from "./workspace";

/** Says of a resource that is to be replaced why it is, a sentence for each property whose change does it. */
export function tellWhyReplaced(
  workspace: Workspace,
  { urn, oldInputs, news }: DiffRequest,
  replacements: readonly Replacement[],
): void {
  const secrets = [...secretTexts(oldInputs), ...secretTexts(news)];
  const text = replacements.map(replacementSentence).join("\n");
  workspace.tell("info", redact(text, secrets), urn, true);
}
