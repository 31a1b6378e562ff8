import { styleText } from "node:util";
import Table from "cli-table3";

type Style = Parameters<typeof styleText>[0];

const indent = "   ";
const columnWidths = [15, 13, 13, 51];

/** What the demo prints: sections with a headline, tables, and lines. Colours only where somebody looks at them. */
export class StoryConsole {
  #sections = 0;

  constructor(private readonly colours = process.stdout.isTTY === true && !process.env.NO_COLOR) {}

  title(text: string): void {
    this.#print(this.paint("bold", text));
  }

  section(headline: string): void {
    this.#sections += 1;
    this.#print(`\n${this.paint("bold", `${this.#sections}. ${headline}`)}`);
  }

  line(text: string): void {
    this.#print(text.replaceAll(/^(?=.)/gm, indent));
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const table = new Table({
      head: head.map((cell) => this.paint("bold", cell)),
      colWidths: columnWidths,
      wordWrap: true,
      style: { head: [], border: [] },
    });
    table.push(...rows.map((row) => [...row]));
    this.line(table.toString());
  }

  paint(style: Style, text: string): string {
    return this.colours ? styleText(style, text) : text;
  }

  #print(text: string): void {
    process.stdout.write(`${text}\n`);
  }
}
