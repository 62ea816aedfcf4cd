/**
 * What functions of templates do with the values that they are given: hand them on, look at one key
 * of them, or, as all that are not named here, use them whole.
 *
 * @module
 */
import { itemsOf, keyOf, useWhole } from "./value_origin.ts";
import type { Origin, Origins } from "./value_origin.ts";

/** An argument: where it may come from, and its text where it is a literal. */
export interface ReadArgument {
  readonly origins: Origins;
  readonly text: string | undefined;
}

type Arguments = readonly ReadArgument[];

/** What these functions say of their arguments tells nothing of what is in them. */
const TESTS = new Set(
  "empty eq fail ge gt kindIs kindOf le len lt ne not typeIs typeIsLike typeOf".split(" "),
);
/** They yield one of their arguments, or what is in several of them. */
const PASS = new Set(
  ("and coalesce compact concat deepCopy default initial merge mergeOverwrite mustCompact mustDeepCopy " +
    "mustInitial mustMerge mustMergeOverwrite mustRest mustReverse mustUniq omit or required rest " +
    "reverse ternary uniq unset").split(" "),
);
const ITEM = new Set("first last mustFirst mustLast".split(" "));
const LIST = new Set("list tuple".split(" "));
const EXTEND = new Set("append mustAppend mustPrepend prepend push mustPush".split(" "));

/** What a function yields; what it reads of its arguments is noted. */
export function callReads(name: string, given: Arguments): Origins {
  const all = given.flatMap(({ origins }) => origins);
  const [first, second] = given;
  if (TESTS.has(name)) return [];
  if (PASS.has(name)) return all;
  if (ITEM.has(name)) return itemsOf(all);
  if (LIST.has(name)) return [made(new Map(), all)];
  if (EXTEND.has(name)) return [made(new Map(), [...itemsOf(first?.origins ?? []), ...all])];
  switch (name) {
    case "dict":
      return [dictOf(given)];
    case "set":
      return setKey(given);
    case "index":
    case "get":
      return given.slice(1).reduce<Origins>(below, first?.origins ?? []);
    case "hasKey":
      if (first !== undefined && second !== undefined) below(first.origins, second);
      return [];
    case "dig": {
      const [fallback, from] = given.slice(-2);
      const found = given.slice(0, -2).reduce<Origins>(below, from?.origins ?? []);
      return [...found, ...fallback?.origins ?? []];
    }
    case "pluck":
      return first === undefined
        ? []
        : [made(new Map(), given.slice(1).flatMap(({ origins }) => below(origins, first)))];
    case "pick":
      return [pickOf(given)];
    default:
      useWhole(all);
      return [];
  }
}

function below(origins: Origins, { text }: ReadArgument): Origins {
  return text === undefined ? itemsOf(origins) : keyOf(origins, text);
}

function made(entries: Map<string, Origins>, rest: Origins): Origin {
  return { kind: "made", entries, rest: [...rest] };
}

function dictOf(given: Arguments): Origin {
  const entries = new Map<string, Origins>();
  const rest: Origin[] = [];
  for (let at = 0; at + 1 < given.length; at += 2) {
    const { text } = given[at]!;
    const { origins } = given[at + 1]!;
    if (text === undefined) rest.push(...origins);
    else entries.set(text, origins);
  }
  return made(entries, rest);
}

function pickOf([map, ...keys]: Arguments): Origin {
  const pairs = keys.map((key) => [key.text, below(map?.origins ?? [], key)] as const);
  const rest = pairs.flatMap(([text, origins]) => text === undefined ? origins : []);
  const known = pairs.filter((pair): pair is readonly [string, Origins] => pair[0] !== undefined);
  return made(new Map(known), rest);
}

/** `set` changes the map that it is given. */
function setKey([map, key, value]: Arguments): Origins {
  if (map === undefined || value === undefined) return [];
  for (const origin of map.origins) {
    if (origin.kind !== "made") useWhole(value.origins.filter((each) => !isValuesOf(origin, each)));
    else if (key?.text === undefined) origin.rest.push(...value.origins);
    else origin.entries.set(key.text, [...origin.entries.get(key.text) ?? [], ...value.origins]);
  }
  return map.origins;
}

/** Whether a context is given its own values back, as after another's were lent to it. */
function isValuesOf(context: Origin, value: Origin): boolean {
  return context.kind === "context" && value.kind === "value" && value.reads === context.values;
}
