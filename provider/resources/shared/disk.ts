import { z } from "zod";

/** Disk categories of the ECS API. */
export const diskCategory = z
  .enum([
    "cloud",
    "cloud_efficiency",
    "cloud_ssd",
    "cloud_essd",
    "cloud_auto",
    "cloud_essd_entry",
    "local_ssd_pro",
    "local_hdd_pro",
    "ephemeral",
    "ephemeral_ssd",
  ])
  .meta({
    typeName: "DiskCategory",
    valueDescriptions: {
      cloud: "Basic disk.",
      cloud_efficiency: "Ultra disk.",
      cloud_ssd: "Standard SSD.",
      cloud_essd: "ESSD: the one category of application-consistent backup (A-05).",
      cloud_auto: "ESSD AutoPL.",
      cloud_essd_entry: "ESSD Entry.",
      local_ssd_pro: "Local NVMe disk; never backed up (A-21).",
      local_hdd_pro: "Local HDD; never backed up (A-21).",
      ephemeral: "Local disk; never backed up (A-21).",
      ephemeral_ssd: "Local SSD; never backed up (A-21).",
    },
  });

export const performanceLevel = z.enum(["PL0", "PL1", "PL2", "PL3"]).meta({
  typeName: "PerformanceLevel",
  valueDescriptions: {
    PL0: "Up to 10,000 IOPS.",
    PL1: "Up to 50,000 IOPS.",
    PL2: "Up to 100,000 IOPS.",
    PL3: "Up to 1,000,000 IOPS.",
  },
});

/** What system and data disks have in common. */
export const diskShape = {
  category: diskCategory
    .default("cloud_essd")
    .meta({ description: "Category of the disk. Default: cloud_essd. Source: ECS CreateDisk; A-05." }),
  performanceLevel: performanceLevel
    .optional()
    .meta({ description: "Performance level of an ESSD; the ECS API's own default is PL1. Source: ECS CreateDisk." }),
  sizeGiB: z.int().min(1).max(65_536).default(40).meta({
    description: "Size, GiB, 1 to 65536. Default: 40. Source: ECS CreateDisk.",
    units: "GiB",
  }),
  fileSystem: z
    .string()
    .min(1)
    .default("ext4")
    .meta({
      description:
        "File system in the guest: EXT3, EXT4, XFS and NTFS can be backed up application-consistently (A-06). " +
        "Default: ext4. Source: seed 000, prerequisites.",
    }),
  encrypted: z
    .boolean()
    .default(false)
    .meta({ description: "Whether the disk is encrypted. Default: false. Source: ECS CreateDisk." }),
  kmsKeyId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "KMS key of an encrypted disk; absent: the service key. Source: ECS CreateDisk." }),
  usedGiB: z.number().min(0).optional().meta({
    description: "Used space, GiB: sets the size of snapshots. Absent: half of sizeGiB. Source: ENGINE.",
    units: "GiB",
  }),
};
