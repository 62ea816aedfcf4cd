/**
 * The secrets that a run comes across, so that its journal can leave them out of what went wrong.
 *
 * @module
 */
import { isSecret, plainValues, secretsIn, textsOf } from "../action/secret_values.ts";
import type { RunEvent } from "../events.ts";
import type { KubeObject } from "../kube/types.ts";
import type { Release } from "../release/release.ts";
import type { Storage } from "../release/storage.ts";

/** Shorter values would hide words of messages rather than secrets. */
const SHORTEST = 6;
/** Lines of a secret text, such as a private key, that are long enough to tell something. */
const SHORTEST_LINE = 20;

/** Keys of values that hold secrets, by what people call them. */
const SECRET_KEY =
  /passw(or)?d|passphrase|secret|token|credential|(api|access|private|secret|license|encryption)[-_.]?key|^pw$|^pin$|connectionstring|dsn$/i;

/** What took the place of a secret. */
export const HIDDEN = "<secret>";

/** Values that must not be written down. */
export class KnownSecrets {
  readonly #words = new Set<string>();

  /** Values of the Secrets that a revision makes, its hooks included. */
  noteRelease({ manifest, hooks }: Pick<Release, "manifest" | "hooks">): void {
    const secrets = secretsIn([manifest, ...hooks.map((hook) => hook.manifest)]);
    for (const secret of secrets) this.noteObject(secret);
  }

  /** Values of a Secret; of any other object nothing. */
  noteObject(object: KubeObject): void {
    if (!isSecret(object) || object["type"] === "helm.sh/release.v1") return;
    // As it is used, and as it is sent.
    for (const value of [...plainValues(object), ...textsOf(object["data"])]) this.#note(value);
  }

  /** Values that are called passwords, tokens and the like. */
  noteValues(values: unknown, key = ""): void {
    if (typeof values === "string" || typeof values === "number") {
      if (SECRET_KEY.test(key)) this.#note(String(values));
    } else if (typeof values === "object" && values !== null) {
      // The items of a list are called what the list is.
      const isList = Array.isArray(values);
      for (const [name, value] of Object.entries(values)) {
        this.noteValues(value, isList ? key : name);
      }
    }
  }

  /** A text with every secret that is known replaced. */
  redact(text: string): string {
    let result = text;
    // Longer ones first: one secret may be the beginning of another.
    const found = [...this.#words].filter((word) => text.includes(word));
    for (const word of found.sort((a, b) => b.length - a.length)) {
      result = result.replace(wordPattern(word), () => HIDDEN);
    }
    return result;
  }

  /** An event without secrets in what it says of failures. */
  redactEvent(event: RunEvent): RunEvent {
    if (this.#words.size === 0) return event;
    const told = Object.entries(event).flatMap(([name, value]) =>
      (name === "reason" || name === "message") && typeof value === "string"
        ? [[name, this.redact(value)]]
        : []
    );
    return told.length === 0 ? event : { ...event, ...Object.fromEntries(told) };
  }

  /** The storage, whose releases are looked at on their way. */
  watch(storage: Storage): Storage {
    const noteRelease = this.noteRelease.bind(this);
    return new Proxy(storage, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        if (name === "create" || name === "update") {
          return (release: Release, ...rest: unknown[]) => {
            noteRelease(release);
            return value.call(target, release, ...rest);
          };
        }
        if (name !== "get") return value.bind(target);
        return async (...args: unknown[]) => {
          const release: Release | undefined = await value.apply(target, args);
          if (release !== undefined) noteRelease(release);
          return release;
        };
      },
    });
  }

  #note(value: string): void {
    const whole = value.trim();
    if (whole.length >= SHORTEST) this.#words.add(whole);
    if (!whole.includes("\n")) return;
    for (const line of whole.split("\n")) {
      if (line.trim().length >= SHORTEST_LINE) this.#words.add(line.trim());
    }
  }
}

/** A word by itself: `secret` is not hidden in `secretary`. */
function wordPattern(word: string): RegExp {
  const text = word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`(?<![A-Za-z0-9])${text}(?![A-Za-z0-9])`, "g");
}
