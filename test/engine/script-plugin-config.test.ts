import { expect } from "chai";
import * as fc from "fast-check";
import {
  pluginConfigTemplate,
  problemOf,
  readPluginConfig,
  renderPluginConfig,
} from "../../provider/engine/azure/script-plugin-config";
import { parseJsonText } from "../../provider/engine/core/json-text";
import type { Json } from "../../provider/store/tables";

const secret = "hunter2";

/** The template as it is downloaded, with its own spacing. */
const template = `{
    "pluginName" : "ScriptRunner",
    "preScriptLocation" : "",
    "postScriptLocation" : "",
    "preScriptParams" : ["", ""],
    "postScriptParams" : ["", ""],
    "preScriptNoOfRetries" : 0,
    "postScriptNoOfRetries" : 0,
    "timeoutInSeconds" : 30,
    "continueBackupOnFailure" : true,
    "fsFreezeEnabled" : true,
    "ScriptsExecutionPollTimeSeconds" : 3
}
`;

const filled = template
  .replace('Location" : ""', 'Location" : "/opt/pre.sh"')
  .replace('Location" : ""', 'Location" : "/opt/post.sh"');

/** The file with the value of a key written in another way. */
function having(key: string, value: string): string {
  return filled.replace(new RegExp(`("${key}" : )[^\\n]*?(,?)\\n`), `$1${value}$2\n`);
}

function without(key: string): string {
  return filled.replace(new RegExp(`    "${key}"[^\\n]*\\n`), "").replace(/,\n}/, "\n}");
}

/** All that is wrong with a file, one text per violation: `/path RULE KIND`. */
function violationsOf(file: string | Readonly<Record<string, Json>>): string[] {
  const reading = readPluginConfig(file);
  for (const { message, remedy, source } of reading.violations) {
    expect(message).to.match(/\w/);
    expect(remedy).to.match(/\w/);
    expect(source).to.match(/seed 003|Azure/);
  }
  expect(JSON.stringify(reading.violations)).not.to.contain(secret);
  return reading.violations.map(({ path, rule, kind }) => `${path} ${rule} ${kind}`);
}

const whole = [" Z-10 UNREADABLE"];

/** A broken file, and what is found in it. */
const variants: readonly (readonly [what: string, file: string, found: readonly string[], words?: RegExp])[] = [
  ["an empty file", "", whole, /empty/],
  ["a file that is cut off", filled.slice(0, 120), whole, /ends before the JSON does/],
  ["words instead of JSON", `password: ${secret}\n`, whole, /line 1, column 1/],
  ["a byte order mark", `\uFEFF${filled}`, whole, /byte order mark/],
  ["a comma after the last key", filled.replace("3\n}", "3,\n}"), whole, /comma stands after.*line 12/],
  ["a comma after the last parameter", having("preScriptParams", '["a",]'), whole, /comma stands after.*line 5/],
  ["a missing comma", filled.replace('"ScriptRunner",', '"ScriptRunner"'), whole, /comma is missing.*line 3/],
  ["a missing colon", filled.replace('"pluginName" :', '"pluginName"'), whole, /colon is missing.*line 2/],
  ["a comment", filled.replace("{\n", "{\n// for MySQL\n"), whole, /no comments.*line 2/],
  ["single quotes", having("pluginName", "'ScriptRunner'"), whole, /double quotes.*line 2/],
  ["Python's True", having("fsFreezeEnabled", "True"), whole, /small letters.*line 11/],
  ["a text that never ends", having("preScriptLocation", `"/opt/${secret}`), whole, /never ends.*line 3/],
  ["two objects", `${filled}${filled}`, whole, /follows the end/],
  ["a list of configs", `[${filled}]`, whole, /must be one JSON object, is a list/],
  ["a text", `"${secret}"`, whole, /is a text/],
  ["null", "null", whole, /is null/],

  [
    "a key twice",
    filled.replace("{\n", '{\n    "timeoutInSeconds" : 60,\n'),
    ["/timeoutInSeconds Z-10 IGNORED"],
    /twice/,
  ],
  ["a key nobody knows", filled.replace("{\n", '{\n    "owner" : "team",\n'), ["/owner Z-10 IGNORED"]],
  [
    "a slip in a key",
    filled.replace("postScriptNoOfRetries", "postScriptRetries"),
    ["/postScriptRetries Z-10 IGNORED"],
    /did you mean postScriptNoOfRetries/,
  ],
  [
    "the poll time in camelCase",
    filled.replace('"ScriptsE', '"scriptsE'),
    ["/scriptsExecutionPollTimeSeconds Z-10 IGNORED"],
    /did you mean ScriptsExecutionPollTimeSeconds/,
  ],
  [
    "a location in PascalCase",
    filled.replace('"preScriptLocation', '"PreScriptLocation'),
    ["/preScriptLocation Z-11 UNREADABLE", "/PreScriptLocation Z-10 IGNORED"],
  ],

  ["no location of the pre-script", without("preScriptLocation"), ["/preScriptLocation Z-11 UNREADABLE"], /missing/],
  ["no location of the post-script", without("postScriptLocation"), ["/postScriptLocation Z-11 UNREADABLE"]],
  [
    "a relative path",
    having("preScriptLocation", '"scripts/pre.sh"'),
    ["/preScriptLocation Z-11 UNREADABLE"],
    /relative/,
  ],
  ["a path from a home", having("preScriptLocation", '"~/pre.sh"'), ["/preScriptLocation Z-11 UNREADABLE"]],
  ["a folder", having("postScriptLocation", '"/opt/scripts/"'), ["/postScriptLocation Z-11 UNREADABLE"], /folder/],
  ["a Windows path", having("preScriptLocation", '"C:\\\\pre.cmd"'), ["/preScriptLocation Z-09 UNREADABLE"], /Windows/],
  ["an empty path", having("postScriptLocation", '""'), ["/postScriptLocation Z-11 UNFILLED"], /empty/],
  ["a path that is null", having("preScriptLocation", "null"), ["/preScriptLocation Z-11 UNREADABLE"], /is null/],

  ["another plugin", having("pluginName", '"MyRunner"'), ["/pluginName Z-12 UNREADABLE"]],
  ["another casing of the plugin", having("pluginName", '"scriptRunner"'), ["/pluginName Z-12 UNREADABLE"]],
  ["parameters as one text", having("preScriptParams", `"-p ${secret}"`), ["/preScriptParams Z-12 UNREADABLE"]],
  [
    "a parameter without quotes",
    having("preScriptParams", '["a", 4711]'),
    ["/preScriptParams/1 Z-12 UNREADABLE"],
    /is a number/,
  ],
  ["parameters as an object", having("postScriptParams", `{"p": "${secret}"}`), ["/postScriptParams Z-12 UNREADABLE"]],
  ["parameters that are null", having("postScriptParams", "[null]"), ["/postScriptParams/0 Z-12 UNREADABLE"]],

  ["retries below zero", having("preScriptNoOfRetries", "-1"), ["/preScriptNoOfRetries Z-11 UNREADABLE"], /is -1/],
  ["half a retry", having("preScriptNoOfRetries", "1.5"), ["/preScriptNoOfRetries Z-11 UNREADABLE"]],
  ["retries between quotes", having("postScriptNoOfRetries", '"2"'), ["/postScriptNoOfRetries Z-11 UNREADABLE"]],
  ["a time-out of nothing", having("timeoutInSeconds", "0"), ["/timeoutInSeconds Z-11 UNREADABLE"]],
  ["a time-out over the limit", having("timeoutInSeconds", "1801"), ["/timeoutInSeconds Z-11 UNREADABLE"], /1 to 1800/],
  ["a time-out between quotes", having("timeoutInSeconds", '"30"'), ["/timeoutInSeconds Z-11 UNREADABLE"]],
  ["a time-out with a unit", having("timeoutInSeconds", '"30s"'), ["/timeoutInSeconds Z-11 UNREADABLE"]],
  ["a time-out that is null", having("timeoutInSeconds", "null"), ["/timeoutInSeconds Z-11 UNREADABLE"]],
  ["a word for true", having("continueBackupOnFailure", '"yes"'), ["/continueBackupOnFailure Z-05 UNREADABLE"]],
  ["a number for true", having("continueBackupOnFailure", "1"), ["/continueBackupOnFailure Z-05 UNREADABLE"]],
  ["true between quotes", having("fsFreezeEnabled", '"true"'), ["/fsFreezeEnabled Z-13 UNREADABLE"]],
  [
    "a poll time of 2.5",
    having("ScriptsExecutionPollTimeSeconds", "2.5"),
    ["/ScriptsExecutionPollTimeSeconds Z-12 UNREADABLE"],
    /strictly an integer/,
  ],
  [
    "a poll time of 3.0",
    having("ScriptsExecutionPollTimeSeconds", "3.0"),
    ["/ScriptsExecutionPollTimeSeconds Z-12 UNREADABLE"],
    /fraction/,
  ],
  [
    "a poll time of 0",
    having("ScriptsExecutionPollTimeSeconds", "0"),
    ["/ScriptsExecutionPollTimeSeconds Z-12 UNREADABLE"],
  ],
  [
    "a poll time of 6",
    having("ScriptsExecutionPollTimeSeconds", "6"),
    ["/ScriptsExecutionPollTimeSeconds Z-12 UNREADABLE"],
    /is 6/,
  ],
];

describe("VMSnapshotScriptPluginConfig.json", () => {
  it("is well-formed as the documented template, whose paths are still to be filled in", () => {
    const { config, violations } = readPluginConfig(template);
    expect(config).to.deep.equal(pluginConfigTemplate);
    expect(violations.map(({ path, kind }) => `${path} ${kind}`)).to.deep.equal([
      "/preScriptLocation UNFILLED",
      "/postScriptLocation UNFILLED",
    ]);
  });

  it("has nothing against it once the paths are there", () => {
    expect(violationsOf(filled)).to.deep.equal([]);
    expect(violationsOf(JSON.parse(filled))).to.deep.equal([]);
  });

  for (const [what, file, found, words] of variants) {
    it(`is told to be wrong: ${what}`, () => {
      expect(file).not.to.equal(filled);
      expect(violationsOf(file)).to.have.members(found);
      const reading = readPluginConfig(file);
      const isUnreadable = found.some((each) => each.endsWith("UNREADABLE"));
      expect(reading.config === null).to.equal(isUnreadable);
      expect(problemOf(reading) === null).to.equal(!isUnreadable);
      if (words !== undefined) expect(reading.violations.map(({ message }) => message).join("\n")).to.match(words);
    });
  }

  it("has everything that is wrong told at once", () => {
    const file = having("timeoutInSeconds", '"30"').replace(" : 3\n", " : 9\n").replace('"ScriptRunner"', '"x"');
    const paths = readPluginConfig(file).violations.map(({ path }) => path);
    expect(paths).to.have.members(["/timeoutInSeconds", "/ScriptsExecutionPollTimeSeconds", "/pluginName"]);
  });

  it("is completed as the extension does it: a time-out of 10, not the template's 30", () => {
    const { config } = readPluginConfig('{"preScriptLocation": "/a", "postScriptLocation": "/b"}');
    expect(config).to.deep.equal({
      ...pluginConfigTemplate,
      preScriptLocation: "/a",
      postScriptLocation: "/b",
      preScriptParams: [],
      postScriptParams: [],
      timeoutInSeconds: 10,
    });
  });

  it("is written so that it reads the same", () => {
    const { config } = readPluginConfig(filled);
    expect(config).not.to.equal(null);
    if (config !== null) expect(readPluginConfig(renderPluginConfig(config))).to.deep.equal({ config, violations: [] });
  });
});

describe("a strict reader of JSON", () => {
  it("takes what JSON.parse takes, and gives the same", () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 0, max: 4 }), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        const read = parseJsonText(spaced);
        expect("value" in read && read.value).to.deep.equal(JSON.parse(spaced));
      }),
    );
  });

  it("refuses what JSON.parse refuses, and never breaks", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"',
      "1",
      "-",
      "1.",
      "01",
      "1e5",
      "true",
      "nul",
      " ",
      "\n",
      "\\",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        const isJson = (): boolean => {
          try {
            JSON.parse(text);
            return true;
          } catch {
            return false;
          }
        };
        expect("value" in parseJsonText(text), text).to.equal(isJson());
      }),
      { numRuns: 2000 },
    );
  });
});
