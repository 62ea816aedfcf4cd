import { rejects } from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { validateValues } from "../../lib/chart/schema.ts";
import type { SchemaOptions } from "../../lib/chart/schema.ts";
import type { GoMap } from "../../lib/template/value.ts";

const HEAD = "values don't meet the specifications of the schema(s) in the following chart(s):\n";

function validate(schema: unknown, values: GoMap, options: SchemaOptions = {}): Promise<void> {
  const text = typeof schema === "string" ? schema : JSON.stringify(schema);
  const chart = chartFromFiles({
    "Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
    "values.schema.json": text,
  });
  return validateValues(chart, values, options);
}

// Each message was printed by Helm's own validator.
const FAILURES: [unknown, GoMap, string][] = [
  [
    { properties: { a: { minimum: 100000 } } },
    { a: 1234.5678 },
    "- at '/a': minimum: got 1,234.5678, want 100,000",
  ],
  [
    { properties: { a: { minimum: 1e6 } } },
    { a: 99999 },
    "- at '/a': minimum: got 99,999, want 1×10⁰⁶",
  ],
  [
    { properties: { a: { minimum: 1e23 } } },
    { a: 0.00001234 },
    "- at '/a': minimum: got 1.234×10⁻⁰⁵, want 1×10²³",
  ],
  [
    { properties: { a: { multipleOf: 0.01 } } },
    { a: 0.333 },
    "- at '/a': multipleOf: got 0.333, want 0.01",
  ],
  [
    { properties: { a: { enum: ["x'y", 1, null, true] } } },
    { a: 2 },
    "- at '/a': value must be one of 'x\\'y', 1, <nil>, true",
  ],
  [
    '{"properties":{"a":{"enum":[1.50,1e3]}}}',
    { a: 2 },
    "- at '/a': value must be one of 1.50, 1e3",
  ],
  [{ properties: { a: { const: 12345678 } } }, { a: 2 }, "- at '/a': value must be 12345678"],
  [
    { properties: { a: { minLength: 12345 } } },
    { a: "abc" },
    "- at '/a': minLength: got 3, want 12,345",
  ],
  [
    { properties: { a: { $ref: "#/definitions/x" } } },
    { a: "b" },
    'json-pointer in "file:///values.schema.json#/definitions/x" not found',
  ],
  [
    { $schema: "http://json-schema.org/draft-07/schema#", properties: { a: { format: "ipv4" } } },
    { a: "abc" },
    "- at '/a': 'abc' is not valid ipv4: expected four decimals",
  ],
  [
    {
      $schema: "http://json-schema.org/draft-07/schema#",
      definitions: { x: { type: "string", minLength: 3, pattern: "^a" } },
      properties: { a: { $ref: "#/definitions/x" } },
    },
    { a: "b" },
    "- at '/a': validation failed\n  - at '/a': minLength: got 1, want 3\n  - at '/a': 'b' does not match pattern '^a'",
  ],
  [
    {
      oneOf: [{ required: ["x"] }, {
        required: ["y"],
        properties: { a: { type: ["string", "null"] } },
      }],
    },
    { a: 1 },
    "- at '': 'oneOf' failed, none matched\n  - at '': missing property 'x'\n  - at '': validation failed\n    - at '': missing property 'y'\n    - at '/a': got number, want null or string",
  ],
  [
    { oneOf: [{ required: ["a"] }, { type: "object" }] },
    { a: 1 },
    "- at '': 'oneOf' failed, subschemas 0, 1 matched",
  ],
  [{ required: ["a", "b"] }, {}, "- at '': missing properties 'a', 'b'"],
  [
    { additionalProperties: false, properties: { a: {} } },
    { a: 1, c: 1 },
    "- at '': additional properties 'c' not allowed",
  ],
  [
    { properties: { a: { type: "strin" } } },
    {},
    "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation failed with 'https://json-schema.org/draft/2020-12/schema#'\n- at '': 'allOf' failed\n  - at '/properties/a': 'allOf' failed\n    - at '/properties/a/type': 'anyOf' failed\n      - at '/properties/a/type': value must be one of 'array', 'boolean', 'integer', 'null', 'number', 'object', 'string'\n      - at '/properties/a/type': got string, want array",
  ],
  ["{bad", {}, "invalid character 'b' looking for beginning of object key string"],
];

Deno.test("validateValues() says what does not fit in Helm's words", async () => {
  for (const [schema, values, message] of FAILURES) {
    const end = message.startsWith("-") ? "\n" : "";
    await rejects(validate(schema, values), { message: `${HEAD}c:\n${message}${end}` });
  }
});

Deno.test("validateValues() takes what fits", async () => {
  const rows: [unknown, GoMap][] = [
    [{ properties: { a: { type: "integer" } } }, { a: 1 }],
    [{ properties: { a: { multipleOf: 0.1 } } }, { a: 0.3 }],
    [{ properties: { a: { format: "ipv4" } } }, { a: "abc" }],
    [{ properties: { a: { uniqueItems: true } } }, { a: [1, "1", [1], { a: 1 }] }],
    [{ if: { required: ["a"] }, then: { required: ["b"] } }, { c: 1 }],
    [{ $defs: { x: { $anchor: "here", type: "string" } }, properties: { a: { $ref: "#here" } } }, {
      a: "b",
    }],
    [{ properties: { a: {} }, unevaluatedProperties: false }, { a: 1 }],
    [{
      $id: "https://x.test/s",
      $defs: { y: { $id: "y", type: "number" } },
      properties: { a: { $ref: "y" } },
    }, { a: 1 }],
    [{ properties: { a: { $ref: "urn:nobody:knows" } } }, { a: 1 }],
    [{
      $ref: "#/definitions/node",
      definitions: { node: { properties: { next: { $ref: "#/definitions/node" } } } },
    }, { next: { next: {} } }],
  ];
  for (const [schema, values] of rows) await validate(schema, values);
});

Deno.test("validateValues() loads what a reference names on the web, and no file", async () => {
  const schema = { properties: { a: { $ref: "https://x.test/defs.json#/definitions/n" } } };
  const load = (url: string) => {
    if (url !== "https://x.test/defs.json") throw new Error("wrong");
    return Promise.resolve({ definitions: { n: { type: "number" } } });
  };
  await validate(schema, { a: 1 }, { load });
  await rejects(validate(schema, { a: "x" }, { load }), { message: /got string, want number/ });
  await rejects(validate({ $ref: "file:///etc/passwd" }, {}), {
    message: /may not read files outside the chart/,
  });
});

Deno.test("validateValues() is not slowed down by a hostile pattern", async () => {
  const schema = { properties: { a: { pattern: "^(a+)+$" } } };
  await rejects(validate(schema, { a: `${"a".repeat(50_000)}!` }), { message: /does not match/ });
});
