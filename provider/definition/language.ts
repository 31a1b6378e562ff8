/** What each SDK generator is told beside the schema. */
export const languageSettings = {
  nodejs: {
    packageName: "pulumi-cloudbackup",
    respectSchemaVersion: true,
    dependencies: { "@pulumi/pulumi": "^3.200.0" },
    devDependencies: { typescript: "^5.9.0" },
  },
  python: {
    packageName: "pulumi_cloudbackup",
    respectSchemaVersion: true,
    pyproject: { enabled: true },
  },
  go: {
    importBasePath: "github.com/cloudbackup/pulumi-cloudbackup/sdk/go/cloudbackup",
    respectSchemaVersion: true,
  },
} as const;
