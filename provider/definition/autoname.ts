import { finding } from "./explain";
import type { Finding } from "./finding";
import type { Mark } from "./mark";

export interface AutoNameRequest {
  /** The property that holds the name. */
  readonly property: string;
  /** The resource's name in the program. */
  readonly urnName: string;
  /** Hash of account and URN, seven or more characters; never a random seed, so preview and up agree. */
  readonly hash: string;
  /** The name that the program gives. */
  readonly given: string | undefined;
  /** The name of the last update. */
  readonly old: string | undefined;
  /** What Pulumi's autonaming configuration asks for. */
  readonly autonaming: { readonly proposedName: string; readonly mode: "propose" | "enforce" | "disable" } | undefined;
  readonly rule: NonNullable<Mark["autoName"]>;
}

/** The name of a resource: the program's, else the old one, else the proposal, else one made from the URN's name. */
export function autoName(request: AutoNameRequest): { readonly name: string } | Finding {
  const { property, given, old, autonaming, rule, urnName, hash } = request;
  if (given !== undefined) return { name: given };
  if (old !== undefined) return { name: old };
  if (autonaming?.mode === "disable") {
    return finding([property], {
      message: "a name is required, as Pulumi's autonaming is disabled",
      remedy: `set ${property}: ${rule.rule}`,
    });
  }
  const suffix = hash.slice(0, 7);
  if (autonaming === undefined) return adjusted(property, urnName, `-${suffix}`, rule);
  const proposed = autonaming.proposedName;
  if (isLegal(proposed, rule)) return { name: proposed };
  if (autonaming.mode === "enforce") {
    return finding([property], {
      message: `the name ${JSON.stringify(proposed)}, which Pulumi's autonaming enforces, is not allowed: ${rule.rule}`,
      remedy: `set ${property}, or change pulumi:autonaming in the stack's configuration`,
    });
  }
  // Cutting a long name short could make two equal: the hash keeps them apart.
  return adjusted(property, proposed, proposed.length > rule.maxLength ? `-${suffix}` : "", rule);
}

/** From the mildest change to the hardest; names that only needed less keep more of what the program said. */
const adjustments: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replace(/[^\w.-]+/g, "-"),
  (text) => text.replace(/[^A-Za-z0-9-]+/g, "-"),
  (text) => text.replace(/[^A-Za-z0-9_]+/g, "_"),
  (text) => text.replace(/[^A-Za-z0-9]+/g, ""),
];

function adjusted(
  property: string,
  base: string,
  suffix: string,
  rule: AutoNameRequest["rule"],
): { name: string } | Finding {
  const cut = base.slice(0, Math.max(0, rule.maxLength - suffix.length));
  const whole = [cut, cut.replace(/^[^A-Za-z]+/, ""), `a${cut.slice(0, -1)}`].map((start) => start + suffix);
  for (const change of adjustments) {
    for (const candidate of [...whole.map(change), ...whole.map((name) => change(name).toLowerCase())]) {
      const name = candidate.replace(/^[-_.]+|[-_.]+$/g, "");
      if (isLegal(candidate, rule)) return { name: candidate };
      if (isLegal(name, rule)) return { name };
    }
  }
  return finding([property], {
    message: `no allowed name can be made from ${JSON.stringify(base)}: ${rule.rule}`,
    remedy: `set ${property}`,
  });
}

function isLegal(name: string, rule: AutoNameRequest["rule"]): boolean {
  // A global or sticky pattern remembers where it stopped.
  return name.length > 0 && name.length <= rule.maxLength && name.search(rule.pattern) !== -1;
}
