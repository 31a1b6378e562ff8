import type * as alibaba from "../../provider/engine/alibaba/rule";
import type * as azure from "../../provider/engine/azure/rule";

/** A rule of either cloud. */
export type RuleId = alibaba.RuleId | azure.RuleId;

/** How the documents are named in a source. */
const documents = {
  S0: "(seed 000)",
  S1: "(seed 001)",
  S2: "(seed 002)",
  S3: "(seed 003)",
  S4: "(seed 004)",
  API: "API reference",
  ENGINE: "ENGINE",
} as const;

/**
 * Every rule of Alibaba Cloud that there must be, and the documents behind it. Written down here so that none can be
 * forgotten.
 */
export const alibabaRules: Readonly<Record<alibaba.RuleId, string>> = {
  "A-01": "S0",
  "A-02": "S0",
  "A-03": "S0, S1",
  "A-04": "S0",
  "A-05": "S0",
  "A-06": "S0",
  "A-07": "ENGINE",
  "A-08": "S0, API",
  "A-09": "S0, API",
  "A-10": "S0, ENGINE",
  "A-11": "S0",
  "A-12": "S2, ENGINE",
  "A-13": "S0, S2",
  "A-14": "S0, ENGINE",
  "A-15": "ENGINE",
  "A-20": "S0, S1, API, ENGINE",
  "A-21": "S1",
  "A-22": "S0, S1, ENGINE",
  "A-24": "S1, ENGINE",
  "A-30": "S1",
  "A-31": "S1, ENGINE",
  "A-32": "S1, ENGINE",
  "A-33": "S1, ENGINE",
  "A-34": "S1",
  "A-35": "S1, API, ENGINE",
  "A-36": "S0, API, ENGINE",
  "A-37": "S1",
  "A-38": "S1",
  "A-39": "S1, ENGINE",
  "A-40": "S1",
  "A-41": "S1",
  "A-42": "S1",
  "A-43": "S1",
  "A-44": "S0, S1, ENGINE",
  "A-45": "S1",
  "A-46": "S1",
  "A-47": "S1",
  "A-48": "API",
  "A-49": "S0, S1",
  "A-50": "S1",
  "A-51": "S1",
  "A-52": "S0, ENGINE",
  "A-53": "ENGINE",
  "A-54": "S1, ENGINE",
  "A-55": "S1, API, ENGINE",
  "A-56": "S1, ENGINE",
  "A-57": "S1",
  "A-58": "S1",
  "A-59": "S1, ENGINE",
  "A-60": "S2",
  "A-61": "S2, ENGINE",
  "A-62": "S2",
  "A-63": "S0, S1, ENGINE",
  "A-64": "S0, S1",
  "A-65": "S1, ENGINE",
  "A-66": "S0, S2, ENGINE",
  "A-67": "S0, S1, API, ENGINE",
  // The failures of jobs and requests: S1 prints the messages of the first five.
  "A-70": "S1",
  "A-71": "S1",
  "A-72": "S1",
  "A-73": "S1",
  "A-74": "S1",
  "A-75": "S0",
  "A-76": "S1, API",
  "A-77": "API",
  "A-78": "S0, API",
  "A-79": "API",
  "A-80": "API, ENGINE",
};

/** The same for Azure. */
export const azureRules: Readonly<Record<azure.RuleId, string>> = {
  "Z-01": "S4",
  "Z-02": "S4",
  "Z-03": "S3, S4",
  "Z-04": "S4, API",
  "Z-05": "S3, ENGINE",
  "Z-06": "S3",
  "Z-07": "S4, ENGINE",
  "Z-08": "API",
  "Z-09": "S3",
  "Z-10": "S3, API, ENGINE",
  "Z-11": "S3, API, ENGINE",
  "Z-12": "S3",
  "Z-13": "S3, ENGINE",
  "Z-14": "S3, S4",
  "Z-20": "S4, ENGINE",
  "Z-21": "S4, API",
  "Z-22": "S4, API",
  "Z-23": "S4",
  "Z-24": "S4",
  "Z-25": "S4, API",
  "Z-26": "S4",
  "Z-27": "S4, API",
  "Z-28": "S4, API",
  "Z-29": "S4, API",
  "Z-30": "API",
  "Z-31": "API",
  "Z-32": "API",
  "Z-33": "API",
  "Z-34": "ENGINE",
  "Z-35": "S4",
  "Z-36": "S3, ENGINE",
  "Z-37": "S3, S4, ENGINE",
  "Z-38": "ENGINE",
};

const specification: Readonly<Record<RuleId, string>> = { ...alibabaRules, ...azureRules };

/** The documents of a rule as a source names them. */
export function documentsOf(rule: RuleId): readonly string[] {
  return specification[rule].split(", ").map((name) => documents[name as keyof typeof documents]);
}
