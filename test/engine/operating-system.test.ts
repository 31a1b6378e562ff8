import { expect } from "chai";
import { isSupportedSystem, osTypeOf } from "../../provider/engine/alibaba/operating-system";
import { row } from "../store/rows";

const supported = [
  "CentOS  7.6 64 bit",
  "CentOS  7.9 64 bit",
  "CentOS  7.9 64 bit (with UEFI)",
  "CentOS  8.0 64 bit",
  "CentOS  7.10 64 bit",
  "Ubuntu  18.04 64 bit",
  "Ubuntu  20.04 64 bit",
  "Ubuntu  24.04 64 bit",
  "Windows Server  2012 R2 Data Center Edition 64 bit Chinese Edition",
  "Windows Server  2016 Data Center Edition 64bit Chinese Edition",
  "Windows Server  2019 Data Center Edition 64bit English Edition",
  "Alibaba Cloud Linux  2.1903 LTS 64 bit",
  "Alibaba Cloud Linux  2.1903 LTS 64-bit Quick Start",
];

const unsupported = [
  "CentOS  7.5 64 bit",
  "CentOS  6.10 64 bit",
  "Ubuntu  16.04 64 bit",
  "Ubuntu  18 64 bit",
  "Windows Server  2008 R2 64 bit",
  "Windows Server  2022 Data Center Edition 64bit",
  "Windows 10",
  "Alibaba Cloud Linux  3.2104 LTS 64 bit",
  "Debian  12.1 64 bit",
  "Rocky Linux  9.0 64 bit",
  "CentOS Stream",
  "64 bit",
  "",
];

describe("operating systems", () => {
  for (const name of supported) it(`"${name}" is supported`, () => expect(isSupportedSystem(name)).to.equal(true));
  for (const name of unsupported) it(`"${name}" is not`, () => expect(isSupportedSystem(name)).to.equal(false));

  const kinds = [
    [{ osType: "windows", osName: "CentOS  7.9 64 bit" }, "windows"],
    [{ osType: null, osName: "Windows Server  2019" }, "windows"],
    [{ osType: null, osName: "CentOS  7.9 64 bit" }, "linux"],
    [{ osType: null, osName: null, platform: "Windows Server 2016" }, "windows"],
    [{ osType: null, osName: null, platform: null }, undefined],
  ] as const;
  for (const [facts, kind] of kinds) {
    it(`${JSON.stringify(facts)} is ${kind ?? "not known"}`, () => {
      expect(osTypeOf(row("machine", "i-1", facts))).to.equal(kind);
    });
  }
});
