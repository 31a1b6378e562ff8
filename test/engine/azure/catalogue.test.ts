import { expect } from "chai";
import { findRegion, isSameLocation, locationRefusal } from "../../../provider/engine/azure/catalogue";

describe("Azure's regions", () => {
  const named = ["westeurope", "northeurope", "eastus", "westus3", "brazilsouth", "italynorth", "westindia"];

  it("are found by location and by display name, in whatever case", () => {
    for (const location of named) {
      const region = findRegion(location);
      expect(region?.location).to.equal(location);
      expect(findRegion(region?.displayName ?? "")).to.deep.equal(region);
      expect(findRegion(` ${location.toUpperCase()} `)).to.deep.equal(region);
    }
    expect(isSameLocation("West Europe", "westEUROPE")).to.equal(true);
    expect(isSameLocation("westeurope", "northeurope")).to.equal(false);
  });

  it("have pairs that are regions; some have none, and not every pair is mutual", () => {
    for (const location of named.filter((each) => each !== "italynorth")) {
      expect(findRegion(findRegion(location)?.pairedLocation ?? ""), location).to.not.equal(undefined);
    }
    expect(findRegion("italynorth")?.pairedLocation).to.equal(null);
    expect([findRegion("westus3")?.pairedLocation, findRegion("eastus")?.pairedLocation]).to.deep.equal([
      "eastus",
      "westus",
    ]);
  });

  it("an unknown one is refused, with the one that was meant", () => {
    expect(locationRefusal("westeurop", "location")?.remedy).to.equal("did you mean westeurope?");
    expect(locationRefusal("Atlantis", "location")?.remedy).to.match(/^use a region of Azure/);
    expect(locationRefusal("toString", "location")).to.not.equal(undefined);
    expect(locationRefusal("East US 2", "location")).to.equal(undefined);
  });
});
