/**
 * A set of Deno's permissions, put together piece by piece, and how it is written as flags.
 *
 * @module
 */

/** Kinds of permissions, in the order in which they are printed. */
export const KINDS = ["read", "write", "net", "env", "run", "import"] as const;

/** A kind of permission. */
export type Kind = typeof KINDS[number];

/** One thing that is allowed, and what for. */
export interface Allowed {
  readonly kind: Kind;
  /** Path, `host:port`, name of a variable or a program. */
  readonly value: string;
  readonly reason: string;
  /** Whether a command does its work without it, only less well. */
  readonly optional: boolean;
}

/** What is allowed, whatever for. */
export type Matter = Pick<Allowed, "kind" | "value">;

/** Options of {@linkcode PermissionSet.merge}. */
export interface MergeOptions {
  /** A command does its work without any of it. @default as it says */
  readonly optional?: boolean | undefined;
  /** @default all of it */
  readonly wanted?: ((allowed: Allowed) => boolean) | undefined;
}

/** Permissions that a command needs. */
export class PermissionSet {
  readonly #allowed: Allowed[] = [];
  readonly #untrusted = new Set<string>();
  readonly #notes = new Set<string>();
  readonly #features = new Set<string>();
  readonly #following: { readonly of: Matter; readonly then: Allowed }[] = [];

  /** Adds one; one that is needed wins over the same as an optional one. */
  add(kind: Kind, value: string, reason: string, options: { readonly optional?: boolean } = {}) {
    this.#allowed.push({ kind, value, reason, optional: options.optional ?? false });
  }

  /** Adds one that is needed only if `of` is: what may be looked at is looked at. */
  addWith(of: Matter, kind: Kind, value: string, reason: string): void {
    this.#following.push({ of, then: { kind, value, reason, optional: false } });
  }

  /** Adds what another set holds, where `wanted` says so. */
  merge(
    other: PermissionSet,
    { optional = false, wanted = () => true }: MergeOptions = {},
  ): void {
    this.#allowed.push(
      ...other.#allowed.filter(wanted).map((each) => ({
        ...each,
        optional: optional || each.optional,
      })),
    );
    this.#following.push(...other.#following.filter(({ then }) => wanted(then)));
    for (const host of other.#untrusted) this.#untrusted.add(host);
    for (const flag of other.#features) this.#features.add(flag);
    for (const note of other.#notes) this.#notes.add(note);
  }

  /** Adds a host whose certificate must not be checked, which takes a flag of Deno's as well. */
  addUntrusted(host: string): void {
    this.#untrusted.add(host);
  }

  /** Adds a flag of Deno's that permits nothing, and without which it does not work. */
  addFeature(flag: string): void {
    this.#features.add(flag);
  }

  /** Adds what cannot be said as a flag. */
  note(text: string): void {
    this.#notes.add(text);
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /** What is allowed, each once, without paths that are inside of others and ports of a host that is there. */
  list({ optional }: { readonly optional: boolean }): Allowed[] {
    const plain = this.#allowed.filter((each) => optional || !each.optional);
    const following = this.#following.filter(({ of }) =>
      plain.some(({ kind, value }) => kind === of.kind && value === of.value)
    );
    const wanted = [...plain, ...following.map(({ then }) => then)]
      .toSorted((a, b) => Number(a.optional) - Number(b.optional));
    const unique = wanted.filter((each, i) =>
      wanted.findIndex(({ kind, value }) => kind === each.kind && value === each.value) === i
    );
    const outermost = unique.filter((each) => !unique.some((other) => contains(other, each)));
    return outermost.toSorted((a, b) =>
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.value < b.value ? -1 : 1)
    );
  }

  /** Deno's flags, one for each kind. */
  flags(options: { readonly optional: boolean }): string[] {
    const list = this.list(options);
    const flags = KINDS.flatMap((kind) => {
      const values = list.filter((each) => each.kind === kind).map(({ value }) => value);
      return values.length === 0 ? [] : [flagOf(kind, values)];
    });
    const untrusted = this.#untrusted.size === 0
      ? []
      : [`--unsafely-ignore-certificate-errors=${[...this.#untrusted].join(",")}`];
    return [...flags, ...untrusted, ...this.#features];
  }
}

/** A comma in a value is written twice. */
function flagOf(kind: Kind, values: readonly string[]): string {
  return `--allow-${kind}=${values.map((value) => value.replaceAll(",", ",,")).join(",")}`;
}

function contains(outer: Allowed, inner: Allowed): boolean {
  if (outer.kind !== inner.kind || inner.value === outer.value) return false;
  // What is only optional may be left out, and with it what it contains.
  if (outer.optional && !inner.optional) return false;
  const end = { read: "/", write: "/", net: ":", env: "", run: "", import: "" }[outer.kind];
  return end !== "" && inner.value.startsWith(`${outer.value}${end}`);
}
