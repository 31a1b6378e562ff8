import type { Row } from "../../provider/store/tables";

/** A job with values that don't matter, but for those given. */
export function job(id: string, values: Partial<Row<"job">> = {}): Row<"job"> {
  return {
    id,
    account: "1234567890123456",
    kind: "BACKUP",
    instanceId: "i-1",
    protectionId: null,
    recoveryPointId: null,
    status: "COMPLETE",
    startTime: 1_700_000_000,
    completeTime: 1_700_000_600,
    bytesTotal: 0,
    level: null,
    reasons: [],
    errorCode: null,
    errorMessage: null,
    ...values,
  };
}

/** A machine with values that don't matter, but for those given. */
export function machine(id: string, values: Partial<Row<"machine">> = {}): Row<"machine"> {
  return {
    id,
    account: "1234567890123456",
    origin: "inventory",
    instanceName: "web",
    regionId: "eu-central-1",
    zoneId: "eu-central-1a",
    instanceType: null,
    osName: null,
    osType: null,
    platform: null,
    status: null,
    publicIpAddress: null,
    cloudAssistantInstalled: null,
    cloudAssistantRunning: null,
    vssWritersHealthy: null,
    ramRoleName: null,
    roleKnown: false,
    changeRatePercentPerDay: null,
    released: false,
    inventoryHash: null,
    ...values,
  };
}
