/**
 * Helmfile's templates: Go's, with sprig's functions and a few of helmfile's own.
 *
 * @module
 */
import { folderOf } from "../../files.ts";
import { RenderBudget } from "../../engine/budget.ts";
import { templateFunctions } from "../../engine/function_table.ts";
import { CapstanError } from "../../errors.ts";
import { mergeMaps } from "../../chart/value_files.ts";
import { builtinFuncs } from "../../template/funcs.ts";
import { parseTemplate, TemplateSet } from "../../template/template.ts";
import type { FuncMap, GoMap } from "../../template/value.ts";
import { func, isMap, variadic } from "../../template/value.ts";
import { asked, envFuncs, watched } from "./env_marks.ts";
import { joinPath } from "./source.ts";
import type { HelmfileFiles, LeftOut } from "./source.ts";

/** What a template sees. */
export interface TemplateScope {
  /** The environment's name. */
  readonly environment: string;
  /** The environment's values. */
  readonly values: GoMap;
  /** The kubeconfig's context that the environment names. */
  readonly kubeContext?: string | undefined;
  readonly namespace?: string | undefined;
  /** The release that a text is about. */
  readonly release?: GoMap | undefined;
  /** The event that a hook runs at. */
  readonly event?: string | undefined;
  /** Told what a template makes of environment variables that does not follow them. */
  readonly left: LeftOut;
}

/** Functions of helmfile's that run programs or fetch secrets: their results must not get into a file. */
const REFUSED = ["exec", "envExec", "fetchSecretValue", "expandSecretRefs"] as const;

/**
 * Renders a text of the file at `path`.
 *
 * @throws {CapstanError} Where the template fails, or does what cannot be carried over.
 */
export function renderText(
  files: HelmfileFiles,
  path: string,
  text: string,
  scope: TemplateScope,
): string {
  const budget = new RenderBudget();
  const base = templateFunctions({ helmVersion: "v4", budget, lookups: undefined });
  const data = dataOf(scope);
  const lost = (variable: string, by: string) =>
    scope.left.add(
      `environment variable ${variable}: \`${by}\` in ${path} sees only what stands in for it: what comes of that is as if it were set, and does not follow it`,
    );
  const { and: _, or: __, call: ___, ...builtin } = builtinFuncs(budget);
  const funcs = watched({ ...builtin, ...base, ...helmfileFuncs(files, path, base) }, lost);
  for (const variable of asked(text)) lost(variable, "if");
  const render = (name: string, template: string, context: unknown): string => {
    const set = new TemplateSet({ name });
    set.add(parseTemplate(name, template, { functions: (each) => each in all }));
    return set.execute(name, context, { funcs: all, budget, missingKey: "error" });
  };
  const all: FuncMap = {
    ...funcs,
    tpl: func(["string", "any"], (template, context) => render(path, template, context)),
  };
  return render(path, text, data);
}

function dataOf(scope: TemplateScope): GoMap {
  const { environment, values, kubeContext = "", namespace = "", release, event } = scope;
  const about = release === undefined ? {} : { Release: release, Event: { Name: event ?? "" } };
  return {
    Environment: { Name: environment, Values: values, KubeContext: kubeContext },
    Values: values,
    StateValues: values,
    Namespace: namespace,
    ...about,
  };
}

function helmfileFuncs(files: HelmfileFiles, path: string, base: FuncMap): FuncMap {
  const folder = folderOf(path);
  const read = (name: string) => {
    const text = files.read(joinPath(folder, name));
    if (text === undefined) throw new Error(`open ${name}: no such file or directory`);
    return text;
  };
  return {
    ...envFuncs(base),
    readFile: func(["string"], read),
    readDir: func(["string"], (name) => [...files.list(joinPath(folder, name))]),
    isFile: func(["string"], (name) => files.read(joinPath(folder, name)) !== undefined),
    get: variadic(["string"], "any", (key, ...rest) => getPath(key, rest, true)),
    getOrNil: variadic(["string"], "any", (key, ...rest) => getPath(key, rest, false)),
    required: func(["string", "any"], (message, value) => {
      if (value === null || value === undefined || value === "") throw new Error(message);
      return value;
    }),
    // Several maps; helmfile's own name for what sprig calls deepCopy and merge.
    ...(Object.hasOwn(base, "mergeOverwrite") ? { deepMerge: base["mergeOverwrite"]! } : {}),
    ...Object.fromEntries(
      REFUSED.map((name) => [
        name,
        variadic([], "any", () => {
          throw new CapstanError(`${name} is not carried over`, {
            code: "import/function",
            hint:
              `take ${name} out of ${path}, and do its work in the stack file, which is a program`,
          });
        }),
      ]),
    ),
  };
}

/** `get "a.b" map` and `get "a.b" default map`. */
function getPath(key: string, rest: readonly unknown[], must: boolean): unknown {
  let at: unknown = rest.at(-1);
  for (const part of key.split(".")) {
    const next = isMap(at) ? at[part] : undefined;
    if (next === undefined) {
      if (rest.length > 1) return rest[0];
      if (must) throw new Error(`no value exists for key "${part}" in ${key}`);
      return null;
    }
    at = next;
  }
  return at;
}

/** Later values over earlier ones. */
export function layered(layers: readonly GoMap[]): GoMap {
  return layers.reduce((below, over) => mergeMaps(below, over), {});
}
