/**
 * `.Files`: the files of a chart that are neither templates nor metadata.
 *
 * @module
 */

import type { ChartFile } from "../chart/chart.ts";
import { fromBytes, func, GoObject, newMap, typedSlice } from "../template/value.ts";
import type { GoFunc, GoMap, Kind } from "../template/value.ts";
import { formatValue } from "../template/format.ts";
import { emitYaml } from "../yaml/emit.ts";
import { compileGlob } from "./glob.ts";

/** Helm's `engine.files`, a map from names to bytes. */
export class FilesObject extends GoObject {
  override readonly goType = "engine.files";
  override readonly kind: Kind = "map";
  readonly #files: GoMap;

  constructor(files: GoMap) {
    super();
    this.#files = files;
  }

  override entries(): GoMap {
    return this.#files;
  }

  override elementType(): string {
    return "[]uint8";
  }

  override method(name: string): GoFunc | undefined {
    switch (name) {
      case "Get":
        return func(["string"], (path) => fromBytes(this.#bytes(path)));
      case "GetBytes":
        return func(["string"], (path) => this.#bytes(path));
      case "Glob":
        return func(["string"], (pattern) => this.#glob(pattern));
      case "Lines":
        return func(["string"], (path) => typedSlice("[]string", this.#lines(path)));
      case "AsConfig":
        return func([], () => this.#flat(fromBytes));
      case "AsSecrets":
        return func([], () => this.#flat((data) => data.toBase64()));
    }
    return undefined;
  }

  format(): string {
    return formatValue(this.#files);
  }

  toJSONValue(): unknown {
    return this.#files;
  }

  #bytes(path: string): Uint8Array {
    return (this.#files[path] as Uint8Array | undefined) ?? new Uint8Array(0);
  }

  #glob(pattern: string): FilesObject {
    const matches = compileGlob(pattern);
    const found = newMap();
    for (const name of Object.keys(this.#files)) {
      if (matches(name)) found[name] = this.#files[name];
    }
    return new FilesObject(found);
  }

  #lines(path: string): string[] {
    const text = fromBytes(this.#bytes(path));
    return text === "" ? [] : text.replace(/\n$/, "").split("\n");
  }

  /** A YAML map from base names to contents. */
  #flat(encode: (data: Uint8Array) => string): string {
    const flat = newMap();
    for (const name of Object.keys(this.#files)) {
      flat[name.slice(name.lastIndexOf("/") + 1)] = encode(this.#files[name] as Uint8Array);
    }
    return toYaml(flat);
  }
}

/** The object for a chart's files. */
export function filesObject(files: readonly ChartFile[]): FilesObject {
  const map = newMap();
  for (const { name, data } of files) map[name] = data;
  return new FilesObject(map);
}

/** As the template function toYaml: without the last newline, nothing where it fails. */
function toYaml(value: unknown): string {
  try {
    return emitYaml(value).replace(/\n$/, "");
  } catch {
    return "";
  }
}
