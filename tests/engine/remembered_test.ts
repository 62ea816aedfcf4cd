import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { Remembered, RememberedValues } from "../../lib/engine/remembered.ts";
import { renderTemplates } from "../../lib/engine/render_templates.ts";
import { deepStrictEqual as assertEquals } from "node:assert/strict";

Deno.test("a value that templates change is fresh each time its text is read", async () => {
  const chart = chartFromFiles({
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "values.yaml": "text: |\n  list: [1]\n  map: {a: 1}\n",
    "templates/a.yaml":
      '{{ range list 1 2 3 }}{{ $m := fromYaml $.Values.text }}{{ $_ := set $m.map "b" . }}' +
      "{{ toJson $m }}{{ fromYamlArray $.Values.text }};{{ end }}",
  });
  const one = (b: number) => `{"list":[1],"map":{"a":1,"b":${b}}}`;
  const list = "[error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object " +
    "into Go value of type []interface {}]";
  const expected = [1, 2, 3].map((b) => `${one(b)}${list};`).join("");
  for (let time = 0; time < 3; time++) {
    assertEquals((await renderTemplates(chart)).get("web/templates/a.yaml"), expected);
  }
});

Deno.test("a text of tpl means what the functions of its rendering say", async () => {
  const chart = chartFromFiles({
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "values.yaml": 'text: "{{ greet }} {{ .Release.Name }}"\n',
    "templates/a.yaml": "{{ tpl .Values.text . }}",
  });
  const greet = (word: string) => ({ greet: { params: [], variadic: false, call: () => word } });
  const rows: [word: string, name: string][] = [["hello", "a"], ["hello", "b"], ["bye", "b"]];
  for (const [word, name] of rows) {
    const files = await renderTemplates(chart, { release: { name }, functions: greet(word) });
    assertEquals(files.get("web/templates/a.yaml"), `${word} ${name}`);
  }
  const failed = await renderTemplates(chart).then(() => "", (error) => error.message);
  assertEquals(failed.includes('function "greet" not defined'), true);
});

Deno.test("a text is made into something once, as long as what is kept stays small", () => {
  const remembered = new Remembered<number>();
  let made = 0;
  const long = "x".repeat(3 * 2 ** 20);
  const asked = ["a", "b", "a", long, "a", long + "y", "a", long + long, long + long, "a"];
  assertEquals(asked.map((text) => remembered.recall(text, () => ++made)), [
    1,
    2,
    1,
    3,
    1,
    4,
    5,
    6,
    7,
    8,
  ]);
  const values = new RememberedValues();
  const lists = [1, 2, 3].map(() => values.recall("[]", () => []) as unknown[]);
  assertEquals(new Set(lists).size, 3);
});
