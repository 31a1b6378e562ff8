import type { Candidate } from "./candidate";

/** What a resource is called where two would have one name: `daily`, then `daily-policy`, then `daily-policy-2`. */
const kinds: Readonly<Record<string, string>> = {
  "ram:Role": "role",
  "ram:Policy": "permissions",
  "ram:RolePolicyAttachment": "grant",
  "ecs:Instance": "instance",
  "ecs:Disk": "disk",
  "ecs:RamRoleAttachment": "attachment",
  "ecs:ScriptDeployment": "scripts",
  "hbr:Policy": "policy",
  "hbr:ConsistencyGroup": "group",
  "hbr:InstanceProtection": "protection",
  "hbr:BackupPlan": "plan",
  "hbr:RetentionOverride": "retention",
  "recoveryservices:Vault": "vault",
  "recoveryservices:ProtectionPolicy": "policy",
  "compute:VirtualMachine": "machine",
  "compute:ScriptFramework": "scripts",
  "recoveryservices:ProtectedItem": "item",
};

const longestName = 60;

/** Letters, digits and hyphens, a letter first: a name that every language, and every reader, can take. */
function plainName(label: string, kind: string): string {
  const words = label
    .normalize("NFKD")
    .replace(/\p{Mark}+/gu, "")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, longestName)
    .replace(/-+$/, "");
  if (words === "") return kind;
  return /^[A-Za-z]/.test(words) ? words : `${kind}-${words}`;
}

function kindOf({ token }: Candidate): string {
  return kinds[token.replace(/^cloudbackup:/, "")] ?? "resource";
}

/** What people call each; those of one type and one name have their places before it, if they are in several. */
function baseNames(candidates: readonly Candidate[]): ReadonlyMap<Candidate, string> {
  const plain = new Map(candidates.map((each) => [each, plainName(each.label, kindOf(each))]));
  const keyOf = (each: Candidate) => `${each.token} ${variableName(plain.get(each) ?? "")}`;
  const places = new Map<string, Set<string | undefined>>();
  for (const each of candidates) places.set(keyOf(each), (places.get(keyOf(each)) ?? new Set()).add(each.place));
  return new Map(
    candidates.map((each) => {
      const isPlaced = each.place !== undefined && (places.get(keyOf(each))?.size ?? 0) > 1;
      return [each, isPlaced ? plainName(`${each.place}-${each.label}`, kindOf(each)) : (plain.get(each) ?? "")];
    }),
  );
}

/** Words that mean something of their own in a program. */
const reservedNames = new Set(["pulumi", "cloudbackup"]);

/**
 * Names for resources, made of what people call them, each once, in whatever language; none of `taken` comes again. The
 * same resources in the same order get the same names. What a program has called before is called so again, so that the
 * program still stands for it.
 */
export function nameCandidates(
  candidates: readonly Candidate[],
  taken: Iterable<string>,
  formerName: (candidate: Candidate) => string | undefined = () => undefined,
): ReadonlyMap<Candidate, string> {
  const used = new Set([...[...taken].map(variableName), ...reservedNames]);
  const owners = new Map<string, string>();
  const names = new Map<Candidate, string>();
  const bases = baseNames(candidates);
  for (const candidate of candidates) {
    const former = formerName(candidate);
    const isPlain = former !== undefined && plainName(former, "") === former;
    if (!isPlain || used.has(variableName(former))) continue;
    used.add(variableName(former));
    names.set(candidate, former);
  }
  for (const candidate of candidates) {
    if (names.has(candidate)) continue;
    const { token } = candidate;
    const kind = kindOf(candidate);
    const base = bases.get(candidate) ?? kind;
    const isTwin = owners.get(variableName(base)) === token;
    const wider = isTwin || base.endsWith(kind) ? base : `${base}-${kind}`;
    let name = base;
    for (let number = wider === base ? 2 : 1; used.has(variableName(name)); number++) {
      name = number === 1 ? wider : `${wider}-${number}`;
    }
    used.add(variableName(name));
    owners.set(variableName(name), token);
    names.set(candidate, name);
  }
  return names;
}

/** Words that TypeScript keeps for itself, as far as a name can be one. */
const reservedWords = new Set(
  (
    "abstract any as async await boolean break case catch class const continue debugger declare default " +
    "delete do else enum eval export extends false finally for from function get if implements import in " +
    "instanceof interface let module namespace new null number object of package private protected public " +
    "require return set static string super switch symbol this throw true try type typeof undefined " +
    "unknown var void while with yield arguments never process console exports globalThis"
  ).split(" "),
);

/** The variable that stands for a resource: `shop-db` is `shopDb`. Equal ones are told apart when names are given. */
export function variableName(name: string): string {
  const [first = "", ...others] = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const camel =
    first.charAt(0).toLowerCase() +
    first.slice(1) +
    others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return reservedWords.has(camel) ? `${camel}Resource` : camel;
}
