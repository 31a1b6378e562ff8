/** The module of a `package:module:Name` token. */
export function moduleOf(token: string): string {
  const [, module, name, ...others] = token.split(":");
  if (module === undefined || name === undefined || others.length > 0)
    throw new Error(`${token} is no package:module:Name token`);
  return module;
}
