import { expect } from "chai";
import { encodeRow, type StoredRow } from "../../provider/store/codec";
import { comparisonsOf } from "../../provider/store/condition";
import { TableLayer } from "../../provider/store/layer";
import type { Filter } from "../../provider/store/store";
import { machine } from "./rows";

const rowCount = 1000;

/** A layer of many machines, which counts how often a value of a row is looked at. */
function countedLayer(): { readonly layer: TableLayer; looks: number } {
  const counted = { layer: new TableLayer(), looks: 0 };
  for (let number = 0; number < rowCount; number++) {
    const id = `i-${number}`;
    const values = encodeRow("machine", machine(id, { instanceName: `name-${number % 500}` }));
    const watched = new Proxy(values, {
      get: (target, property) => {
        counted.looks++;
        return Reflect.get(target, property);
      },
    }) as StoredRow;
    counted.layer.set(id, watched);
  }
  return counted;
}

describe("the rows that a branch touched", () => {
  const filters: readonly [string, Filter<"machine">, number][] = [
    ["a value", { instanceName: "name-7" }, 2],
    ["one of some values", { instanceName: { in: ["name-7", "name-8", "nobody"] } }, 4],
    ["an id", { id: "i-7" }, 1],
    ["one of some ids", { id: { in: ["i-7", "i-8", "i-none"] } }, 2],
  ];
  for (const [name, filter, expected] of filters) {
    it(`are found by ${name} without a look at the others`, () => {
      const counted = countedLayer();
      const comparisons = comparisonsOf("machine", { account: "1234567890123456", ...filter });
      counted.layer.find(comparisons);
      counted.looks = 0;
      expect(counted.layer.find(comparisons)).to.have.length(expected);
      expect(counted.looks).to.be.lessThan(20);
    });
  }

  it("are all looked at when more values are asked for than there are rows", () => {
    const layer = new TableLayer();
    layer.set("i-1", encodeRow("machine", machine("i-1", { instanceName: "name-1" })));
    const names = Array.from({ length: 50 }, (_, number) => `name-${number}`);
    expect(layer.find(comparisonsOf("machine", { instanceName: { in: names } }))).to.have.length(1);
  });
});
