/**
 * Named limits, and who waits for them.
 *
 * Claims are taken all at once or not at all, so nobody waits while holding a part. Who has to wait
 * does so at the first pool that is short; nobody of lower priority passes it there, so a claim for
 * many slots is not starved by claims for few.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { before, Heap, type Queued } from "./heap.ts";
import type { Claim } from "./step.ts";

/**
 * Who holds a pool: steps while they run, or groups between them. One pool never has both, since a
 * group that holds the last slot would wait for ever for its own step's.
 */
export type Holder = "step" | "group";

/** One limit. */
export class Pool<T extends Queued> {
  readonly waiting = new Heap<T>();
  used = 0;

  constructor(readonly name: string, readonly limit: number) {}

  /** Whether `item` may take `slots` of it: there is room, and nobody who waits comes first. */
  admits(item: T, slots: number): boolean {
    if (this.used + slots > this.limit) return false;
    const first = this.waiting.peek();
    return first === undefined || !before(first, item);
  }
}

/** All limits of one run. */
export class Pools<T extends Queued> {
  readonly #pools = new Map<string, Pool<T>>();
  /** Pools that may have room for somebody who waits. */
  readonly #eased = new Set<Pool<T>>();
  readonly #holders = new Map<string, Holder>();

  constructor(limits: Readonly<Record<string, number>>) {
    for (const [name, limit] of Object.entries(limits)) this.#create(name, limit);
  }

  /** Why these claims can never be met, if so. Remembers who claims what. */
  problemOf(claims: readonly Claim[], holder: Holder): string | undefined {
    const seen = new Set<string>();
    for (const { pool: name, slots = 1, limit } of claims) {
      if (seen.has(name)) return `it claims ${name} twice`;
      seen.add(name);
      if (!isCount(slots)) return `slots of ${name} must be a positive integer: got ${slots}`;
      if (limit !== undefined && !isLimit(limit)) return limitProblem(name, limit);
      const bound = this.#pools.get(name)?.limit ?? limit ?? Infinity;
      if (slots > bound) return `it claims ${slots} of ${name}, whose limit is ${bound}`;
      if ((this.#holders.get(name) ?? holder) !== holder) {
        return `${name} is claimed by steps and by groups, which could wait for one another for ever`;
      }
      this.#holders.set(name, holder);
    }
    return undefined;
  }

  /** Takes all claims for `item`, or none: then `item` waits at the pool that is short. */
  take(item: T, claims: readonly Claim[]): boolean {
    for (const claim of claims) {
      const pool = this.#poolOf(claim);
      if (pool === undefined || pool.admits(item, claim.slots ?? 1)) continue;
      pool.waiting.push(item);
      return false;
    }
    for (const claim of claims) {
      const pool = this.#poolOf(claim);
      if (pool !== undefined) pool.used += claim.slots ?? 1;
    }
    return true;
  }

  /** Gives all claims back. */
  give(claims: readonly Claim[]): void {
    for (const claim of claims) {
      const pool = this.#poolOf(claim);
      if (pool === undefined) continue;
      pool.used -= claim.slots ?? 1;
      if (pool.waiting.size > 0) this.#eased.add(pool);
    }
  }

  /** Notes that somebody left the line of these claims without taking them. */
  left(claims: readonly Claim[]): void {
    for (const claim of claims) {
      const pool = this.#poolOf(claim);
      if (pool !== undefined && pool.waiting.size > 0) this.#eased.add(pool);
    }
  }

  /** Takes the next one out of a line that may move; `undefined` when none may. */
  next(claimsOf: (item: T) => readonly Claim[]): T | undefined {
    for (const pool of this.#eased) {
      const first = pool.waiting.peek();
      if (first !== undefined && pool.used + slots(claimsOf(first), pool) <= pool.limit) {
        return pool.waiting.pop();
      }
      this.#eased.delete(pool);
    }
    return undefined;
  }

  #poolOf({ pool, limit }: Claim): Pool<T> | undefined {
    return this.#pools.get(pool) ?? (limit === undefined ? undefined : this.#create(pool, limit));
  }

  #create(name: string, limit: number): Pool<T> {
    if (!isLimit(limit)) {
      throw new CapstanError(limitProblem(name, limit), { code: "schedule/limit" });
    }
    const pool = new Pool<T>(name, limit);
    this.#pools.set(name, pool);
    return pool;
  }
}

function slots(claims: readonly Claim[], pool: { readonly name: string }): number {
  return claims.find((claim) => claim.pool === pool.name)?.slots ?? 1;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

function isLimit(value: number): boolean {
  return value === Infinity || isCount(value);
}

function limitProblem(name: string, limit: number): string {
  return `the limit of ${name} must be a positive integer: got ${limit}`;
}
