/**
 * What the templates of a chart have read out of texts, kept for the next time that it is rendered.
 *
 * @module
 */

import type { ChartFile, HelmVersion } from "../chart/chart.ts";
import type { ParsedTemplate } from "../template/template.ts";
import { isMap, newMap } from "../template/value.ts";
import type { FuncMap } from "../template/value.ts";

/** Characters of texts that one memory keeps; past that it starts anew. */
const MOST = 4 * 2 ** 20;

/** Results by the text that they come from. */
export class Remembered<T> {
  readonly #known = new Map<string, T>();
  #characters = 0;

  /** What `make` made of this text earlier, else what it makes now. A failure is not kept. */
  recall(text: string, make: () => T): T {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const made = make();
    this.#characters += text.length;
    if (this.#characters > MOST) this.#forget(text.length);
    if (text.length <= MOST) this.#known.set(text, made);
    return made;
  }

  #forget(more: number): void {
    this.#known.clear();
    this.#characters = more;
  }
}

/** Results that whoever gets them may change: each asker has a copy of its own. */
export class RememberedValues {
  readonly #asked = new Remembered<{ times: number; value?: unknown }>();

  /** As {@linkcode Remembered.recall}. A text that comes but once costs no copy. */
  recall(text: string, make: () => unknown): unknown {
    const entry = this.#asked.recall(text, () => ({ times: 0 }));
    entry.times++;
    if (entry.times === 1) return make();
    if (entry.times === 2) entry.value = make();
    return copyValue(entry.value);
  }
}

/** What one chart keeps. */
export interface ChartMemory {
  /** Texts that `tpl` was given. */
  readonly templates: Remembered<ParsedTemplate[]>;
  /** Texts that `fromYaml` was given. */
  readonly yaml: RememberedValues;
}

/**
 * The memory of a chart: its first template keeps it. What is a template depends on the names of
 * functions, so those share one only with their like.
 */
export function memoryOf(
  file: ChartFile | undefined,
  { helmVersion, functions = {} }: { helmVersion: HelmVersion; functions?: FuncMap | undefined },
): ChartMemory {
  const make = () => ({
    templates: new Remembered<ParsedTemplate[]>(),
    yaml: new RememberedValues(),
  });
  const names = Object.keys(functions).sort().join();
  return file === undefined ? make() : file.derive(`memory ${helmVersion} ${names}`, make);
}

/** A deep copy of maps and lists. */
export function copyValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyValue);
  if (!isMap(value)) return value;
  const copy = newMap();
  for (const key of Object.keys(value)) copy[key] = copyValue(value[key]);
  return copy;
}
