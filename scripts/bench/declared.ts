import * as pulumi from "@pulumi/pulumi";

/** Any resource by its token: the benchmark needs no generated SDK. Inputs come back as outputs of the same name. */
export class Declared extends pulumi.CustomResource {
  constructor(token: string, name: string, inputs: pulumi.Inputs) {
    super(`cloudbackup:${token}`, name, inputs, {});
  }

  output(name: string): pulumi.Output<string> {
    return (this as unknown as Record<string, pulumi.Output<string>>)[name] as pulumi.Output<string>;
  }
}
