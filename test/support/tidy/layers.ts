import { type Finding, findingAt, moduleReferences, resolveRelative, type Source } from "./source";

/**
 * What each layer under provider/ may import beside itself. Main, rpc, session, resources, definition, engine, store:
 * the order in which a call travels, and the only direction in which imports go. Beside it the operator's command, and
 * the review of what Pulumi's engine tells of a run.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  main: ["rpc", "session", "registry", "resources", "definition", "engine", "store"],
  cli: ["review", "session", "registry", "resources", "definition", "engine", "store"],
  rpc: ["session", "registry", "resources", "definition", "engine"],
  session: ["registry", "resources", "definition", "engine", "store"],
  review: ["definition", "engine"],
  registry: ["resources", "definition", "engine"],
  resources: ["definition", "engine"],
  definition: ["engine"],
  engine: ["store"],
  store: [],
};

interface PackageRule {
  readonly packages: RegExp;
  readonly allowedIn: readonly string[];
  readonly reason: string;
}

const packageRules: readonly PackageRule[] = [
  {
    packages: /^(@grpc\/grpc-js|google-protobuf|@pulumi\/pulumi\/proto)(\/|$)/,
    allowedIn: ["rpc"],
    reason: "only rpc/ knows the wire, so that a change of the protocol touches one folder",
  },
  {
    packages: /^@pulumi\/pulumi(?!\/proto(\/|$))(\/|$)/,
    allowedIn: ["cli", "review"],
    reason: "the whole SDK costs 0.4 s and 70 MB at every start of the plugin; rpc/ uses @pulumi/pulumi/proto",
  },
  {
    packages: /^zod(\/|$)/,
    allowedIn: ["main", "cli", "rpc", "session", "registry", "resources", "definition"],
    reason: "engine and store take plain TypeScript types; inputs are checked in definition/",
  },
  {
    packages: /^(kysely|libsql|pg)(\/|$)/,
    allowedIn: ["store"],
    reason: "only store/ knows databases; the engine sees the interface in store/store.ts",
  },
];

/** Imports under provider/ that go up, go out of it, or bring a package into a layer that must not know it. */
export function findLayerBreaches(sources: readonly Source[]): readonly Finding[] {
  const provider = sources.filter((source) => source.path.startsWith("provider/"));
  return provider.flatMap((source) =>
    moduleReferences(source).flatMap(({ specifier, node }) => {
      const target = resolveRelative(source.path, specifier);
      const message = target === undefined ? packageBreach(source, specifier) : importBreach(source, target);
      return message === undefined ? [] : [findingAt(source, node, message)];
    }),
  );
}

/** The folder under provider/, or the name of a file that lies directly in it. */
function layerOf(path: string): string {
  return (path.split("/")[1] ?? "").replace(/\.ts$/, "");
}

function importBreach(source: Source, target: string): string | undefined {
  if (target === "package.json") return undefined;
  if (!target.startsWith("provider/")) return `imports ${target}: the provider is built from provider/ alone`;
  const from = layerOf(source.path);
  const to = layerOf(target);
  // A file that lies directly in provider/ and is no layer states a fact for all of them, and rests on none of them.
  const isFact = mayImport[to] === undefined && target.split("/").length === 2;
  if (from === to || isFact || mayImport[from]?.includes(to)) return undefined;
  const allowed = mayImport[from] ?? [];
  return `${from} must not import ${to}; it may import ${allowed.length === 0 ? "no other layer" : allowed.join(", ")}`;
}

function packageBreach(source: Source, specifier: string): string | undefined {
  const layer = layerOf(source.path);
  const rule = packageRules.find((each) => each.packages.test(specifier) && !each.allowedIn.includes(layer));
  return rule === undefined ? undefined : `${layer} must not import "${specifier}": ${rule.reason}`;
}
