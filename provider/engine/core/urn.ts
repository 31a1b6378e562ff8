/** The name in a resource's URN, `urn:pulumi:<stack>::<project>::<types>::<name>`; it may hold colons itself. */
export function nameOfUrn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** The resource's own type: `a:b:C$d:e:F` is an F in a C. */
export function typeOfUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
