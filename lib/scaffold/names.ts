/**
 * Names of variables in a stack file that is written.
 *
 * @module
 */

/** Words that no variable may be called by here. */
const TAKEN = [
  "by command defineStack env hook kubeContext main release repository requiredEnv stack within",
  "await break case catch class const continue debugger default delete do else enum export extends false",
  "finally for function if implements import in instanceof interface let new null package private protected",
  "public return static super switch this throw true try typeof undefined var void while with yield",
].join(" ").split(" ");

/** Gives out names, each once. */
export class Names {
  readonly #taken = new Set(TAKEN);

  /** `my-chart` as `myChart`; with the suffix or a number where that is taken. */
  take(name: string, suffix = ""): string {
    const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
    const camel = words.map((word, index) =>
      index === 0 ? word[0]!.toLowerCase() + word.slice(1) : word[0]!.toUpperCase() + word.slice(1)
    ).join("");
    const base = /^[A-Za-z]/.test(camel) ? camel : `r${camel}`;
    let free = base;
    for (let n = 1; this.#taken.has(free); n++) {
      free = n === 1 && suffix !== "" ? `${base}${suffix}` : `${base}${n + 1}`;
    }
    this.#taken.add(free);
    return free;
  }
}
