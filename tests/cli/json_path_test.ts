/** JSONPath templates, as `helm show values --jsonpath` of Helm 3 and 4 prints them. */
import assert from "node:assert/strict";
import { JsonPathError, parseJsonPath } from "../../lib/cli/json_path.ts";
import { parseYaml } from "../../lib/yaml/parse.ts";
import { atWork } from "./cluster.ts";

const VALUES = `image: {repository: nginx, tag: "1.25", pull: null}
replicas: 3
ratio: 1.5
big: 12345678901
on: true
ports:
- {name: http, port: 80}
- {name: https, port: 443, tls: true}
list: [a, b, c, d]
nested: {a: {name: x}, b: {name: y}}
"my.key": dotted
"my-key": dashed
empty: {}
html: "<a&b>"
`;

/** Where Helm meets what is missing it prints nothing. */
function printed(template: string): string {
  let path;
  try {
    path = parseJsonPath(template);
  } catch (error) {
    assert.ok(error instanceof JsonPathError);
    return `Error: error parsing jsonpath ${template}: ${error.message}`;
  }
  try {
    return path.print(parseYaml(VALUES));
  } catch (error) {
    assert.ok(error instanceof JsonPathError);
    return "";
  }
}

const AS_HELM: readonly (readonly [string, string])[] = [
  ["{.image.tag}", "1.25"],
  [".image.tag", ".image.tag"],
  ["{.image}", '{"pull":null,"repository":"nginx","tag":"1.25"}'],
  ["{.replicas} {.ratio} {.big} {.on}", ""],
  ["{.image.pull}", "null"],
  ["{.missing}", ""],
  ["{.image.missing.x}", ""],
  ['x={.replicas}, y={.on}{"\\n"}', ""],
  ["{.ports[0].name}", "http"],
  ["{.ports[-1].name}", "https"],
  ["{.ports[5].name}", ""],
  ["{.ports[*].name}", "http https"],
  ["{.ports[0:1].name}", "http"],
  ["{.list[1:]}", "b c d"],
  ["{.list[:2]}", "a b"],
  ["{.list[0:4:2]}", "a c"],
  ["{.list[-2:]}", "c d"],
  ["{.list[0,2]}", "a c"],
  ["{.list}", '["a","b","c","d"]'],
  ['{.ports[?(@.name=="https")].port}', "443"],
  ["{.ports[?(@.tls)].name}", "https"],
  ["{.ports[?(@.name!='http')].port}", "443"],
  ["{range .ports[*]}{.name}={.port};{end}", "http=80;https=443;"],
  ['{range .list[*]}{@}{"\\n"}{end}', "a\nb\nc\nd\n"],
  ["{.nested..name}", "x true"],
  ["{.my\\.key}", "dotted"],
  ["{.my-key}", "dashed"],
  ["{['image','list']}", '{"pull":null,"repository":"nginx","tag":"1.25"} ["a","b","c","d"]'],
  ["{['image']['tag']}", "1.25"],
  ["{$.image.tag}", "1.25"],
  ["{@.image.tag}", "1.25"],
  ["{.empty}", "{}"],
  ["{.html}", "<a&b>"],
  ["{.list[a]}", "Error: error parsing jsonpath {.list[a]}: invalid array index a"],
  ["{.image[0]}", ""],
  ["{.image.tag", "Error: error parsing jsonpath {.image.tag: unclosed action"],
  ["{.image.tag}}", "1.25}"],
  [
    "{}",
    '{"big":12345678901,"empty":{},"html":"\\u003ca\\u0026b\\u003e","image":{"pull":null,"repository":"nginx","tag":"1.25"},"list":["a","b","c","d"],"my-key":"dashed","my.key":"dotted","nested":{"a":{"name":"x"},"b":{"name":true}},"ports":[{"name":"http","port":80},{"name":"https","port":443,"tls":true}],"ratio":1.5,"replicas":3,"true":true}',
  ],
  ["{\"a\" 'b'}", "b"],
  ["{true}", "true"],
  ["{12}", "12"],
  ['{.ports[?(@.name=="none")].port}', ""],
  ['{.ports[?(@.missing=="x")].port}', ""],
  ['{.ports[?(.name=="http")].port}', "80"],
  ["{.list.x}", ""],
  ["{#}", "Error: error parsing jsonpath {#}: unrecognized character in action: U+0023 '#'"],
  ["{.list[3:1]}", ""],
  [
    '{.ports[?(@.name=="http" && @.port==80)].name}',
    "Error: error parsing jsonpath {.ports[?(@.name==\"http\" && @.port==80)].name}: unrecognized character in action: U+0026 '&'",
  ],
  ["plain", "plain"],
  ["{.on}{.replicas}", ""],
  ["{.ports[0]['name','port']}", "http 80"],
  ["{.replicas.x}", ""],
  ["{.ports.name}", ""],
  ["{.ports[*]}", '{"name":"http","port":80} {"name":"https","port":443,"tls":true}'],
  ["{.list[*]}", "a b c d"],
  [
    "{$}",
    '{"big":12345678901,"empty":{},"html":"\\u003ca\\u0026b\\u003e","image":{"pull":null,"repository":"nginx","tag":"1.25"},"list":["a","b","c","d"],"my-key":"dashed","my.key":"dotted","nested":{"a":{"name":"x"},"b":{"name":true}},"ports":[{"name":"http","port":80},{"name":"https","port":443,"tls":true}],"ratio":1.5,"replicas":3,"true":true}',
  ],
  ["{ .replicas }", "3"],
  ["{.html}{.ports[1]}", '<a&b>{"name":"https","port":443,"tls":true}'],
];

Deno.test("JSONPath templates print what Helm prints", () => {
  for (const [template, expected] of AS_HELM) {
    assert.equal(printed(template), expected, template);
  }
});

/** Helm compares no numbers, takes maps in no order, and prints nothing for what cannot be understood. */
const OWN: readonly (readonly [string, string])[] = [
  ["{.ports[?(@.port>100)].name}", "https"],
  ["{.ports[?(@.port<=80)].name}", "http"],
  ["{.ports[?(@.port==443)].name}", "https"],
  ["{.ports[?(@.port>=80)].name}", "http https"],
  ['{.ports[?(@.name<"https")].name}', "http"],
  ["{..name}", "x true http https"],
  ["{.nested.*.name}", "x true"],
  ["{['my.key']}", "dotted"],
  ["{end}", "Error: error parsing jsonpath {end}: not in range, nothing to end"],
  ["{range .a}", "Error: error parsing jsonpath {range .a}: unclosed range"],
  ["{word}", "Error: error parsing jsonpath {word}: unrecognized identifier word"],
  ["{.list[0}", "Error: error parsing jsonpath {.list[0}: unterminated array"],
  ["{.list[::0]}", ""],
];

Deno.test("JSONPath templates say what Helm does not", () => {
  for (const [template, expected] of OWN) assert.equal(printed(template), expected, template);
});

Deno.test("show values --jsonpath prints, warns of what is missing, and says what is wrong", async () => {
  const files = {
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "web/values.yaml": VALUES,
  };
  await atWork(files, async ({ capstan }) => {
    const show = async (template: string) => {
      const { code, stdout, stderr } = await capstan(
        "show",
        "values",
        "web",
        "--jsonpath",
        template,
      );
      return [code, stdout, stderr];
    };
    assert.deepEqual(await show('{.image.tag}{"\\n"}'), [0, "1.25\n", ""]);
    assert.deepEqual(
      await show("{.image.tga}"),
      [0, "", "WARNING: {.image.tga}: tga is not found\n"],
    );
    assert.deepEqual(await show("{.image"), [
      1,
      "",
      "Error: error parsing jsonpath {.image: unclosed action\n" +
      "  hint: write paths in braces, such as {.image.tag} or {.ports[*].name}\n",
    ]);
  });
});
