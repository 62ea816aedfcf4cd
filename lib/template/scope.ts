/**
 * Where the variables of a template live: names are resolved to slots while it is compiled.
 *
 * @module
 */

/** A declared variable. */
export interface Variable {
  readonly slot: number;
  /** Holds the list or map that a range took the value from; only errors ask for it. */
  readonly origin: number;
}

/** The variables in sight at one place of a template. */
export class Scope {
  readonly #names: { name: string; variable: Variable }[] = [];
  #slots = 1;
  /** The slot that holds the container of dot, in the body of a range. */
  dotOrigin: number | undefined;

  constructor() {
    this.#names.push({ name: "$", variable: { slot: 0, origin: this.newSlot() } });
  }

  /** How many slots the template needs. */
  get slots(): number {
    return this.#slots;
  }

  newSlot(): number {
    return this.#slots++;
  }

  declare(name: string): Variable {
    const variable = { slot: this.newSlot(), origin: this.newSlot() };
    this.#names.push({ name, variable });
    return variable;
  }

  /** The innermost variable of that name. */
  find(name: string): Variable | undefined {
    return this.#names.findLast((entry) => entry.name === name)?.variable;
  }

  /** Compiles a body, and forgets what it declared. */
  block<T>(dotOrigin: number | undefined, compile: () => T): T {
    const outer = this.dotOrigin;
    const known = this.#names.length;
    this.dotOrigin = dotOrigin;
    const compiled = compile();
    this.#names.length = known;
    this.dotOrigin = outer;
    return compiled;
  }
}
