/**
 * The engine's address among the plugin's arguments: the last one that is no flag. Unknown flags come with newer
 * engines and are passed over. Undefined when started by hand: the engine then tells its address as it attaches.
 */
export function engineAddress(args: readonly string[]): string | undefined {
  return args.filter((arg, index) => !arg.startsWith("-") && !takesValue(args[index - 1])).at(-1);
}

function takesValue(flag: string | undefined): boolean {
  return flag !== undefined && /^--?(tracing|v)$/.test(flag);
}
