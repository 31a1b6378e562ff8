import { expect } from "chai";
import { remembering } from "../../provider/engine/core/remember";

describe("results that are remembered", () => {
  it("are worked out once, and anew when many others came after them", () => {
    const asked: string[] = [];
    const double = remembering(
      (text: string) => {
        asked.push(text);
        return `${text}${text}`;
      },
      (text) => text,
    );
    expect([double("a"), double("a"), double("b")]).to.deep.equal(["aa", "aa", "bb"]);
    expect(asked).to.deep.equal(["a", "b"]);
    for (let index = 0; index < 255; index++) double(`${index}`);
    expect(double("b")).to.equal("bb");
    expect(asked.filter((text) => text === "b")).to.have.length(1);
    double("a");
    expect(asked.filter((text) => text === "a")).to.have.length(2);
  });

  it("are not kept of what fails", () => {
    let times = 0;
    const failing = remembering(
      () => {
        times += 1;
        throw new Error("no");
      },
      () => "",
    );
    for (const _try of [1, 2]) expect(() => failing(undefined)).to.throw("no");
    expect(times).to.equal(2);
  });
});
