import { expect } from "chai";
import { z } from "zod";
import { buildSchema } from "../../provider/definition/schema";
import { samplePackage } from "./sample";

interface Written {
  readonly resources: Record<string, Record<string, Record<string, Record<string, unknown>>>>;
  readonly types: Record<string, Record<string, unknown>>;
}

const written = () => buildSchema(samplePackage) as unknown as Written;
const sample = () => written().resources["cloudbackup:hbr:Sample"] as Written["resources"][string];

describe("definition/schema", () => {
  it("writes inputs with their marks", () => {
    const inputs = sample().inputProperties;
    expect(inputs).to.deep.include({
      sampleName: {
        description: "The name. 3 to 64 characters. Source: seed 000.",
        type: "string",
        willReplaceOnChanges: true,
      },
      level: {
        $ref: "#/types/cloudbackup:hbr:Level",
        default: "CRASH",
        description: "What is asked for. Source: seed 000.",
      },
      document: { $ref: "pulumi.json#/Any", description: "A policy document. Source: seed 000." },
      limits: {
        additionalProperties: { type: "integer" },
        description: "Limits by name. Source: seed 000.",
        type: "object",
      },
      size: {
        description: "A size as text or number. Source: seed 000.",
        oneOf: [{ type: "string" }, { type: "integer" }],
      },
      password: { description: "A password. Source: seed 000.", secret: true, type: "string" },
    });
    expect(sample().requiredInputs).to.deep.equal(["sampleName"]);
  });

  it("writes inputs and outputs as state, and what is always there as required", () => {
    expect(sample().properties).to.include.keys("sampleName", "sampleId", "convertedId", "password");
    expect(sample().properties?.level).to.not.have.property("default");
    expect(sample().required).to.deep.equal(["achievedLevel", "level", "reasons", "sampleId", "sampleName"]);
  });

  it("tells the source of every property: its own, or its resource's", () => {
    const inputs = z.object({
      own: z.string().meta({ description: "Told. Source: HBR CreateSample." }),
      ruled: z.string().meta({ description: "By a rule (A-13)." }),
      silent: z.string().meta({ description: "Silent." }),
    });
    const token = "cloudbackup:hbr:Sourced";
    const resource = { token, description: "Sourced.", source: "HBR DescribeSample", inputs, outputs: z.object({}) };
    const { resources } = buildSchema({ ...samplePackage, resources: [resource] }) as unknown as Written;
    const told = Object.values(resources[token]?.inputProperties ?? {}).map(({ description }) => description);
    expect(told).to.deep.equal([
      "Told. Source: HBR CreateSample.",
      "By a rule (A-13).",
      "Silent. Source: HBR DescribeSample.",
    ]);
  });

  it("does not promise what no query gives back", () => {
    const inputs = z.object({ key: z.string().meta({ description: "Write only.", writeOnly: true }) });
    const token = "cloudbackup:hbr:Keyed";
    const resource = { token, description: "Keyed.", source: "seed 000", inputs, outputs: z.object({}) };
    const { resources } = buildSchema({ ...samplePackage, resources: [resource] }) as unknown as Written;
    expect(resources[token]).to.deep.include({ required: [], requiredInputs: ["key"] });
  });

  it("writes named types once, with values in words and branches by their discriminator", () => {
    expect(written().types["cloudbackup:hbr:Level"]).to.deep.equal({
      description: "A consistency level.",
      enum: [
        { description: "The application too.", name: "Application", value: "APPLICATION" },
        { description: "File systems.", name: "FileSystem", value: "FILE_SYSTEM" },
        { description: "Disks only.", name: "Crash", value: "CRASH" },
      ],
      type: "string",
    });
    const rules = sample().inputProperties?.rules as { items: { discriminator: unknown } };
    expect(rules.items.discriminator).to.deep.equal({
      propertyName: "ruleType",
      mapping: { BACKUP: "#/types/cloudbackup:hbr:BackupRule", TAG: "#/types/cloudbackup:hbr:TagRule" },
    });
  });

  it("writes components with their inputs, and as state their outputs only", () => {
    const { isComponent, ...component } = written().resources["cloudbackup:hbr:Group"] ?? {};
    expect(isComponent).to.equal(true);
    expect(component).to.deep.equal({
      description: "A sample component.",
      inputProperties: {
        instanceIds: { description: "Which machines. Source: seed 000.", items: { type: "string" }, type: "array" },
      },
      requiredInputs: ["instanceIds"],
      properties: {
        level: { $ref: "#/types/cloudbackup:hbr:Level", description: "The lowest level. Source: seed 000." },
      },
      required: ["level"],
    });
  });

  it("writes a type into the module that it belongs to, whoever uses it", () => {
    const level = z.enum(["HIGH", "LOW"]).meta({ typeName: "Height", typeModule: "ecs", description: "How high." });
    const inputs = z.object({ height: level });
    const definition = {
      token: "cloudbackup:hbr:Tall",
      description: "Tall.",
      source: "seed 000",
      inputs,
      outputs: z.object({}),
    };
    const schema = buildSchema({ ...samplePackage, components: [definition] }) as unknown as Written;
    expect(schema.types).to.include.keys("cloudbackup:ecs:Height").and.not.include.keys("cloudbackup:hbr:Height");
  });

  it("gives the same bytes whatever the order of the definitions", () => {
    const turned = {
      ...samplePackage,
      resources: [...samplePackage.resources].reverse(),
      functions: [...samplePackage.functions].reverse(),
    };
    expect(JSON.stringify(buildSchema(turned))).to.equal(JSON.stringify(buildSchema(samplePackage)));
  });

  it("writes an enum of one value as an enum, which may be left out, and a literal as a constant", () => {
    const inputs = z.object({
      only: z
        .enum(["X"])
        .meta({ typeName: "Only", description: "One.", valueDescriptions: { X: "X." } })
        .optional(),
      kind: z.literal("K").meta({ description: "Which." }),
    });
    const resource = { token: "cloudbackup:hbr:One", description: "O.", source: "s", inputs, outputs: z.object({}) };
    const schema = JSON.parse(JSON.stringify(buildSchema({ ...samplePackage, resources: [resource] })));
    const { only, kind } = schema.resources["cloudbackup:hbr:One"].inputProperties;
    expect(only).to.include({ $ref: "#/types/cloudbackup:hbr:Only" }).and.not.to.have.property("const");
    expect(kind).to.include({ type: "string", const: "K" });
  });

  it("names every property that lacks a description or a type's name, and every name that stands for two types", () => {
    const type = (description: string) =>
      z.object({ a: z.string().meta({ description }) }).meta({ typeName: "Twice", description: "A type." });
    const inputs = z.object({
      bare: z.string(),
      nested: z.object({ deep: z.string() }).meta({ description: "Nested.", typeName: "Nested" }),
      unnamed: z.enum(["A", "B"]).meta({ description: "Unnamed." }),
      first: type("One."),
      second: type("Two."),
      id: z.string().meta({ description: "Taken." }),
      filledIn: z.literal("X").optional().meta({ description: "Filled in by YAML." }),
    });
    const resource = {
      token: "cloudbackup:hbr:Bad",
      description: "Bad.",
      source: "seed 000",
      inputs,
      outputs: z.object({}),
    };
    expect(() => buildSchema({ ...samplePackage, resources: [resource] }))
      .to.throw("cloudbackup:hbr:Bad.bare: has no description")
      .with.property("message")
      .that.contains("Bad.nested.deep: has no description")
      .and.contains("Bad.unnamed: an object or enum needs a typeName")
      .and.contains("the type name Twice stands for another type elsewhere")
      .and.contains("Bad.id: Pulumi keeps this name for itself")
      .and.contains("Bad.filledIn: languages fill a constant in");
  });
});
