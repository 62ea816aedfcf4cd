/**
 * One argument of Sprintf under one verb: the part of fmt that knows types, flags and padding.
 *
 * @module
 */

import { formatFloat } from "./float.ts";
import { isPrintable, quoteGo, quoteRune } from "./quote.ts";
import {
  fromBytes,
  GoComplex,
  GoNumber,
  GoObject,
  isNil,
  mapEntries,
  nilSlice,
  sortedKeys,
  toBytes,
  typeOf,
} from "./value.ts";
import type { Budget, GoMap } from "./value.ts";

/** What stands between `%` and the verb. */
export interface Spec {
  flags: {
    readonly sharp: boolean;
    readonly zero: boolean;
    readonly plus: boolean;
    readonly minus: boolean;
    readonly space: boolean;
  };
  width: number | undefined;
  precision: number | undefined;
}

/** An argument under a verb. */
export function printArgument(
  arg: unknown,
  verb: string,
  options: { spec: Spec; budget?: Budget | undefined },
): string {
  const printer = new VerbPrinter(verb, options.spec, options.budget);
  const text = printer.top(arg);
  options.budget?.take(text.length);
  return text;
}

const NIL = "<nil>";

class VerbPrinter {
  #spec: Spec;
  #verb: string;
  readonly #budget: Budget | undefined;
  /** `%#v`: Go syntax. (`%w`, which only wraps errors, reads its flags the same way.) */
  readonly #goSyntax: boolean;
  /** `%+v`: structs with the names of their fields. */
  readonly #names: boolean;
  /** Inside a report of a verb that does not fit, where methods are not used. */
  #reporting = false;

  constructor(verb: string, spec: Spec, budget: Budget | undefined) {
    this.#verb = verb;
    this.#budget = budget;
    const general = verb === "v" || verb === "w";
    this.#goSyntax = general && spec.flags.sharp;
    this.#names = general && spec.flags.plus;
    const flags = general ? { ...spec.flags, sharp: false, plus: false } : spec.flags;
    this.#spec = { ...spec, flags };
  }

  top(arg: unknown): string {
    if (arg === null || arg === undefined) {
      return this.#verb === "T" || this.#verb === "v" ? this.#pad(NIL) : `%!${this.#verb}(${NIL})`;
    }
    if (this.#verb === "T") return this.#pad(this.#cut(typeOf(arg)));
    if (this.#verb === "p") return this.#badVerb(arg);
    if (arg instanceof Uint8Array) return this.#bytes(arg, 0);
    if (this.#verb === "w") return this.#badVerb(arg);
    return this.#value(arg, 0);
  }

  #badVerb(arg: unknown): string {
    const verb = this.#verb;
    this.#verb = "v";
    this.#reporting = true;
    const text = `%!${verb}(${typeOf(arg)}=${this.#value(arg, 0)})`;
    this.#reporting = false;
    this.#verb = verb;
    return text;
  }

  #value(value: unknown, depth: number): string {
    switch (typeof value) {
      case "string":
        return this.#string(value, value);
      case "bigint":
        return this.#integer(value, { arg: value, signed: true });
      case "number":
        return this.#float(value, { arg: value, bits: 64 });
      case "boolean":
        return this.#verb === "t" || this.#verb === "v"
          ? this.#pad(String(value))
          : this.#badVerb(value);
      case "object":
        return value === null ? this.#nested() : this.#object(value, depth);
      default:
        return value === undefined ? this.#nested() : this.#badVerb(value);
    }
  }

  /** A nil inside of a list or map, whatever the verb. */
  #nested(): string {
    return this.#goSyntax ? "interface {}(nil)" : NIL;
  }

  #object(value: object, depth: number): string {
    if (Array.isArray(value)) return this.#list(value, { goType: typeOf(value), depth });
    if (value instanceof Uint8Array) {
      if ("sqxX".includes(this.#verb)) return this.#bytes(value, depth);
      const items = Array.from(value, (byte) => new GoNumber("uint8", BigInt(byte)));
      return this.#list(isNil(value) ? nilSlice() : items, { goType: "[]uint8", depth });
    }
    if (value instanceof GoNumber) return this.#number(value, value);
    if (value instanceof GoComplex) return this.#complex(value);
    if (value instanceof GoObject) return this.#named(value, depth);
    return this.#map(value as GoMap, { goType: typeOf(value), depth });
  }

  #number(number: GoNumber, arg: unknown): string {
    if (number.type === "float32") return this.#float(Number(number.value), { arg, bits: 32 });
    return this.#integer(number.value as bigint, { arg, signed: !number.type.startsWith("u") });
  }

  /** A named type: as its text where the verb takes text, else as the value below it. */
  #named(object: GoObject, depth: number): string {
    const source = this.#goSyntax ? object.goString() : undefined;
    if (source !== undefined) return this.#pad(source);
    const below = object.underlying();
    const entries = mapEntries(object);
    if (entries !== undefined) return this.#map(entries, { goType: object.goType, depth });
    if (Array.isArray(below)) return this.#list(below, { goType: object.goType, depth });
    const takesText = "vsxXq".includes(this.#verb) && !this.#goSyntax && !this.#reporting;
    const fields = object.structFields();
    if (fields === undefined || object.method("String") !== undefined) {
      if (takesText) return this.#string(object.format(), object);
    }
    if (fields !== undefined) return this.#struct(object, { fields, depth });
    if (below === undefined) {
      return this.#verb === "v"
        ? object.format()
        : `%!${this.#verb}(${object.goType}=${object.format()})`;
    }
    if (below instanceof GoNumber) return this.#number(below, object);
    return this.#value(below, depth);
  }

  #struct(
    object: GoObject,
    { fields, depth }: { fields: ReturnType<GoObject["structFields"]> & object; depth: number },
  ): string {
    const isPointer = object.kind === "ptr";
    // A pointer inside of something is an address, which means nothing, or does not fit the verb.
    if (isPointer && depth > 0) {
      return "vpdxXob".includes(this.#verb) ? object.format() : this.#badVerb(object);
    }
    const items = fields.map(({ name, value }) => {
      const text = this.#element(value, depth);
      return this.#goSyntax || this.#names ? `${name}:${text}` : text;
    });
    const sign = isPointer ? "&" : "";
    if (!this.#goSyntax) return `${sign}{${items.join(" ")}}`;
    return `${sign}${object.goType.replace(/^\*/, "")}{${items.join(", ")}}`;
  }

  #list(list: readonly unknown[], { goType, depth }: { goType: string; depth: number }): string {
    if (this.#goSyntax && isNil(list)) return `${goType}(nil)`;
    const items = list.map((item) => this.#element(item, depth));
    return this.#goSyntax ? `${goType}{${items.join(", ")}}` : `[${items.join(" ")}]`;
  }

  #map(map: GoMap, { goType, depth }: { goType: string; depth: number }): string {
    if (this.#goSyntax && isNil(map)) return `${goType}(nil)`;
    const items = sortedKeys(map).map((key) =>
      `${this.#string(key, key)}:${this.#element(map[key], depth)}`
    );
    return this.#goSyntax ? `${goType}{${items.join(", ")}}` : `map[${items.join(" ")}]`;
  }

  #element(value: unknown, depth: number): string {
    const text = this.#value(value, depth + 1);
    this.#budget?.take(typeof value === "object" ? 1 : text.length + 1);
    return text;
  }

  #bytes(bytes: Uint8Array, depth: number): string {
    switch (this.#verb) {
      case "v":
      case "d":
        return this.#byteList(bytes);
      case "s":
        return this.#pad(this.#cut(fromBytes(bytes)));
      case "q":
        return this.#quoted(fromBytes(bytes));
      case "x":
      case "X":
        return this.#hexBytes(bytes);
    }
    const items = Array.from(
      bytes,
      (byte) => this.#value(new GoNumber("uint8", BigInt(byte)), depth + 1),
    );
    return `[${items.join(" ")}]`;
  }

  #byteList(bytes: Uint8Array): string {
    if (this.#goSyntax && isNil(bytes)) return "[]byte(nil)";
    const items = Array.from(
      bytes,
      (byte) =>
        this.#goSyntax
          ? this.#digits(BigInt(byte), { base: 16, sharp: true })
          : this.#digits(BigInt(byte), { base: 10 }),
    );
    return this.#goSyntax ? `[]byte{${items.join(", ")}}` : `[${items.join(" ")}]`;
  }

  #string(text: string, arg: unknown): string {
    switch (this.#verb) {
      case "v":
        return this.#goSyntax ? this.#quoted(text) : this.#pad(this.#cut(text));
      case "s":
        return this.#pad(this.#cut(text));
      case "q":
        return this.#quoted(text);
      case "x":
      case "X":
        return this.#hexBytes(toBytes(text));
    }
    return this.#badVerb(arg);
  }

  #quoted(text: string): string {
    const { sharp, plus } = this.#spec.flags;
    const cut = this.#cut(text);
    if (sharp && CAN_BACKQUOTE.test(cut)) return this.#pad(`\`${cut}\``);
    return this.#pad(quoteGo(cut, { ascii: plus }));
  }

  #hexBytes(bytes: Uint8Array): string {
    const { sharp, space } = this.#spec.flags;
    const shown = bytes.subarray(0, this.#spec.precision ?? bytes.length);
    const prefix = sharp ? "0x" : "";
    const digits = Array.from(shown, (byte) => byte.toString(16).padStart(2, "0"));
    const text = digits.length === 0
      ? ""
      : space
      ? digits.map((pair) => prefix + pair).join(" ")
      : prefix + digits.join("");
    return this.#pad(this.#verb === "X" ? text.toUpperCase() : text);
  }

  #integer(value: bigint, { arg, signed }: { arg: unknown; signed: boolean }): string {
    switch (this.#verb) {
      case "v":
        if (this.#goSyntax && !signed) return this.#digits(value, { base: 16, sharp: true });
        return this.#digits(value, { base: 10 });
      case "d":
        return this.#digits(value, { base: 10 });
      case "b":
        return this.#digits(value, { base: 2 });
      case "o":
      case "O":
        return this.#digits(value, { base: 8 });
      case "x":
      case "X":
        return this.#digits(value, { base: 16 });
      case "c":
        return this.#pad(runeText(value));
      case "q":
        return this.#pad(quoteRune(runeCode(value), { ascii: this.#spec.flags.plus }));
      case "U":
        return this.#unicode(BigInt.asUintN(64, value));
    }
    return this.#badVerb(arg);
  }

  #digits(
    value: bigint,
    { base, sharp = this.#spec.flags.sharp }: { base: 2 | 8 | 10 | 16; sharp?: boolean },
  ): string {
    const { flags, width, precision } = this.#spec;
    // No digits at all for a zero that is asked to have none.
    if (precision === 0 && value === 0n) return " ".repeat(width ?? 0);
    const sign = value < 0n ? "-" : flags.plus ? "+" : flags.space ? " " : "";
    let least = precision ?? 0;
    if (precision === undefined && flags.zero && !flags.minus && width !== undefined) {
      least = width - sign.length;
    }
    let digits = (value < 0n ? -value : value).toString(base).padStart(least, "0");
    if (sharp && base === 8 && digits[0] !== "0") digits = `0${digits}`;
    if (sharp && base === 16) digits = `0x${digits}`;
    if (sharp && base === 2) digits = `0b${digits}`;
    if (this.#verb === "O") digits = `0o${digits}`;
    if (this.#verb === "X") digits = digits.toUpperCase();
    return this.#padWith(sign + digits, " ");
  }

  #unicode(value: bigint): string {
    const digits = value.toString(16).toUpperCase().padStart(
      Math.max(this.#spec.precision ?? 4, 4),
      "0",
    );
    const code = Number(value);
    const shown = this.#spec.flags.sharp && code <= 0x10ffff && isPrintable(code);
    return this.#padWith(`U+${digits}${shown ? ` '${String.fromCodePoint(code)}'` : ""}`, " ");
  }

  #float(value: number, { arg, bits }: { arg: unknown; bits: 32 | 64 }): string {
    switch (this.#verb) {
      case "v":
        return this.#floatText(value, { verb: "g", precision: -1, bits });
      case "b":
      case "g":
      case "G":
      case "x":
      case "X":
        return this.#floatText(value, { verb: this.#verb, precision: -1, bits });
      case "f":
      case "e":
      case "E":
        return this.#floatText(value, { verb: this.#verb, precision: 6, bits });
      case "F":
        return this.#floatText(value, { verb: "f", precision: 6, bits });
    }
    return this.#badVerb(arg);
  }

  #floatText(value: number, format: Required<Parameters<typeof formatFloat>[1]>): string {
    const { flags, width } = this.#spec;
    const precision = this.#spec.precision ?? format.precision;
    const text = formatFloat(value, { ...format, precision });
    const sign = /^[+-]/.test(text) ? text[0]! : "+";
    const shownSign = sign === "-" || flags.plus ? sign : flags.space ? " " : "";
    let size = text.replace(/^[+-]/, "");
    if (size === "NaN") {
      return this.#padWith((flags.plus ? "+" : flags.space ? " " : "") + size, " ");
    }
    if (size === "Inf") return this.#padWith((shownSign || "+") + size, " ");
    if (flags.sharp && format.verb !== "b") size = withPoint(size, { ...format, precision });
    const zeros = flags.zero && !flags.minus && width !== undefined;
    if (zeros && shownSign !== "") return shownSign + size.padStart(width - 1, "0");
    return this.#pad(shownSign + size);
  }

  #complex(value: GoComplex): string {
    if (!"vbgGxXfFeE".includes(this.#verb)) return this.#badVerb(value);
    const spec = this.#spec;
    const re = this.#float(value.re, { arg: value, bits: 64 });
    this.#spec = { ...spec, flags: { ...spec.flags, plus: true } };
    const im = this.#float(value.im, { arg: value, bits: 64 });
    this.#spec = spec;
    return `(${re}${im}i)`;
  }

  /** Cuts text to the precision, counted in characters. */
  #cut(text: string): string {
    const { precision } = this.#spec;
    if (precision === undefined || text.length <= precision) return text;
    return [...text].slice(0, precision).join("");
  }

  #pad(text: string): string {
    const { zero, minus } = this.#spec.flags;
    return this.#padWith(text, zero && !minus ? "0" : " ");
  }

  #padWith(text: string, fill: string): string {
    const { width, flags } = this.#spec;
    if (width === undefined || width === 0) return text;
    const missing = width - [...text].length;
    if (missing <= 0) return text;
    return flags.minus ? text + " ".repeat(missing) : fill.repeat(missing) + text;
  }
}

// deno-lint-ignore no-control-regex -- control characters are what a raw literal cannot hold
const CAN_BACKQUOTE = /^[^\u0000-\u0008\u000a-\u001f\u007f`\ufeff\udc80-\udcff]*$/u;

function runeCode(value: bigint): number {
  return value < 0n || value > 0x10ffffn ? 0xfffd : Number(value);
}

function runeText(value: bigint): string {
  const code = runeCode(value);
  return String.fromCodePoint(code >= 0xd800 && code <= 0xdfff ? 0xfffd : code);
}

/** `%#g` and its like: a decimal point always, and for `g` its trailing zeros. */
function withPoint(size: string, format: { verb: string; precision: number }): string {
  const hex = format.verb === "x" || format.verb === "X";
  const [, mantissa, tail] = (hex ? /^(.*?)([pP].*)?$/ : /^(.*?)([eE].*)?$/).exec(size)!;
  let digits = /[gGx]/.test(format.verb) ? (format.precision === -1 ? 6 : format.precision) : 0;
  digits -= mantissa!.replace(".", "").replace(/^0+/, "").length;
  let text = mantissa!;
  if (!text.includes(".")) {
    if (text === "0") digits--;
    text += ".";
  }
  return text + "0".repeat(Math.max(digits, 0)) + (tail ?? "");
}
