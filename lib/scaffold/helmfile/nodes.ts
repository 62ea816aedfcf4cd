/**
 * Releases and hooks of all environments as declarations of a stack file, each after what it names.
 *
 * @module
 */
import { literal } from "./code.ts";
import type { Evaluated } from "./evaluate.ts";
import type { ImportedHook } from "./hooks.ts";
import type { Names } from "../names.ts";
import type { ImportedRelease } from "./releases.ts";

/** A release of some environments. Expressions are by environment. */
export interface DeclaredRelease {
  readonly variable: string;
  readonly name: string;
  readonly environments: string[];
  readonly options: Map<string, Map<string, string>>;
  readonly needs: Map<string, string>;
}

/** A hook of some environments. Expressions are by environment. */
export interface DeclaredHook {
  readonly variable: string;
  readonly name: string;
  readonly environments: string[];
  readonly after: Map<string, string>;
  readonly run: Map<string, string>;
}

/** What a stack file declares. */
export interface Declarations {
  readonly releases: readonly DeclaredRelease[];
  readonly hooks: readonly DeclaredHook[];
  /** All of them, each after what it names. */
  readonly order: readonly (DeclaredRelease | DeclaredHook)[];
}

/** Puts the environments together. */
export function declarations(
  evaluated: ReadonlyMap<string, Evaluated>,
  names: Names,
): Declarations {
  const builder = new Builder(names);
  for (const [environment, { releases }] of evaluated) {
    for (const release of releases) builder.declare(release, environment);
  }
  for (const [environment, each] of evaluated) builder.connect(environment, each);
  return builder.done();
}

/** What a need such as `data/db` names; a release with fewer parts than the need has does not fit. */
export function findNeed(
  need: string,
  releases: readonly ImportedRelease[],
  from: ImportedRelease,
): ImportedRelease | undefined {
  const parts = need.split("/");
  const name = parts.at(-1);
  const fits = releases.filter((each) => {
    const key = each.key.split("/");
    return each.name === name &&
      parts.every((part, index) => part === "" || key[key.length - parts.length + index] === part);
  });
  return fits.find(({ namespace }) => namespace === from.namespace) ?? fits[0];
}

class Builder {
  readonly #releases = new Map<string, DeclaredRelease>();
  readonly #hooks = new Map<string, DeclaredHook>();
  readonly #hookNames = new Set<string>();
  /** Variables that each variable's declaration names. */
  readonly #uses = new Map<string, Set<string>>();
  constructor(private readonly names: Names) {}

  declare({ key, name, namespace, options }: ImportedRelease, environment: string): void {
    const known = this.#releases.get(key);
    const node: DeclaredRelease = known ?? {
      variable: this.names.take(
        this.#isNameTaken(name) && namespace !== undefined ? `${namespace}-${name}` : name,
      ),
      name,
      environments: [],
      options: new Map(),
      needs: new Map(),
    };
    this.#releases.set(key, node);
    if (node.environments.includes(environment)) return;
    node.environments.push(environment);
    for (const [option, code] of options) {
      const codes = node.options.get(option) ?? new Map<string, string>();
      node.options.set(option, codes.set(environment, code));
    }
  }

  #isNameTaken(name: string): boolean {
    return [...this.#releases.values()].some((each) => each.name === name);
  }

  connect(environment: string, { releases, hooks }: Evaluated): void {
    const first = hooks.map((hook) => this.#hook("", hook, environment, []));
    const after = new Map<string, string[]>();
    for (const release of releases) {
      const { variable } = this.#releases.get(release.key)!;
      const list = release.hooks.filter(({ when }) => when === "after");
      after.set(
        release.key,
        list.map((hook) => this.#hook(release.key, hook, environment, [variable]).variable),
      );
    }
    for (const release of releases) {
      const node = this.#releases.get(release.key)!;
      // What hangs on a release also waits for the hooks after it, as in helmfile.
      const needs = release.needs.flatMap((need) => {
        const found = findNeed(need, releases, release);
        if (found === undefined) return [];
        return [this.#releases.get(found.key)!.variable, ...after.get(found.key)!];
      });
      const waits = needs.length === 0 ? first.map(({ variable }) => variable) : needs;
      const before = release.hooks.filter(({ when }) => when === "before").map((hook) =>
        this.#hook(release.key, hook, environment, waits).variable
      );
      const all = [...new Set([...waits, ...before])];
      node.needs.set(environment, `[${all.join(", ")}]`);
      this.#use(node.variable, all);
    }
  }

  #hook(
    owner: string,
    hook: ImportedHook,
    environment: string,
    after: readonly string[],
  ): DeclaredHook {
    const key = `${owner} ${hook.name}`;
    const node = this.#hooks.get(key) ?? {
      variable: this.names.take(hook.name),
      name: this.#hookName(hook.name),
      environments: [],
      after: new Map<string, string>(),
      run: new Map<string, string>(),
    };
    this.#hooks.set(key, node);
    node.environments.push(environment);
    node.after.set(environment, `[${after.join(", ")}]`);
    const args = hook.args.length === 0 ? "" : `, ${literal(hook.args, "  ")}`;
    node.run.set(environment, `command(${literal(hook.command)}${args})`);
    this.#use(node.variable, after);
    return node;
  }

  #hookName(name: string): string {
    let free = name;
    for (let n = 2; this.#hookNames.has(free); n++) free = `${name}-${n}`;
    this.#hookNames.add(free);
    return free;
  }

  #use(variable: string, used: readonly string[]): void {
    const all = this.#uses.get(variable) ?? new Set();
    used.forEach((each) => all.add(each));
    this.#uses.set(variable, all);
  }

  done(): Declarations {
    const releases = [...this.#releases.values()];
    const hooks = [...this.#hooks.values()];
    const nodes = new Map([...releases, ...hooks].map((node) => [node.variable, node]));
    const order = new Set<DeclaredRelease | DeclaredHook>();
    const open = new Set<string>();
    const visit = (variable: string) => {
      // A cycle is the helmfile's mistake, and the compiler names the variable that comes too late.
      if (open.has(variable)) return;
      open.add(variable);
      for (const used of this.#uses.get(variable) ?? []) visit(used);
      order.add(nodes.get(variable)!);
    };
    nodes.forEach((_, variable) => visit(variable));
    return { releases, hooks, order: [...order] };
  }
}
