/**
 * A helmfile's hooks: programs that it runs before and after a release.
 *
 * @module
 */
import { isMap } from "../../template/value.ts";
import type { LeftOut } from "./source.ts";

/** A hook that a stack can have. */
export interface ImportedHook {
  readonly name: string;
  readonly when: "before" | "after";
  readonly command: string;
  readonly args: readonly string[];
}

/** What a list of hooks belongs to. */
export interface HookOwner {
  /** Begins the hooks' names. */
  readonly name: string;
  /** Names it in what is left out. */
  readonly owner: string;
  readonly left: LeftOut;
  /** A scalar as text, for the hook of an event. */
  text(value: unknown, event?: string): string;
}

/** Helmfile's events that have a place in a stack. */
const EVENTS: Readonly<Record<string, ImportedHook["when"]>> = {
  prepare: "before",
  presync: "before",
  preapply: "before",
  postsync: "after",
};

/** The hooks of a list, one for each event. What no stack hook can do is noted. */
export function hooksOf(list: unknown, owner: HookOwner): ImportedHook[] {
  const { left, name, text } = owner;
  const hooks: ImportedHook[] = [];
  for (const [index, entry] of (Array.isArray(list) ? list : []).filter(isMap).entries()) {
    const { command, args, events, ...rest } = entry;
    const what = `${owner.owner}: hook ${command === undefined ? index + 1 : text(command)}`;
    for (const key of Object.keys(rest)) if (key !== "showlogs") left.add(`${what}: ${key}`);
    for (const each of Array.isArray(events) ? events.map(String) : []) {
      const when = EVENTS[each];
      if (when === undefined) left.add(`${what}: at ${each}`);
      else if (command !== undefined) {
        const number = hooks.length === 0 ? "" : `-${hooks.length + 1}`;
        hooks.push({
          name: `${name}-${each}${number}`,
          when,
          command: text(command, each),
          args: (Array.isArray(args) ? args : []).map((arg) => text(arg, each)),
        });
      }
    }
  }
  return hooks;
}
