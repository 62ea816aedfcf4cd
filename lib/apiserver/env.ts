/**
 * What the rehearsal cluster takes from outside: time and chance.
 *
 * @module
 */

/** A clock with timers. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after some milliseconds; the returned function cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The clock of the machine. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

const SUFFIX = "bcdfghjklmnpqrstvwxz2456789";

/** Time, names and numbers for one cluster. */
export class Env {
  readonly clock: Clock;
  readonly #random: () => number;
  #addresses = 0;
  #ports = 0;
  #pods = 0;

  constructor(clock: Clock, random: () => number) {
    this.clock = clock;
    this.#random = random;
  }

  /** The time as Kubernetes writes it, to the second. */
  timestamp(): string {
    return new Date(this.clock.now()).toISOString().slice(0, 19) + "Z";
  }

  /** A random (version 4) uid. */
  uid(): string {
    const hex = (bits: number) =>
      Math.floor(this.#random() * 2 ** bits).toString(16).padStart(bits / 4, "0");
    const variant = "89ab"[Math.floor(this.#random() * 4)];
    return `${hex(32)}-${hex(16)}-4${hex(12)}-${variant}${hex(12)}-${hex(48)}`;
  }

  /** Five characters that make a generated name unique. */
  suffix(length = 5): string {
    let text = "";
    for (let i = 0; i < length; i++) text += SUFFIX[Math.floor(this.#random() * SUFFIX.length)];
    return text;
  }

  /** The next address of a service. */
  serviceAddress(): string {
    return `10.96.${tail(++this.#addresses)}`;
  }

  /** The next address of a pod. */
  podAddress(): string {
    return `10.244.${tail(++this.#pods)}`;
  }

  /** The next port that a service takes on every node. */
  nodePort(): number {
    return 30_000 + this.#ports++ % 2_768;
  }
}

function tail(count: number): string {
  return `${Math.floor(count / 250) % 256}.${1 + count % 250}`;
}

/** A hash of a value as it appears in names, such as a pod template's. */
export function shortHash(value: unknown): string {
  const text = JSON.stringify(value);
  let hash = 0x811c9dc5;
  let other = 0x1b873593;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    hash = Math.imul(hash ^ code, 0x01000193);
    other = Math.imul(other + code, 0x85ebca6b) ^ (other >>> 13);
  }
  let number = (hash >>> 0) * 2 ** 16 + (other >>> 16);
  let out = "";
  for (let i = 0; i < 10; i++) {
    out += SUFFIX[number % SUFFIX.length];
    number = Math.floor(number / SUFFIX.length);
  }
  return out;
}
