import { expect } from "chai";
import { findRegion, regionIds } from "../../provider/engine/alibaba/catalogue";

describe("the catalogue of regions", () => {
  it("Riyadh alone backs up instances but not application-consistently, and has no Policy Center", () => {
    const without = regionIds.filter((id) => findRegion(id, "2025-11")?.appConsistent === false);
    expect(without).to.deep.equal(["me-central-1"]);
    expect(findRegion("me-central-1", "2025-11")).to.include({ instanceBackup: true, policyCenter: false });
    expect(regionIds.filter((id) => findRegion(id, "2025-11")?.policyCenter === false)).to.deep.equal(without);
  });

  it("edition 2021 knows Virginia, Singapore and Hong Kong", () => {
    const able = regionIds.filter((id) => findRegion(id, "2021")?.appConsistent === true);
    expect(able).to.have.members(["us-east-1", "ap-southeast-1", "cn-hongkong"]);
  });

  it("every region says where it is written; an unknown one is none", () => {
    for (const id of regionIds) expect(findRegion(id, "2025-11")?.source).to.match(/seed 000|ENGINE/);
    expect(findRegion("cn-atlantis", "2025-11")).to.equal(undefined);
    expect(findRegion("toString", "2025-11")).to.equal(undefined);
  });

  it("a snapshot-consistent group holds 16 disks, or 128 where the API says so", () => {
    expect(findRegion("cn-hangzhou", "2025-11")?.groupDiskLimit).to.equal(128);
    expect(findRegion("eu-west-1", "2025-11")?.groupDiskLimit).to.equal(16);
  });
});
