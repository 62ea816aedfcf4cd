/**
 * Sets of field paths, which say who owns what in server-side apply. A path element is a string in
 * the notation of `metadata.managedFields[].fieldsV1`: `f:name`, `k:{"name":"web"}`, `v:"x"`.
 *
 * @module
 */
import { isObject, type JsonObject } from "./json.ts";

/** A set of paths as a trie. Operations return new sets and may share parts with old ones. */
export class FieldSet {
  /** Elements that are in the set themselves. */
  readonly members: Set<string>;
  /** Elements below which there are members. */
  readonly children: Map<string, FieldSet>;

  constructor(members = new Set<string>(), children = new Map<string, FieldSet>()) {
    this.members = members;
    this.children = children;
  }

  /** Whether nothing is in the set. */
  get empty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  /** The part below an element, made where it is missing. For sets under construction. */
  descend(element: string): FieldSet {
    let child = this.children.get(element);
    if (child === undefined) this.children.set(element, child = new FieldSet());
    return child;
  }

  /** Adds one path. For sets under construction. */
  insert(path: readonly string[]): void {
    if (path.length === 0) return;
    let node: FieldSet = this.#self();
    for (const element of path.slice(0, -1)) node = node.descend(element);
    node.members.add(path.at(-1)!);
  }

  /** Whether the set has exactly this path. */
  has(path: readonly string[]): boolean {
    let node: FieldSet | undefined = this.#self();
    for (const element of path.slice(0, -1)) node = node?.children.get(element);
    return node?.members.has(path.at(-1)!) ?? false;
  }

  union(other: FieldSet): FieldSet {
    if (other.empty) return this;
    if (this.empty) return other;
    const children = new Map(this.children);
    for (const [element, theirs] of other.children) {
      const ours = children.get(element);
      children.set(element, ours === undefined ? theirs : ours.union(theirs));
    }
    return new FieldSet(this.members.union(other.members), children);
  }

  intersection(other: FieldSet): FieldSet {
    const children = new Map<string, FieldSet>();
    for (const [element, ours] of this.children) {
      const theirs = other.children.get(element);
      if (theirs === undefined) continue;
      const common = ours.intersection(theirs);
      if (!common.empty) children.set(element, common);
    }
    return new FieldSet(this.members.intersection(other.members), children);
  }

  /** Paths of this set that are not in the other; a path in the other does not cover those below it. */
  difference(other: FieldSet): FieldSet {
    if (other.empty) return this;
    const children = new Map<string, FieldSet>();
    for (const [element, ours] of this.children) {
      const theirs = other.children.get(element);
      const rest = theirs === undefined ? ours : ours.difference(theirs);
      if (!rest.empty) children.set(element, rest);
    }
    return new FieldSet(this.members.difference(other.members), children);
  }

  /** This set without an element and all that is below it. */
  without(element: string): FieldSet {
    const members = new Set(this.members);
    const children = new Map(this.children);
    members.delete(element);
    children.delete(element);
    return new FieldSet(members, children);
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).empty && other.difference(this).empty;
  }

  /** Every path: at each level the members first, then what is below. */
  *paths(prefix: readonly string[] = []): Generator<readonly string[]> {
    for (const element of [...this.members].sort()) yield [...prefix, element];
    for (const element of [...this.children.keys()].sort()) {
      yield* this.children.get(element)!.paths([...prefix, element]);
    }
  }

  /** As fieldsV1. */
  toJSON(): JsonObject {
    const json: JsonObject = {};
    const elements = new Set([...this.members, ...this.children.keys()]);
    for (const element of [...elements].sort()) {
      const child = this.children.get(element)?.toJSON() ?? {};
      const own = this.members.has(element) && Object.keys(child).length > 0;
      json[element] = own ? { ".": {}, ...child } : child;
    }
    return json;
  }

  /** From fieldsV1. */
  static fromJSON(json: unknown): FieldSet {
    const set = new FieldSet();
    if (!isObject(json)) return set;
    for (const [element, below] of Object.entries(json)) {
      if (element === ".") continue;
      const child = FieldSet.fromJSON(below);
      if (child.empty || (isObject(below) && "." in below)) set.members.add(element);
      if (!child.empty) set.children.set(element, child);
    }
    return set;
  }

  #self(): FieldSet {
    return this;
  }
}

/** A path as messages show it: `.spec.containers[name="web"].image`. */
export function formatPath(path: readonly string[]): string {
  return path.map((element) => {
    const rest = element.slice(2);
    if (element.startsWith("f:")) return `.${rest}`;
    if (element.startsWith("v:")) return `[=${rest}]`;
    const keys = Object.entries(JSON.parse(rest) as JsonObject);
    return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
  }).join("");
}
