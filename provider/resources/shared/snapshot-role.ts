/** Who may assume the role of step 1.2: the machines themselves. */
export const snapshotTrust = {
  Version: "1",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["ecs.aliyuncs.com"] } }],
} as const;

/** What the role may do: the policy AppSnapshotPolicy of step 1.3, word for word. */
export const snapshotPermissions = {
  Version: "1",
  Statement: [
    {
      Effect: "Allow",
      Action: ["ecs:DescribeSnapshot*", "ecs:CreateSnapshot*", "ecs:TagResources", "ecs:DescribeDisks"],
      Resource: ["*"],
      Condition: {},
    },
  ],
} as const;
