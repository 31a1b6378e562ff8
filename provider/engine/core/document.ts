/** The documents behind the rules. */
export const documents = {
  appConsistent: "Cloud Backup, Enable application-consistent backup, 2025-11 (seed 000)",
  instanceBackup: "Cloud Backup, Back up ECS instances, 2024-11 (seed 001)",
  appConsistent2021: "Hybrid Backup Recovery, Enable application-consistent backup, 2021 (seed 002)",
  api: "Alibaba Cloud API reference (hbr 2017-09-08, ecs 2014-05-26, ram 2015-05-01)",
  linuxFramework: "Azure Backup, Application-consistent backup of Azure Linux VMs (seed 003)",
  machineBackup: "Azure Backup, Back up an Azure virtual machine (seed 004)",
  azureApi: "Azure REST API reference (recoveryservices, recoveryservicesbackup, compute)",
  operation: "API reference of the operation",
  engine: "ENGINE: no document speaks; cloudbackup makes the lower promise",
} as const;
