import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { RenderError } from "../../lib/engine/errors.ts";
import { renderTemplates } from "../../lib/engine/render_templates.ts";
import type { RenderTemplatesOptions } from "../../lib/engine/render_templates.ts";

const CHART = "apiVersion: v2\nname: web\nversion: 0.1.0\n";

async function render(
  template: string,
  options: RenderTemplatesOptions & { files?: Record<string, string> } = {},
): Promise<string> {
  const chart = chartFromFiles({
    "Chart.yaml": CHART,
    "templates/t.yaml": template,
    ...options.files,
  });
  const files = await renderTemplates(chart, options);
  return files.get("web/templates/t.yaml")!;
}

async function failure(promise: Promise<unknown>): Promise<RenderError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RenderError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

Deno.test("renderTemplates() leaves partials out and renders everything else", async () => {
  const chart = chartFromFiles({
    "Chart.yaml": CHART,
    "templates/_p.tpl": '{{ define "p" }}P{{ end }}',
    "templates/NOTES.txt": '{{ template "p" }}',
    "templates/d/a.json": "{}",
  });
  const files = await renderTemplates(chart);
  deepStrictEqual(Object.fromEntries(files), {
    "web/templates/NOTES.txt": "P",
    "web/templates/d/a.json": "{}",
  });
});

Deno.test("renderTemplates() fills in the release and the capabilities", async () => {
  const template =
    "{{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.Revision }} {{ .Release.IsInstall }} {{ .Capabilities.KubeVersion }}";
  strictEqual(await render(template), "release-name default 1 true v1.37.0");
  strictEqual(
    await render(template, {
      release: { name: "a", namespace: "b", revision: 3, isUpgrade: true },
      kubeVersion: "1.30.2",
    }),
    "a b 3 false v1.30.2",
  );
});

Deno.test("renderTemplates() changes neither the chart nor the values between two renderings", async () => {
  const chart = chartFromFiles({
    "Chart.yaml": CHART,
    "values.yaml": "list: {}\n",
    "templates/a.yaml":
      '{{ $_ := set .Values.list "k" "v" }}{{ $_ := set .Values.mine "k" "v" }}{{ .Values }}',
  });
  const values = { mine: {} };
  const first = await renderTemplates(chart, { values });
  const second = await renderTemplates(chart, { values });
  deepStrictEqual([...first], [...second]);
  deepStrictEqual(values, { mine: {} });
});

Deno.test("renderTemplates() asks lookup once for each question, and starts again with the answer", async () => {
  const asked: string[] = [];
  const lookup = ({ kind, name }: { kind: string; name: string }) => {
    asked.push(`${kind}/${name}`);
    return Promise.resolve(
      name === "gone" ? {} : { metadata: { name }, spec: { big: 1000000, part: 0.5 } },
    );
  };
  const text = await render(
    `{{ range list "a" "b" "gone" }}{{ $o := lookup "v1" "Service" "ns" . }}{{ if $o }}{{ $o.metadata.name }} {{ $o.spec.big }} {{ kindOf $o.spec.big }} {{ $o.spec.part }};{{ end }}{{ end }}{{ (lookup "v1" "Service" "ns" "a").metadata.name }}`,
    { lookup },
  );
  strictEqual(text, "a 1000000 int64 0.5;b 1000000 int64 0.5;a");
  deepStrictEqual(asked, ["Service/a", "Service/b", "Service/gone"]);
});

Deno.test("renderTemplates() reports what lookup throws as Helm does", async () => {
  const lookup = () => Promise.reject(new Error("services is forbidden"));
  const error = await failure(
    render('{{ lookup "v1" "Service" "ns" "a" }}', { lookup, helmVersion: "v3" }),
  );
  strictEqual(
    error.message,
    'template: web/templates/t.yaml:1:3: executing "web/templates/t.yaml" at <lookup "v1" "Service" "ns" "a">: error calling lookup: services is forbidden',
  );
});

Deno.test("renderTemplates() answers lookup with an empty map without a cluster", async () => {
  strictEqual(await render('[{{ if lookup "v1" "Pod" "" "" }}x{{ end }}]'), "[]");
});

Deno.test("renderTemplates() shows the line of an error, with a caret, and the place", async () => {
  const error = await failure(render("a: 1\n\tb: é{{ .Values.x.y }}\n"));
  deepStrictEqual(error.position, { file: "web/templates/t.yaml", line: 2, column: 17 });
  strictEqual(error.excerpt, "2 | \tb: é{{ .Values.x.y }}\n    \t              ^");
});

Deno.test("renderTemplates() guesses what was meant", async () => {
  const parse = await failure(render("{{ .Values.a | upperr }}"));
  strictEqual(
    parse.message,
    'parse error at (web/templates/t.yaml:1): function "upperr" not defined',
  );
  strictEqual(parse.hint, "did you mean upper?");
  const files = { "templates/_h.tpl": '{{ define "web.labels" }}{{ end }}' };
  const include = await failure(render('{{ include "web.label" . }}', { files }));
  strictEqual(include.hint, "did you mean web.labels?");
});

Deno.test("renderTemplates() takes functions of the caller's", async () => {
  const functions = {
    shout: { params: ["string"], variadic: false, call: (text: string) => `${text}!` },
  } as const;
  strictEqual(await render('{{ shout "a" }}', { functions }), "a!");
});

Deno.test("renderTemplates() ends hostile templates with a clear error", async () => {
  const rows: [string, RegExp][] = [
    ["{{ range until 100000000 }}{{ range until 100000000 }}x{{ end }}{{ end }}", /more than/],
    ["{{ range 9223372036854775807 }}{{ end }}", /more than/],
    ['{{ repeat 1000000000 "abc" }}', /more than/],
    ['{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}', /nested reference name: a/],
    ['{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}', /depth|deep/],
    ['{{ define "a" }}{{ tpl "{{ include \\"a\\" . }}" . }}{{ end }}{{ include "a" . }}', /nested/],
    ['{{ $s := "{{ tpl .s . }}" }}{{ tpl $s (dict "s" $s) }}', /nested|deep/],
    ['{{ $s := "x" }}{{ range until 60 }}{{ $s = printf "%s%s" $s $s }}{{ end }}', /more than/],
  ];
  for (const [template, message] of rows) {
    const started = performance.now();
    await rejects(render(template, { limits: { steps: 20_000_000 } }), { message }, template);
    ok(performance.now() - started < 10_000, template);
  }
});

Deno.test("renderTemplates() does not start when it is told to end", async () => {
  await rejects(render("a", { signal: AbortSignal.abort() }), { name: "AbortError" });
});
