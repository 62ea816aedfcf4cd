/**
 * Go's fmt: Sprintf with every verb and flag, Sprint and Sprintln.
 *
 * @module
 */

import { formatValue } from "./format.ts";
import { quoteGo } from "./quote.ts";
import type { Budget } from "./value.ts";
import { fromBytes, kindOf, toBytes, typeOf, underlying } from "./value.ts";
import { printArgument } from "./verbs.ts";
import type { Spec } from "./verbs.ts";

/** What text-making functions take their output from. */
export interface PrintOptions {
  readonly budget?: Budget | undefined;
  /** How an operand reads. @default {formatValue} */
  readonly show?: (value: unknown, budget?: Budget) => string;
}

const MAX_NUMBER = 1_000_000;

/** fmt.Sprint: a space between operands when neither is a string. */
export function sprint(args: readonly unknown[], options: PrintOptions = {}): string {
  const { budget, show = formatValue } = options;
  if (args.length === 1) return show(args[0], budget);
  let text = "";
  let afterString = true;
  for (const [index, arg] of args.entries()) {
    const isString = kindOf(arg) === "string";
    if (index > 0 && !isString && !afterString) text += " ";
    text += show(arg, budget);
    afterString = isString;
  }
  return text;
}

/** fmt.Sprintln: a space between all operands and a newline after the last. */
export function sprintln(args: readonly unknown[], options: PrintOptions = {}): string {
  return args.map((arg) => formatValue(arg, options.budget)).join(" ") + "\n";
}

/** fmt.Sprintf. Verbs and arguments that do not fit print as Go's `%!d(string=a)` and its like. */
export function sprintf(
  format: string,
  args: readonly unknown[],
  options: PrintOptions = {},
): string {
  return new Formatter(args, options.budget).run(format);
}

/** Walks a format string; holds which argument comes next. */
class Formatter {
  readonly #args: readonly unknown[];
  readonly #budget: Budget | undefined;
  #format = "";
  #at = 0;
  #next = 0;
  /** An argument number was used somewhere, so unused arguments are no mistake. */
  #reordered = false;
  #goodNumber = true;
  #text = "";

  constructor(args: readonly unknown[], budget: Budget | undefined) {
    this.#args = args;
    this.#budget = budget;
  }

  run(format: string): string {
    this.#format = format;
    while (this.#at < format.length) {
      const percent = format.indexOf("%", this.#at);
      if (percent < 0) {
        this.#text += format.slice(this.#at);
        break;
      }
      this.#text += format.slice(this.#at, percent);
      this.#at = percent + 1;
      if (!this.#plainVerb()) this.#fullVerb();
    }
    if (!this.#reordered && this.#next < this.#args.length) this.#extra();
    return this.#text;
  }

  /** Verbs without flags on what they are made for: nearly all that charts use. */
  #plainVerb(): boolean {
    if (this.#next >= this.#args.length) return false;
    const arg = this.#args[this.#next];
    const text = plain(arg, this.#format[this.#at], this.#budget);
    if (text === undefined) return false;
    this.#text += text;
    this.#at++;
    this.#next++;
    return true;
  }

  #fullVerb(): void {
    const spec: Spec = { flags: this.#flags(), width: undefined, precision: undefined };
    this.#goodNumber = true;
    let numbered = this.#argumentNumber();
    numbered = this.#width(spec, numbered);
    if (this.#at + 1 < this.#format.length && this.#format[this.#at] === ".") {
      numbered = this.#precision(spec, numbered);
    }
    if (!numbered) this.#argumentNumber();
    if (this.#at >= this.#format.length) {
      this.#text += "%!(NOVERB)";
      return;
    }
    const verb = String.fromCodePoint(this.#format.codePointAt(this.#at)!);
    this.#at += verb.length;
    if (verb === "%") this.#text += "%";
    else if (!this.#goodNumber) this.#text += `%!${verb}(BADINDEX)`;
    else if (this.#next >= this.#args.length) this.#text += `%!${verb}(MISSING)`;
    else {this.#text += printArgument(this.#args[this.#next++], verb, {
        spec,
        budget: this.#budget,
      });}
  }

  #flags(): Spec["flags"] {
    let flags = "";
    while ("#0+- ".includes(this.#format[this.#at] ?? "x")) flags += this.#format[this.#at++];
    return {
      sharp: flags.includes("#"),
      zero: flags.includes("0"),
      plus: flags.includes("+"),
      minus: flags.includes("-"),
      space: flags.includes(" "),
    };
  }

  #width(spec: Spec, numbered: boolean): boolean {
    if (this.#format[this.#at] !== "*") {
      spec.width = this.#number();
      if (numbered && spec.width !== undefined) this.#goodNumber = false;
      return numbered;
    }
    this.#at++;
    const width = this.#intArgument();
    if (width === undefined) this.#text += "%!(BADWIDTH)";
    else if (width < 0) spec.flags = { ...spec.flags, minus: true, zero: false };
    spec.width = width && Math.abs(width);
    return false;
  }

  #precision(spec: Spec, afterNumber: boolean): boolean {
    this.#at++;
    if (afterNumber) this.#goodNumber = false;
    const numbered = this.#argumentNumber();
    if (this.#format[this.#at] !== "*") {
      spec.precision = this.#number() ?? 0;
      return numbered;
    }
    this.#at++;
    const precision = this.#intArgument();
    if (precision === undefined || precision < 0) this.#text += "%!(BADPREC)";
    else spec.precision = precision;
    return false;
  }

  /** A decimal number here; one that is too large swallows the rest of the format. */
  #number(): number | undefined {
    if (!isDigit(this.#format.charCodeAt(this.#at))) return undefined;
    const digits = /\d*/y;
    digits.lastIndex = this.#at;
    const text = digits.exec(this.#format)![0];
    const value = Number(text);
    if (text.length > 1 && Number(text.slice(0, -1)) > MAX_NUMBER) {
      this.#at = this.#format.length;
      return undefined;
    }
    this.#at += text.length;
    return value;
  }

  #intArgument(): number | undefined {
    if (this.#next >= this.#args.length) return undefined;
    const value = underlying(this.#args[this.#next++]);
    const whole = typeof value === "object" && value !== null && "value" in value
      ? value.value
      : value;
    if (typeof whole !== "bigint" || kindOf(value).startsWith("float")) return undefined;
    const number = Number(whole);
    return Math.abs(number) > MAX_NUMBER ? undefined : number;
  }

  /** `[n]`, the number of the argument to use next. */
  #argumentNumber(): boolean {
    if (this.#format[this.#at] !== "[") return false;
    this.#reordered = true;
    const close = this.#format.indexOf("]", this.#at);
    const unclosed = close < 0 || this.#format.length - this.#at < 3;
    const text = unclosed ? "" : this.#format.slice(this.#at + 1, close);
    this.#at = unclosed ? this.#at + 1 : close + 1;
    const valid = /^\d{1,8}$/.test(text);
    const index = Number(text) - 1;
    if (valid && index >= 0 && index < this.#args.length) {
      this.#next = index;
      return true;
    }
    this.#goodNumber = false;
    return valid;
  }

  #extra(): void {
    const extra = this.#args.slice(this.#next).map((arg) =>
      arg === null || arg === undefined
        ? "<nil>"
        : `${typeOf(arg)}=${formatValue(arg, this.#budget)}`
    );
    this.#text += `%!(EXTRA ${extra.join(", ")})`;
  }
}

function plain(arg: unknown, verb: string | undefined, budget: Budget | undefined) {
  switch (verb) {
    case "s":
      return typeof arg === "string" ? arg : undefined;
    case "d":
      return typeof arg === "bigint" ? String(arg) : undefined;
    case "q":
      return typeof arg === "string" ? quoteGo(arg) : undefined;
    case "v":
      return formatValue(arg, budget);
  }
  return undefined;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Part of a string by byte offsets, as Go's `s[i:j]`. */
export function sliceBytes(text: string, start: number, end?: number): string {
  return fromBytes(toBytes(text).subarray(start, end));
}
