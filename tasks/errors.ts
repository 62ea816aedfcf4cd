// deno-lint-ignore-file no-console -- a program of its own
/**
 * `deno task errors`: writes docs/errors.md, a table of every error that has a code, from the places
 * that throw them. A test holds the page to the sources.
 */

/** An error as a place in the sources throws it. */
interface Thrown {
  readonly code: string;
  readonly message: string;
  /** What it says to do; an expression until constants are known. */
  readonly hint: string;
}

/** What stands for the parts of a message that differ, by the last word of the expression in its place. */
const SAMPLES: Readonly<Record<string, string>> = {
  alias: "charts",
  apiVersion: "example.com/v1",
  chart: "web",
  command: "./render.sh",
  context: "prod",
  file: "charts/web/values.yaml",
  fileName: "web-1.2.0.tgz",
  folder: "shop",
  host: "registry.example.com",
  id: "web/apply",
  key: "web",
  kind: "Widget",
  name: "web",
  output: "report.html",
  path: "./charts/web",
  reference: "dbb",
  revision: "3",
  server: "https://10.0.0.1:6443",
  start: "uninstall: Release name",
  url: "https://charts.example.com",
  version: "1.2.0",
};

/** Examples of messages that are put together elsewhere. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "chart/unsafe": "error evaluating symlink …",
  "flag/filter": "error parsing regexp: missing closing )",
  "kubeconfig/context": 'context "prod" does not exist',
  "lint/failed": "1 chart(s) linted, 1 chart(s) failed",
  "registry/no-chart":
    'chart "web" version "9.x" not found in https://charts.example.com repository',
  "release/conflict":
    'unable to continue with install: Service "web" in namespace "shop" exists and cannot be imported into the current release: …',
  "release/not-owned":
    'unable to continue with install: Service "web" in namespace "shop" exists and cannot be imported into the current release: …',
  "release/failed": "failed pre-install: Job web-migrate failed: BackoffLimitExceeded",
  "schedule/limit": "the limit of pool releases must be a positive integer: got 0",
  "release/pending": "another operation (install/upgrade/rollback) is in progress",
};

/** Examples of errors that no `new` makes by the name of their class, nor with a message of its own. */
const BY_CLASS: readonly Thrown[] = [
  {
    code: "wait/timeout",
    message:
      "resource Deployment/shop/web not ready. status: InProgress, message: Available: 0/3, context deadline exceeded",
    hint: "look at Deployment shop/web",
  },
  {
    code: "wait/failed",
    message:
      "resource Job/shop/migrate not ready. status: Failed, message: Job Failed. failed: 1/1",
    hint: "Job migrate: migrate-x2x4z: Error (exit code 1)",
  },
  {
    code: "render",
    message: "parse error at (web/templates/config.yaml:1): missing value for if",
    hint: "",
  },
  { code: "release/failed", message: ELSEWHERE["release/failed"]!, hint: "" },
  {
    code: "template/execute",
    message:
      'web/templates/config.yaml:1:13 executing "web/templates/config.yaml" at <.Values.a.b>: nil pointer evaluating interface {}.b',
    hint: ".Values.a has no value; set it, or ask first: {{ with .Values.a }}{{ .b }}{{ end }}",
  },
];

/** The page. */
export async function errorsPage(root: string): Promise<string> {
  const texts = await Promise.all((await sources(root)).map((path) => Deno.readTextFile(path)));
  const defaults = defaultCodes(texts);
  const shared = constantsIn(texts.join("\n"), /^export const/);
  const thrown = texts.flatMap((text) =>
    thrownIn(text, defaults).map(({ hint, ...rest }) => ({
      ...rest,
      hint: hintOf(withConstants(hint, { ...shared, ...constantsIn(text, /^(?:export )?const/) })),
    }))
  );
  thrown.push(...BY_CLASS);
  const byCode = Map.groupBy(thrown, ({ code }) => code);
  const areas = Map.groupBy([...byCode.keys()].sort(), (code) => code.split("/")[0]!);
  const lines = [INTRODUCTION];
  for (const [area, codes] of areas) {
    lines.push(`## ${area}\n`, "| code | message | what to do |", "| --- | --- | --- |");
    for (const code of codes) {
      const seen = new Set<string>();
      for (const { message, hint } of byCode.get(code)!) {
        const line = `| \`${code}\` | ${cell(message)} | ${cell(hint)} |`;
        if (!seen.has(line)) lines.push(line);
        seen.add(line);
      }
    }
    lines.push("");
  }
  return lines.join("\n");
}

const INTRODUCTION = `# Errors

Every error of Capstan that has a code, with an example of its message and what it tells the reader to do. Programs
find the code in the \`code\` of a \`CapstanError\`; it stays the same where words change. Errors of an API server have
the code \`kube/\` and the server's reason (\`kube/not-found\`, \`kube/forbidden\`), and the server's words. \`…\` stands for
what differs; most often it is the words of what went wrong below. An error that a stack's own code throws, or that
nobody foresaw, has its own words and the code \`error\`.

This page is written by \`deno task errors\` from the sources.
`;

/** Text in a table: no line breaks, no cell ends. */
function cell(text: string): string {
  const one = text.replace(/\s+/g, " ").trim().replaceAll("|", "\\|").replaceAll("<", "&lt;");
  return one.replace(/ ?…(?: ?…)+/g, " …");
}

async function sources(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await sources(`${folder}/${name}`));
    else if (name.endsWith(".ts")) found.push(`${folder}/${name}`);
  }
  return found.sort();
}

/** The texts that constants stand for, written out where they are declared. */
function constantsIn(text: string, declared: RegExp): Readonly<Record<string, string>> {
  const declaration = new RegExp(`${declared.source} ([A-Z][A-Z_]+) =\\s+("[^"\\n]*")`, "gm");
  return Object.fromEntries(
    [...text.matchAll(declaration)].map(([, name, value]) => [name, value]),
  );
}

/** An expression with the texts of constants in their place; names within a text are words. */
function withConstants(expression: string, constants: Readonly<Record<string, string>>): string {
  return expression.replace(
    /"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|\b[A-Z][A-Z_]+\b/g,
    (found) => constants[found] ?? found,
  );
}

/** The codes that classes of errors give where their maker names none. */
function defaultCodes(texts: readonly string[]): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  const parents = new Map<string, string>();
  for (const text of texts) {
    for (const [body, name, parent] of text.matchAll(CLASS)) {
      parents.set(name!, parent!);
      const code = /super\(message,[^}]*?code: "([a-z/-]+)"/.exec(body)?.[1];
      if (code !== undefined) codes.set(name!, code);
    }
  }
  for (const [name] of parents) {
    let above = parents.get(name);
    while (above !== undefined && !codes.has(name)) {
      if (codes.has(above)) codes.set(name, codes.get(above)!);
      above = parents.get(above);
    }
  }
  return codes;
}

const CLASS = /\bclass (\w+Error) extends (\w*Error)\b[\s\S]*?^}/gm;

function thrownIn(source: string, defaults: ReadonlyMap<string, string>): Thrown[] {
  // Examples in documentation are no errors.
  const text = source.replace(/\/\*\*[\s\S]*?\*\//g, "");
  const found: Thrown[] = [];
  for (
    const match of text.matchAll(
      /\bnew (\w*Error)\(|\bsuper\((?=`)|\b(?:mistake|report)\((?=\s*")/g,
    )
  ) {
    const given = argumentsAt(text, match.index + match[0].length - 1);
    const [first = "", second = "", ...rest] = given;
    if (/^(?:mistake|report)/.test(match[0])) {
      const [code] = literals(first);
      const hint = match[0].startsWith("report") ? rest[0] : rest[1];
      if (code !== undefined && text.includes("code: `stack/${code}`")) {
        found.push({ code: `stack/${code}`, message: sample(second), hint: hint ?? "" });
      }
      continue;
    }
    const options = given.slice(1).join(",");
    const named = codesIn(options);
    const usual = defaults.get(match[1] ?? "");
    for (const code of named.length > 0 || usual === undefined ? named : [usual]) {
      const message = sample(first);
      const hint =
        /\bhint:([\s\S]*?)(?:,\s*(?:position|cause|excerpt|code)\b|$)/.exec(options)?.[1] ?? "";
      found.push({
        code,
        message: message === "…" ? ELSEWHERE[code] ?? "(the words of what went wrong)" : message,
        hint,
      });
    }
  }
  return found;
}

/** The codes that options can give: one, or those of a choice. */
function codesIn(options: string): string[] {
  const value = /\bcode:([^,}]*)/.exec(options)?.[1] ?? "";
  return [...value.matchAll(/"([a-z]+(?:-[a-z]+)*(?:\/[a-z0-9-]+)?)"/g)].map(([, code]) => code!);
}

/** The arguments of a call whose parenthesis opens at a place. */
function argumentsAt(text: string, open: number): string[] {
  const found: string[] = [];
  let depth = 0, start = open + 1;
  for (let i = open; i < text.length; i++) {
    const char = text[i]!;
    if (char === "/" && text[i + 1] === "/") i = text.indexOf("\n", i);
    else if (`"'\``.includes(char)) i = endOfText(text, i);
    else if ("([{".includes(char)) depth++;
    else if (")]}".includes(char)) {
      if (--depth > 0) continue;
      found.push(text.slice(start, i).trim());
      return found.filter((part) => part !== "");
    } else if (char === "," && depth === 1) {
      found.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return found;
}

/** The place of the quote that ends a text; templates may hold others. */
function endOfText(text: string, start: number): number {
  const quote = text[start]!;
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote) return i;
    else if (quote === "`" && text.startsWith("${", i)) i = endOfHole(text, i + 1);
  }
  return text.length;
}

function endOfHole(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (`"'\``.includes(text[i]!)) i = endOfText(text, i);
    else if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return i;
  }
  return text.length;
}

/** The texts in an expression, with samples in their holes. */
function literals(expression: string): string[] {
  const found: string[] = [];
  for (let i = 0; i < expression.length; i++) {
    if (!`"'\``.includes(expression[i]!)) continue;
    const end = endOfText(expression, i);
    found.push(filled(expression.slice(i + 1, end)));
    i = end;
  }
  return found;
}

/** A message as a reader sees it. */
function sample(expression: string): string {
  if (expression.includes("?") && expression.includes(" : ") && !/^[`"]/.test(expression)) {
    return "…";
  }
  const text = literals(expression).join("");
  return text === "" ? "…" : text;
}

function filled(text: string): string {
  let result = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") {
      const next = text[++i]!;
      result += next === "n" ? " " : next;
    } else if (text.startsWith("${", i)) {
      const end = endOfHole(text, i + 1);
      result += sampleOf(text.slice(i + 2, end));
      i = end;
    } else result += text[i];
  }
  return result;
}

function sampleOf(expression: string): string {
  const quoted = /^(?:JSON\.stringify|quoteGo|quote)\((.*)\)$/s.exec(expression.trim())?.[1];
  const word = /(\w+)!?$/.exec((quoted ?? expression).trim())?.[1] ?? "";
  const isName = /^[\w.!?]+$/.test((quoted ?? expression).trim());
  const value = isName && Object.hasOwn(SAMPLES, word) ? SAMPLES[word]! : "…";
  return quoted === undefined ? value : `"${value}"`;
}

/** The sentences that a hint may be. */
function hintOf(expression: string): string {
  return literals(expression).filter((text) => text.split(" ").length > 2).join("; or: ");
}

if (import.meta.main) {
  const root = new URL("../", import.meta.url).pathname;
  await Deno.writeTextFile(`${root}docs/errors.md`, await errorsPage(`${root}lib`));
  console.log("docs/errors.md");
}
