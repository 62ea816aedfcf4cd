/**
 * A stack file from what a helmfile comes to in each of its environments.
 *
 * @module
 */
import { bracketed, objectCode } from "../code.ts";
import { literal } from "./code.ts";
import type { Evaluated } from "./evaluate.ts";
import { Names } from "../names.ts";
import type { DeclaredHook, DeclaredRelease } from "./nodes.ts";
import { declarations } from "./nodes.ts";

/** What {@linkcode stackText} takes. */
export interface StackTextOptions {
  /** The stack's name. */
  readonly name: string;
  /** By environment. */
  readonly evaluated: ReadonlyMap<string, Evaluated>;
  /** Releases in flight at once. */
  readonly parallelism?: number | undefined;
  /** The helmfile's path. */
  readonly from: string;
  readonly leftOut: readonly string[];
}

/** The text of a stack file. */
export function stackText(options: StackTextOptions): string {
  const { evaluated, leftOut, from } = options;
  const environments = [...evaluated.keys()];
  const names = new Names();
  const repositories = repositoryLines(evaluated, names);
  const { hooks, releases, order } = declarations(evaluated, names);
  const chooser = new Chooser(environments);
  const byRepository = new Map(repositories.map(({ url, variable }) => [url, variable]));
  const resolve = (code: string) =>
    code.replace(/@REPO:(.+?)@/g, (_, url: string) => byRepository.get(url)!);
  const lines = order.map((node) =>
    "run" in node ? hookText(node, chooser) : releaseText(node, chooser, resolve)
  );
  const listed = (nodes: readonly (DeclaredHook | DeclaredRelease)[]) =>
    bracketed(
      "[",
      nodes.map((node) => chooser.member(node.variable, node.environments)),
      "]",
      "  ",
    );
  const definition = objectCode([
    ["name", literal(options.name)],
    ["releases", listed(releases)],
    ...(hooks.length === 0 ? [] : [["hooks", listed(hooks)] as const]),
    ...(options.parallelism === undefined
      ? []
      : [["parallelism", String(options.parallelism)] as const]),
  ]);
  const body = chooser.used || environments.length > 1
    ? inFunction(environments, chooser, lines, definition)
    : [...lines, "", `const stack = defineStack(${definition});`];
  const code = [...repositories.map(({ code }) => code), ...body].join("\n");
  return [
    ...headLines(from, leftOut),
    importLine(code),
    "",
    code,
    "",
    "export default stack;",
    "",
    "if (import.meta.main) await main(stack);",
    ...helperLines(code),
    "",
  ].join("\n");
}

function headLines(from: string, leftOut: readonly string[]): string[] {
  const left = leftOut.length === 0 ? [] : [
    "//",
    "// Not carried over:",
    ...leftOut.map((line) => `// - ${line.replaceAll("\n", " ")}`),
  ];
  return [`// From ${from}, by \`capstan import\`.`, ...left, ""];
}

function importLine(code: string): string {
  const names = ["defineStack", "hook", "kubeContext", "main", "release", "repository"].filter((
    name,
  ) => name === "main" || name === "defineStack" || new RegExp(`\\b${name}\\(`).test(code));
  const types = /\bcommand\(/.test(code)
    ? '\nimport type { HookContext } from "@capstan/capstan";'
    : "";
  return `import { ${names.join(", ")} } from "@capstan/capstan";${types}`;
}

interface RepositoryLine {
  readonly url: string;
  readonly variable: string;
  readonly code: string;
}

/** The repositories that charts come from. */
function repositoryLines(
  evaluated: ReadonlyMap<string, Evaluated>,
  names: Names,
): RepositoryLine[] {
  const all = [...evaluated.values()];
  const used = new Set(all.flatMap(({ releases }) => releases.map(({ repository }) => repository)));
  return [...used].flatMap((url) => {
    if (url === undefined) return [];
    const known = all.flatMap(({ repositories }) => repositories).find((each) => each.url === url);
    const variable = names.take(known?.name ?? url.split("/").at(-1)!, "Charts");
    const options = known === undefined || known.options.size === 0
      ? ""
      : `, ${objectCode(known.options)}`;
    return [{ url, variable, code: `const ${variable} = repository(${literal(url)}${options});` }];
  });
}

/** Says what differs between environments. */
class Chooser {
  used = false;
  constructor(private readonly environments: readonly string[]) {}

  /** One expression where all environments have the same. */
  choose(codes: ReadonlyMap<string, string>, of: readonly string[], indent: string): string {
    const distinct = new Set(codes.values());
    if (distinct.size === 1 && of.every((name) => codes.has(name))) return [...distinct][0]!;
    this.used = true;
    if (![...codes.values()].some((code) => code.includes("requiredEnv("))) {
      return `by(${objectCode(codes, indent)})`;
    }
    // Only the chosen environment's variables must be set.
    const late = [...codes].map(([name, code]): [string, string] => [name, `() => (${code})`]);
    return `by(${objectCode(late, indent)})()`;
  }

  /** An item of a list that not every environment has. */
  member(code: string, of: readonly string[]): string {
    if (of.length === this.environments.length) return code;
    this.used = true;
    return `...within(${of.map((name) => literal(name)).join(", ")})(${code})`;
  }
}

function releaseText(
  { variable, name, environments, options, needs }: DeclaredRelease,
  chooser: Chooser,
  resolve: (code: string) => string,
): string {
  const fields = [...options].map(([key, codes]): [string, string] => [
    key,
    resolve(chooser.choose(codes, environments, "  ")),
  ]);
  const need = chooser.choose(needs, environments, "  ");
  if (need !== "[]") fields.push(["needs", need]);
  return `const ${variable} = release(${literal(name)}, ${objectCode(fields)});`;
}

function hookText(
  { variable, name, environments, after, run }: DeclaredHook,
  chooser: Chooser,
): string {
  const fields: [string, string][] = [];
  const waits = chooser.choose(after, environments, "  ");
  if (waits !== "[]") fields.push(["after", waits]);
  fields.push(["run", chooser.choose(run, environments, "  ")]);
  return `const ${variable} = hook(${literal(name)}, ${objectCode(fields)});`;
}

function inFunction(
  environments: readonly string[],
  chooser: Chooser,
  lines: readonly string[],
  definition: string,
): string[] {
  const list = environments.map((name) => literal(name)).join(", ");
  const helpers = chooser.used
    ? [
      "const by = <T>(choices: Record<string, T>): T => choices[env.name]!;",
      "const within = (...names: string[]) => <T>(node: T): T[] => names.includes(env.name) ? [node] : [];",
    ]
    : [];
  const text = [...lines, "", `return ${definition};`].join("\n");
  return [
    "const stack = defineStack((env) => {",
    `  if (![${list}].includes(env.name)) {`,
    `    throw new Error(\`there is no environment \${env.name}: use --env with one of ${
      environments.join(", ")
    }\`);`,
    "  }",
    ...helpers.filter((line) => new RegExp(`\\b${/const (\w+)/.exec(line)![1]}\\(`).test(text)).map(
      (line) => `  ${line}`,
    ),
    ...text.split("\n").map((line) => line === "" ? "" : `  ${line}`),
    "});",
  ];
}

const COMMAND = `
/** Runs a program from the stack's folder; needs --allow-run. */
function command(program: string, args: string[] = []) {
  return async ({ log, signal }: HookContext) => {
    const cwd = import.meta.dirname;
    const options = cwd === undefined ? { args, signal } : { args, signal, cwd };
    const { success, code, stdout, stderr } = await new Deno.Command(program, options).output();
    for (const bytes of [stdout, stderr]) {
      const text = new TextDecoder().decode(bytes).trimEnd();
      if (text !== "") text.split("\\n").forEach((line) => log(line));
    }
    if (!success) throw new Error(\`\${program} ended with exit code \${code}\`);
  };
}`;

const REQUIRED = `
/** An environment variable that must be set; needs --allow-env. */
function requiredEnv(name: string): string {
  const value = Deno.env.get(name);
  if (value === undefined || value === "") throw new Error(\`set the environment variable \${name}\`);
  return value;
}`;

const SCALAR = `
/** What YAML takes an unquoted text for. */
function scalar(text: string): string | number | boolean | null {
  if (/^(|~|null|Null|NULL)$/.test(text)) return null;
  if (/^(true|True|TRUE|false|False|FALSE)$/.test(text)) return text.toLowerCase() === "true";
  return /^[-+]?(\\.\\d+|\\d+(\\.\\d*)?)(e[-+]?\\d+)?$/i.test(text) ? Number(text) : text;
}`;

function helperLines(code: string): string[] {
  return [
    ...(/\bcommand\(/.test(code) ? [COMMAND] : []),
    ...(/\brequiredEnv\(/.test(code) ? [REQUIRED] : []),
    ...(/\bscalar\(/.test(code) ? [SCALAR] : []),
  ];
}
