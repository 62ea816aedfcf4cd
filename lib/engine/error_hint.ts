/**
 * What to do about a template that failed, where its error tells.
 *
 * @module
 */

import { ExecError } from "../template/errors.ts";
import { closest } from "../text.ts";
import { causes } from "./causes.ts";

/** The names that a template can use. */
export interface KnownNames {
  readonly functions: Iterable<string>;
  readonly templates: Iterable<string>;
}

/** A sentence for the person who reads the error; `undefined` where there is nothing to add. */
export function hintFor(error: unknown, { functions, templates }: KnownNames): string | undefined {
  const inner = causes(error).at(-1);
  if (inner === undefined) return undefined;
  const [, name] = /function "([^"]+)" not defined$/.exec(inner.message) ?? [];
  if (name !== undefined) return meant(closest(name, functions));
  const [, template] = /template "([^"]+)" (?:associated with|not defined$)/.exec(inner.message) ??
    [];
  if (template !== undefined) return meant(closest(template, templates));
  return inner instanceof ExecError ? unsetHint(inner) : undefined;
}

function meant(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `did you mean ${name}?`;
}

/** For a field of what is not there: which value is missing. */
function unsetHint({ detail, nodeText }: ExecError): string | undefined {
  const [, field] = /^nil pointer evaluating .*\.([^.]+)$/.exec(detail) ?? [];
  if (field === undefined || !/^[$.][\w.]*$/.test(nodeText)) return undefined;
  const [owner, rest] = nodeText.split(`.${field}`, 2);
  if (!owner || rest === undefined) return undefined;
  return `${owner} has no value; set it, or ask first: {{ with ${owner} }}{{ .${field} }}{{ end }}`;
}
