/**
 * Releases over the templates that they inherit.
 *
 * @module
 */
import { isMap } from "../../template/value.ts";
import type { GoMap } from "../../template/value.ts";

interface Entry {
  readonly template: string;
  readonly except: readonly unknown[];
}

/**
 * A release over its templates, and over those that all releases inherit (`defaultInherit`). As in
 * helmfile (releaseWithInheritedTemplate in pkg/state/state_exec_tmpl.go, by mergo) lists are
 * joined, maps are merged, and what is empty or `false` gives way to what a template has.
 *
 * @param missing Told of templates that there are none of, and of those that inherit themselves.
 */
export function inherited(
  release: GoMap,
  document: GoMap,
  missing: (template: string) => void,
): GoMap {
  const templates = isMap(document["templates"]) ? document["templates"] : {};
  const named = entriesOf(release["inherit"]);
  const byDefault = namesOf(document["defaultInherit"])
    .filter((name) => !named.some(({ template }) => template === name))
    .map((template): Entry => ({ template, except: [] }));
  const over = (item: GoMap, entries: readonly Entry[], inside: readonly string[]): GoMap => {
    const layers = entries.flatMap(({ template, except }) => {
      const found = templates[template];
      if (!isMap(found) || inside.includes(template)) {
        missing(template);
        return [];
      }
      const whole = over(found, entriesOf(found["inherit"]), [...inside, template]);
      return [Object.fromEntries(Object.entries(whole).filter(([key]) => !except.includes(key)))];
    });
    return [...layers, item].reduce(joined, {});
  };
  return over(release, [...byDefault, ...named], []);
}

function entriesOf(value: unknown): Entry[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter(isMap).map(({ template, except }) => ({
    template: String(template),
    except: Array.isArray(except) ? except : [],
  }));
}

function namesOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((name) => typeof name === "string").map((name) => name.trim())
    .filter((name) => name !== "");
}

function joined(below: GoMap, over: GoMap): GoMap {
  const result = { ...below };
  for (const [key, value] of Object.entries(over)) {
    const here = result[key];
    if (Array.isArray(here) && Array.isArray(value)) result[key] = [...here, ...value];
    else if (isMap(here) && isMap(value)) result[key] = { ...here, ...value };
    else if (here === undefined || !isEmpty(value)) result[key] = value;
  }
  return result;
}

function isEmpty(value: unknown): boolean {
  return value === false || value === null || value === undefined || value === "" || value === 0;
}
