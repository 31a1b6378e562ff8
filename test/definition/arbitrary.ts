import * as fc from "fast-check";
import {
  Archive,
  Asset,
  OutputValue,
  ResourceReference,
  Secret,
  unknown,
  type Value,
} from "../../provider/definition/value";

const key = fc.oneof(
  fc.string(),
  fc.constantFrom(
    "a",
    "key.with.dots",
    'quo"te',
    "[0]",
    "__proto__",
    "constructor",
    "toString",
    "__defaults",
    "*",
    "b\\",
    "",
  ),
);

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.string(),
);

/** Any value there can be, with secrets, unknowns, outputs, references and assets at any depth. */
export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    scalar,
    fc.constant<Value>(unknown),
    fc.constant<Value>(new Asset({ text: "echo" })),
    fc.constant<Value>(new Archive({ hash: "abc" })),
    fc.constant<Value>(new ResourceReference("urn:x", "id-1", undefined)),
    fc.constant<Value>(new ResourceReference("urn:x", unknown, undefined)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4 }),
    tie("value").map((value): Value => new Secret(value)),
    fc
      .tuple(fc.option(tie("value"), { nil: undefined }), fc.boolean())
      .map(([value, secret]): Value => new OutputValue(value, secret, [])),
  ),
})).value;

/** Right inputs of the sample resource. */
export const validInputs = fc.record(
  {
    sampleName: fc.constantFrom("abc", "other"),
    note: fc.constantFrom<Value>("n", null),
    level: fc.constantFrom("APPLICATION", "CRASH"),
    document: fc.constantFrom<Value>('{"a":1,"b":[1,2]}', { b: [1, 2], a: 1 }, { a: 2 }, "plain text", { a: null }),
    schedule: fc.constantFrom("I|0|P1D", "I|0|PT24H", "I|0|P1W", "C|0|0 0 3 ? * *"),
    instanceIds: fc.array(fc.constantFrom("i-1", "i-2", "i-3"), { maxLength: 3 }),
    rules: fc.array(
      fc.oneof(
        fc.record({ ruleType: fc.constant("TAG"), key: fc.constantFrom("k", "l") }),
        fc.record(
          {
            ruleType: fc.constant("BACKUP"),
            retention: fc.constantFrom(7, 30),
            keepLast: fc.boolean(),
            token: fc.constantFrom("t", "u"),
          },
          { requiredKeys: ["ruleType", "retention"] },
        ),
      ),
      { maxLength: 3 },
    ),
    preScript: fc.record(
      {
        path: fc.constantFrom("/a", "/b"),
        content: fc.constantFrom("x", "y"),
        source: fc.constantFrom<Value>(new Asset({ text: "s" }), new Asset({ hash: "h" })),
        timeoutInSeconds: fc.constantFrom(60, 90),
      },
      { requiredKeys: ["path"] },
    ),
    limits: fc.dictionary(fc.constantFrom("a", "b.c", 'd"'), fc.constantFrom(1, 2)),
    size: fc.constantFrom<Value>("1 GiB", 1),
    members: fc.array(
      fc.record({ id: fc.constantFrom("m", "n"), weight: fc.constantFrom(1, 2) }, { requiredKeys: ["id"] }),
      { maxLength: 3 },
    ),
    password: fc.constantFrom<Value>("p", new Secret("p"), new Secret("q")),
  },
  { requiredKeys: ["sampleName"] },
) as fc.Arbitrary<Readonly<Record<string, Value>>>;
