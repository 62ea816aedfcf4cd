/**
 * Named limits, and who waits for them.
 *
 * Claims are taken all at once or not at all, so nobody waits while holding a part. Who has to wait
 * does so at the first pool that is short; nobody of lower priority passes it there, so a claim for
 * many slots is not starved by claims for few. In its other pools others may pass it meanwhile, for
 * else one that waits for a mutex would keep everybody from working. So that it does not find one or
 * the other pool short for ever, its places are kept for it in all pools once it was turned away
 * {@linkcode PATIENCE} times: nobody of lower priority takes them. That is done for one at a time, the
 * first of those who were turned away as often, so that few places stand idle.
 *
 * So with nothing of higher priority in its way, what is ready starts within `PATIENCE + 2` times as
 * long as any place in its pools is held.
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

/** How often somebody who needs places of several pools is turned away before they are kept. */
export const PATIENCE = 4;

/** One limit. */
export class Pool<T extends Queued> {
  readonly waiting = new Heap<T>();
  /** Who has places kept here while waiting, perhaps elsewhere. */
  kept: { readonly item: T; readonly slots: number } | undefined;
  used = 0;

  constructor(readonly name: string, readonly limit: number) {}

  /** Whether `item` may take `slots` of it: there is room, and nobody who waits comes first. */
  admits(item: T, slots: number): boolean {
    if (!this.hasRoom(item, slots)) return false;
    const first = this.waiting.peek();
    return first === undefined || !before(first, item);
  }

  /** Whether there is room for `item`, beside what is kept for others. */
  hasRoom(item: T, slots: number): boolean {
    const { kept } = this;
    const others = kept !== undefined && before(kept.item, item) ? kept.slots : 0;
    return this.used + others + slots <= this.limit;
  }
}

/** All limits of one run. */
export class Pools<T extends Queued> {
  readonly #pools = new Map<string, Pool<T>>();
  /** Pools that may have room for somebody who waits. */
  readonly #eased = new Set<Pool<T>>();
  readonly #holders = new Map<string, Holder>();
  /** How often those who wait were turned away. */
  readonly #refused = new Map<T, number>();
  /** Whose places are kept. */
  #keeper: { readonly item: T; readonly claims: readonly Claim[] } | undefined;

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
      if (claims.length > 1) this.#refuse(item, claims);
      return false;
    }
    if (this.#refused.size > 0) this.#forget(item);
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

  #refuse(item: T, claims: readonly Claim[]): void {
    const times = (this.#refused.get(item) ?? 0) + 1;
    this.#refused.set(item, times);
    const keeper = this.#keeper?.item;
    if (times < PATIENCE || keeper === item) return;
    if (keeper !== undefined && before(keeper, item)) return;
    this.#keepFor({ item, claims });
  }

  /** Keeps the places of one, and no others. */
  #keepFor(keeper: { readonly item: T; readonly claims: readonly Claim[] } | undefined): void {
    const last = this.#keeper;
    this.#keeper = keeper;
    for (const claim of last?.claims ?? []) {
      const pool = this.#poolOf(claim);
      if (pool !== undefined) pool.kept = undefined;
    }
    for (const claim of keeper?.claims ?? []) {
      const pool = this.#poolOf(claim);
      if (pool !== undefined) pool.kept = { item: keeper!.item, slots: claim.slots ?? 1 };
    }
    if (last !== undefined) this.eased(last.claims);
  }

  #forget(item: T): void {
    this.#refused.delete(item);
    if (this.#keeper?.item === item) this.#keepFor(undefined);
  }

  /** Notes that somebody does not wait for these claims any more, without having taken them. */
  left(item: T, claims: readonly Claim[]): void {
    this.#forget(item);
    this.eased(claims);
  }

  /** Notes that somebody who waits for these claims may have come to the front of a line. */
  eased(claims: readonly Claim[]): void {
    for (const claim of claims) {
      const pool = this.#poolOf(claim);
      if (pool !== undefined && pool.waiting.size > 0) this.#eased.add(pool);
    }
  }

  /** Takes the next one out of a line that may move; `undefined` when none may. */
  next(claimsOf: (item: T) => readonly Claim[]): T | undefined {
    for (const pool of this.#eased) {
      const first = pool.waiting.peek();
      if (first !== undefined && pool.hasRoom(first, slots(claimsOf(first), pool))) {
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
      throw new CapstanError(limitProblem(name, limit), {
        code: "schedule/limit",
        hint: "use an integer from 1, or Infinity",
      });
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
