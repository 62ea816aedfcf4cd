import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  ExecError,
  parseTemplate,
  TemplateParseError,
  TemplateSet,
} from "../../lib/template/template.ts";
import type { Budget, GoFunc } from "../../lib/template/value.ts";
import { func, newMap, variadic } from "../../lib/template/value.ts";
import { FUNCS, Month, outcome, render } from "./fixtures.ts";

function none(): boolean {
  return false;
}

function setOf(...files: [name: string, text: string][]): TemplateSet {
  const set = new TemplateSet();
  for (const [name, text] of files) set.add(parseTemplate(name, text, { functions: none }));
  return set;
}

/** Throws once more than `limit` has been taken. */
function budgetOf(limit: number): Budget & { left: number } {
  return {
    left: limit,
    take(amount) {
      this.left -= amount;
      if (this.left < 0) throw new Error("budget used up");
    },
  };
}

Deno.test("parseTemplate() returns the file and what it defines", () => {
  const parsed = parseTemplate("f", '{{define "a"}}x{{end}}{{block "b" .}} {{end}}', {
    functions: none,
  });
  deepStrictEqual(parsed.map(({ name, file, isEmpty }) => [name, file, isEmpty]), [
    ["a", "f", false],
    ["b", "f", true],
    ["f", "f", false],
  ]);
});

Deno.test("parseTemplate() takes other delimiters", () => {
  const set = new TemplateSet();
  const delims = { left: "<%", right: "%>" };
  set.add(parseTemplate("f", "{{ <% .x -%>  y", { functions: none, delims }));
  strictEqual(set.execute("f", { x: 1 }, { funcs: {} }), "{{ 1y");
});

Deno.test("parseTemplate() throws an error that holds the position", () => {
  throws(() => parseTemplate("dir/f.yaml", "é\n  {{ nope }}", { functions: none }), (error) => {
    ok(error instanceof TemplateParseError);
    strictEqual(error.message, 'template: dir/f.yaml:2: function "nope" not defined');
    strictEqual(error.detail, 'function "nope" not defined');
    deepStrictEqual(error.position, { file: "dir/f.yaml", line: 2, column: 6 });
    return true;
  });
});

Deno.test("parseTemplate() throws nothing but its own errors, whatever the text", () => {
  const piece = fc.constantFrom(
    ...'{{ }} {{- -}} ( ) | , . .a $ $x := = "s" ` \' 1 1.5e 0x /* */ if else end range with'
      .split(" "),
    ..."template define block break continue nil true é \n \uD800 \0 {{/* */}} str".split(" "),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      for (const text of [pieces.join(""), pieces.join(" "), `{{ ${pieces.join(" ")} }}`]) {
        try {
          for (const parsed of parseTemplate("f", text, { functions: none })) parsed.code();
        } catch (error) {
          ok(error instanceof TemplateParseError, `${text}: ${error}`);
        }
      }
    }),
  );
});

Deno.test("parseTemplate() ends nesting that is too deep with an error", () => {
  const rows = [
    `{{${"(".repeat(20_000)}1${")".repeat(20_000)}}}`,
    `${"{{if 1}}".repeat(20_000)}x${"{{end}}".repeat(20_000)}`,
    `{{if 0}}${"{{else if 0}}".repeat(20_000)}{{end}}`,
  ];
  const error = "template: a.yaml:1: max expression depth exceeded";
  for (const text of rows) deepStrictEqual(outcome(text), { error });
  // What parses but is too deep to compile.
  const deep = `${"{{if 1}}".repeat(1_500)}x${"{{end}}".repeat(1_500)}`;
  deepStrictEqual(outcome(deep), { error });
});

Deno.test("TemplateSet.add() lets later templates replace earlier ones, but not by empty ones", () => {
  const set = setOf(
    ["a", '{{define "d"}}one{{end}}{{define "e"}}kept{{end}}'],
    ["b", '{{define "d"}}two{{end}}{{define "e"}} {{/* nothing */}}\n{{end}}'],
    ["main", '{{template "d"}} {{template "e"}}'],
  );
  strictEqual(set.execute("main", null, { funcs: {} }), "two kept");
  ok(set.has("d") && set.has("a") && !set.has("f"));
});

Deno.test("TemplateSet.clone() shares what was there and keeps what is added to itself", () => {
  const set = setOf(["f", '{{template "d"}}'], ["g", '{{define "d"}}old{{end}}']);
  const copy = set.clone();
  copy.add(parseTemplate("h", '{{define "d"}}new{{end}}', { functions: none }));
  strictEqual(copy.execute("f", null, { funcs: {} }), "new");
  strictEqual(set.execute("f", null, { funcs: {} }), "old");
  ok(!set.has("h"));
});

Deno.test("TemplateSet.execute() names a template that is missing", () => {
  throws(() => setOf().execute("x", null, { funcs: {} }), {
    message: 'template: no template "x" associated with template "gotpl"',
    code: "template/missing",
  });
});

Deno.test("TemplateSet.execute() finds functions by name when it calls them", () => {
  const set = new TemplateSet();
  set.add(parseTemplate("f", "{{ who }}", { functions: (name) => name === "who" }));
  for (const who of ["a", "b"]) {
    strictEqual(set.execute("f", null, { funcs: { who: func([], () => who) } }), who);
  }
  throws(() => set.execute("f", null, { funcs: {} }), {
    message: 'template: f:1:3: executing "f" at <who>: "who" is not a defined function',
  });
});

Deno.test("TemplateSet.execute() lets functions hide builtin ones", () => {
  const all = variadic([], "any", (...args) => `<${args.join(" ")}>`);
  const funcs = { and: all, len: all, call: all };
  strictEqual(
    render("{{ and 0 1 }}{{ len 1 2 }}{{ call 5 }}{{ or 0 1 }}", { funcs }),
    "<0 1><1 2><5>1",
  );
});

Deno.test("TemplateSet.execute() keeps the renderings of one set apart", () => {
  const set = new TemplateSet();
  const funcs: Record<string, GoFunc> = {};
  funcs["nest"] = func(["int"], (n) => set.execute("f", { n: BigInt(n - 1) }, { funcs }));
  const text = "{{ $x := .n }}{{ range 2 }}{{ if $x }}{{ nest $x }}{{ end }}{{ $x }}{{ end }}";
  set.add(parseTemplate("f", text, { functions: (name) => name === "nest" }));
  strictEqual(set.execute("f", { n: 2n }, { funcs }), "00100120010012");
});

Deno.test("TemplateSet.execute() treats the names of JavaScript's own members as ordinary keys", () => {
  const text = "{{ .constructor }}{{ .__proto__ }}{{ .toString }}{{ .hasOwnProperty }}";
  strictEqual(render(text, { data: {} }), "<no value>".repeat(4));
  const map = newMap();
  map["__proto__"] = "p";
  map["constructor"] = "c";
  strictEqual(render("{{ .__proto__ }}{{ .constructor }}{{ len . }}", { data: map }), "pc2");
  deepStrictEqual(outcome("{{ constructor }}"), {
    error: 'template: a.yaml:1: function "constructor" not defined',
  });
});

Deno.test("ExecError leads from the outermost failing action to the function that failed", () => {
  const text = '{{define "d"}}\n é{{ include "e" .Values.m }}{{end}}' +
    '{{define "e"}}{{ .k1 | fail }}{{end}}x {{ include "d" . }}';
  throws(() => render(text), (error) => {
    ok(error instanceof ExecError);
    const { file, line, column, templateName, nodeText, detail, cause } = error;
    deepStrictEqual({ file, line, column, templateName, nodeText }, {
      file: "a.yaml",
      line: 2,
      column: 79,
      templateName: "a.yaml",
      nodeText: 'include "d" .',
    });
    ok(cause instanceof ExecError);
    strictEqual(detail, `error calling include: ${cause.message}`);
    deepStrictEqual([cause.templateName, cause.line, cause.column], ["d", 2, 6]);
    deepStrictEqual(cause.position, { file: "a.yaml", line: 2, column: 7 });
    ok(cause.cause instanceof ExecError);
    strictEqual(cause.cause.detail, "error calling fail: v1");
    strictEqual((cause.cause.cause as Error).message, "v1");
    return true;
  });
});

Deno.test("TemplateSet.execute() passes an object where its type is asked for", () => {
  const take = func(["time.Month"], (month) => month.format());
  const point = func(["*main.Meta"], (meta) => meta === null ? "nil" : meta.goType);
  const funcs = { ...FUNCS, take, point };
  strictEqual(
    render("{{ take (month 2) }} {{ point .meta }} {{ point nil }}", { funcs }),
    "February *main.Meta nil",
  );
  const month = new Month(1);
  strictEqual(render("{{ . | take }}", { funcs, data: month }), "January");
  const at = 'template: a.yaml:1:8: executing "a.yaml" at ';
  deepStrictEqual(outcome("{{ take .n }}", { funcs }), {
    error: `${at}<.n>: wrong type for value; expected time.Month; got float64`,
  });
  deepStrictEqual(outcome("{{ take nil }}", { funcs }), {
    error: `${at}<nil>: cannot assign nil to time.Month`,
  });
});

Deno.test("TemplateSet.execute() ends recursion with an error, not with JavaScript's", () => {
  const r = '{{define "r"}}{{if true}}{{template "r" .}}{{end}}{{end}}';
  deepStrictEqual(outcome(`${r}{{template "r" .}}`), {
    error:
      'template: a.yaml:1:36: executing "r" at <{{template "r" .}}>: exceeded maximum template depth (100000)',
  });
  const i = '{{define "r"}}{{include "r" .}}{{end}}\n{{include "r" .}}';
  deepStrictEqual(outcome(i), {
    error:
      'template: a.yaml:2:2: executing "a.yaml" at <include "r" .>: stack overflow: templates or values are nested too deeply',
  });
  const data = newMap();
  data["self"] = data;
  deepStrictEqual(outcome("{{ . }}", { data }), {
    error:
      'template: a.yaml:1:3: executing "a.yaml" at <{{.}}>: stack overflow: templates or values are nested too deeply',
  });
});

Deno.test("TemplateSet.execute() recurses as deep as a chart may", () => {
  const text =
    '{{define "r"}}{{if lt . 800}}{{template "r" (add1 .)}}{{else}}end{{end}}{{end}}{{template "r" 0}}';
  strictEqual(render(text, { funcs: { add1: func(["int"], (n) => BigInt(n + 1)) } }), "end");
});

Deno.test("TemplateSet.execute() charges loops, calls, output and printing to the budget", () => {
  const twice = "{{ $l := list }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}";
  const rows: [text: string, limit: number, left: number | undefined][] = [
    ["{{ range 5 }}ab{{ end }}", 100, 100 - 5 - 1 - 10],
    ['{{ printf "%s" "abc" }}', 100, 100 - 1 - 3 - 1 - 3],
    ["{{ range 100000000000 }}{{ end }}", 1_000, undefined],
    ["{{ range 100 }}0123456789{{ end }}", 1_000, undefined],
    ['{{ $x := "0123" }}{{ range 50 }}{{ $x = print $x $x }}{{ end }}', 10_000, undefined],
    [`${twice}{{ $l }}`, 10_000, undefined],
    [`${twice}{{ printf "%d" $l }}`, 10_000, undefined],
    [`${twice}{{ print $l 1 }}`, 10_000, undefined],
    [`${twice}{{ html $l }}`, 10_000, undefined],
    [`${twice}{{ eq $l $l }}`, 10_000, undefined],
    ['{{ range 1000 }}{{ printf "%100000d" 1 }}{{ end }}', 1_000_000, undefined],
    ['{{define "r"}}{{range 2}}{{template "r"}}{{end}}{{end}}{{template "r"}}', 1_000, undefined],
  ];
  for (const [text, limit, left] of rows) {
    const budget = budgetOf(limit);
    if (left !== undefined) {
      render(text, { budget });
      strictEqual(budget.left, left, text);
    } else {
      throws(
        () => render(text, { budget }),
        (error) => error instanceof ExecError && error.detail.endsWith("budget used up"),
        text,
      );
    }
  }
});

Deno.test("TemplateSet.execute() stops for an aborted signal, and says nothing else", () => {
  const controller = new AbortController();
  const funcs = {
    stop: func([], () => controller.abort()),
    go: func([], () => controller.signal.throwIfAborted()),
  };
  throws(() => render("{{ stop }}{{ go }}", { funcs }), { name: "AbortError" });
  throws(() => render("x", { signal: controller.signal }), { name: "AbortError" });
});
