import { type Declaration, type Program, Reference } from "../support/program";
import type { Inputs, Part } from "./part";

/** One version of a program as it is written, resource by resource. */
export class Draft {
  readonly #resources: Declaration[] = [];

  constructor(private readonly version: number) {}

  get program(): Program {
    return this.#resources;
  }

  /** Whether the part is there in this version. */
  add(name: string, type: string, part: Part, wire: (inputs: Inputs) => Inputs = (inputs) => inputs): boolean {
    const choice = part.versions[this.version];
    if (choice === undefined || choice === "absent") return false;
    this.#resources.push({ name, type: `cloudbackup:${type}`, inputs: wire(part[choice]) });
    return true;
  }

  has(name: string): boolean {
    return this.#resources.some((resource) => resource.name === name);
  }

  output(name: string, property: string): Reference | undefined {
    return this.has(name) ? new Reference(name, property) : undefined;
  }

  /** The first or the second of a pair, as its part is in its first or second form. */
  choose([first, second]: readonly [number, number], part: Part): number {
    return part.versions[this.version] === "second" ? second : first;
  }
}
