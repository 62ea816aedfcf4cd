import assert from "node:assert/strict";
import { formatError } from "../../lib/cli/errors.ts";
import { CapstanError, CapstanErrors } from "../../lib/errors.ts";
import { runCli } from "../../lib/cli/main.ts";

const HELPERS = `{{- define "web.image" -}}
{{ .Values.image.repository }}
{{- end }}
{{- define "web.container" }}{{ include "web.image" . }}{{ end }}
{{- define "web.title" }}{{ required "title is needed" .Values.title }}{{ end }}
`;

const ADVICE = "Use --debug flag to render out invalid YAML";

/** What `capstan template` prints to standard error of a chart with this template. */
async function stderrOf(template: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/templates`);
    const chart = "apiVersion: v2\nname: web\nversion: 0.1.0\n";
    await Deno.writeTextFile(`${folder}/Chart.yaml`, chart);
    await Deno.writeTextFile(`${folder}/values.yaml`, 'count: "3"\ntext: "{{ toYml }}"\n');
    await Deno.writeTextFile(`${folder}/templates/_helpers.tpl`, HELPERS);
    await Deno.writeTextFile(`${folder}/templates/web.yaml`, template);
    let stderr = "";
    const streams = {
      stdout: { write: () => {} },
      stderr: { write: (text: string) => stderr += text },
    };
    assert.equal(await runCli(["template", "rel", folder], { streams }), 1);
    return stderr;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a template's error is Helm's text, then place, source, includes and hint", async (t) => {
  const rows: Record<string, [template: string, stderr: string]> = {
    "an unknown function": [
      "kind: A\na: {{ .Values.count | upperr }}\n",
      `Error: parse error at (web/templates/web.yaml:2): function "upperr" not defined

${ADVICE}
  at web/templates/web.yaml:2:23
    2 | a: {{ .Values.count | upperr }}
                              ^
  hint: did you mean upper?
`,
    ],
    "an unknown template": [
      'a: {{ include "web.imge" . }}\n',
      `Error: web/templates/web.yaml:1:6
  executing "web/templates/web.yaml" at <include "web.imge" .>:
    error calling include:
template: no template "web.imge" associated with template "gotpl"

${ADVICE}
  at web/templates/web.yaml:1:7
    1 | a: {{ include "web.imge" . }}
              ^
  hint: did you mean web.image?
`,
    ],
    "a nil pointer in an included helper": [
      'a: {{ include "web.container" . }}\n',
      `Error: web/templates/web.yaml:1:6
  executing "web/templates/web.yaml" at <include "web.container" .>:
    error calling include:
web/templates/_helpers.tpl:4:32
  executing "web.container" at <include "web.image" .>:
    error calling include:
web/templates/_helpers.tpl:2:10
  executing "web.image" at <.Values.image.repository>:
    nil pointer evaluating interface {}.repository

${ADVICE}
  at web/templates/_helpers.tpl:2:11
    2 | {{ .Values.image.repository }}
                  ^
    included from web/templates/_helpers.tpl:4:33
    4 | {{- define "web.container" }}{{ include "web.image" . }}{{ end }}
                                        ^
    included from web/templates/web.yaml:1:7
    1 | a: {{ include "web.container" . }}
              ^
  hint: .Values.image has no value; set it, or ask first: {{ with .Values.image }}{{ .repository }}{{ end }}
`,
    ],
    required: [
      'a: {{ include "web.title" . }}\n',
      `Error: execution error at (web/templates/web.yaml:1:6): title is needed

${ADVICE}
  at web/templates/_helpers.tpl:5:29
    5 | {{- define "web.title" }}{{ required "title is needed" .Values.title }}{{ end }}
                                    ^
    included from web/templates/web.yaml:1:7
    1 | a: {{ include "web.title" . }}
              ^
`,
    ],
    fail: [
      '{{ fail "no web today" }}\n',
      `Error: execution error at (web/templates/web.yaml:1:3): no web today

${ADVICE}
  at web/templates/web.yaml:1:4
    1 | {{ fail "no web today" }}
           ^
`,
    ],
    "rendered output that is no YAML": [
      "kind: A\n---\nkind: B\nmetadata:\n  name: x: y\n",
      `Error: YAML parse error on web/templates/web.yaml: error converting YAML to JSON: yaml: line 3: mapping values are not allowed in this context

${ADVICE}
  at web/templates/web.yaml
    in what it renders to:
    2 | metadata:
    3 |   name: x: y
                 ^
  hint: the template renders to something that is not YAML; is an indent or a quote missing?
`,
    ],
    "a Secret that is no YAML, whose text stays hidden": [
      "kind: Secret\ndata:\n  key: c2VjcmV0: x\n",
      `Error: YAML parse error on web/templates/web.yaml: error converting YAML to JSON: yaml: line 3: mapping values are not allowed in this context

${ADVICE}
  at web/templates/web.yaml
  hint: the template renders to something that is not YAML; is an indent or a quote missing?
`,
    ],
    "a wrong type": [
      "a: {{ until .Values.count }}\n",
      `Error: web/templates/web.yaml:1:19
  executing "web/templates/web.yaml" at <.Values.count>:
    wrong type for value; expected int; got string

${ADVICE}
  at web/templates/web.yaml:1:20
    1 | a: {{ until .Values.count }}
                           ^
`,
    ],
    "an unknown function in a text for tpl": [
      "a: {{ tpl .Values.text . }}\n",
      `Error: template: web/templates/web.yaml:1:6: executing "web/templates/web.yaml" at <tpl .Values.text .>: error calling tpl: cannot parse template "{{ toYml }}": template: gotpl:1: function "toYml" not defined

${ADVICE}
  at web/templates/web.yaml:1:7
    1 | a: {{ tpl .Values.text . }}
              ^
    in the text that tpl renders there, line 1
  hint: did you mean toYaml?
`,
    ],
  };
  for (const [name, [template, stderr]] of Object.entries(rows)) {
    await t.step(name, async () => assert.equal(await stderrOf(template), stderr));
  }
});

Deno.test("formatError() puts help below the message, and several errors below one heading", () => {
  const one = new CapstanError("cannot load", {
    position: { file: "a.ts", line: 2 },
    excerpt: "2 | x\n    ^",
    hint: "look",
  });
  const text = "cannot load\n  at a.ts:2\n    2 | x\n        ^\n  hint: look";
  assert.equal(formatError(one, { debug: false }), `Error: ${text}`);
  assert.equal(
    formatError(new CapstanErrors([one, new CapstanError("b")], "2 things"), { debug: false }),
    `Error: 2 things:\n${text.replace(/^/gm, "  ")}\n  b`,
  );
});

Deno.test("an error's words command no terminal", () => {
  const error = new CapstanError("web failed: \x1b[2Jlogs\n  ::error::injected\n##[group]x\x9b1A", {
    code: "x",
  });
  const printed = "Error: web failed: logs\n  ::error::injected\n##[group]x";
  assert.equal(formatError(error, { debug: false }), printed);
});
