/** `capstan types`: the text, and what the compiler says of stacks that use it. */
import assert from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { loadChart } from "../../lib/chart/load.ts";
import { valueTypes } from "../../lib/scaffold/value_types.ts";

const FILES = {
  "Chart.yaml": "apiVersion: v2\nname: my-web\nversion: 1.0.0\n",
  "values.yaml": "# Pods to run.\nreplicas: 2\nnode-selector: {}\nargs: [a, 1]\nhost:\n",
  "values.schema.json": JSON.stringify({
    properties: {
      mode: { enum: ["a", "b", null], description: "How */ it runs.\nSecond line." },
      ports: { type: "array", items: { type: ["integer", "string"] } },
      none: { type: "object", additionalProperties: false },
    },
  }),
  "templates/a.yaml": "{{ .Values.replicas }}",
};

Deno.test("types of a chart's values", () => {
  assert.equal(
    valueTypes(chartFromFiles(FILES)),
    `// Values of chart my-web 1.0.0, from its values.schema.json and values.yaml.
// Written by \`capstan types\`; run it again when the chart changes.

/** What may be given to chart my-web 1.0.0. */
export type MyWebValues = {
  /** Pods to run. @default 2 */
  readonly replicas?: number | null;
  readonly "node-selector"?: { readonly [key: string]: unknown } | null;
  /** @default ["a",1] */
  readonly args?: readonly (string | number)[] | null;
  readonly host?: unknown;
  /** Seen by this chart and all its subcharts. */
  readonly global?: { readonly [key: string]: unknown } | null;
  /**
   * How *\\/ it runs.
   * Second line.
   */
  readonly mode?: "a" | "b" | null;
  readonly ports?: readonly (number | string)[] | null;
  readonly none?: Record<string, never> | null;
};
`,
  );
});

Deno.test("a schema that refers to itself ends", () => {
  const schema = { properties: { a: { $ref: "#" } } };
  const chart = chartFromFiles({ ...FILES, "values.schema.json": JSON.stringify(schema) });
  assert.match(valueTypes(chart, { name: "V" }), /export type V = \{[\s\S]+readonly a\?: /);
});

Deno.test("what templates read of a map's parts and of a list's items is the type of one", () => {
  const chart = chartFromFiles({
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "values.yaml": "hosts: [{name: a, port: 1}]\nroutes: {}\ntag: ''\n",
    "templates/a.yaml":
      "{{ range .Values.hosts }}{{ .name }}{{ end }}{{ range .Values.routes }}{{ .to }}{{ end }}",
  });
  assert.ok(
    valueTypes(chart).includes(`export type WebValues = {
  /** @default [{"name":"a","port":1}] */
  readonly hosts?: readonly {
    readonly name?: unknown;
    readonly port?: unknown;
  }[] | null;
  readonly routes?: { readonly [key: string]: {
    readonly to?: unknown;
  } | null } | null;
  readonly tag?: string | number | null;
`),
    valueTypes(chart),
  );
});

Deno.test("the compiler takes right values and refuses a misspelt key and a wrong type", async () => {
  const chart = await loadChart("examples/shop/charts/storefront");
  const folder = await Deno.makeTempDir();
  const check = async (values: string) => {
    await Deno.writeTextFile(
      `${folder}/stack.ts`,
      `import type { StorefrontValues } from "./types.ts";\nexport const values = ${values} satisfies StorefrontValues;\n`,
    );
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--no-config", "--quiet", `${folder}/stack.ts`],
      env: { NO_COLOR: "1" },
    }).output();
    return success ? "" : new TextDecoder().decode(stderr);
  };
  try {
    await Deno.writeTextFile(`${folder}/types.ts`, valueTypes(chart));
    assert.equal(await check(`{ replicas: 3, sessions: { maxMemory: "1gb", enabled: null } }`), "");
    assert.match(await check(`{ sessions: { maxMemroy: "1gb" } }`), /maxMemroy/);
    assert.match(await check(`{ replicas: "3" }`), /'string' is not assignable to type 'number'/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
