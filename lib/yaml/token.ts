/**
 * The tokens of a YAML text.
 *
 * @module
 */

import type { Mark } from "./cursor.ts";
import type { Directive } from "./scan_tag.ts";

/** What a token is. */
export type TokenType =
  | "stream end"
  | "directive"
  | "document start"
  | "document end"
  | "block sequence"
  | "block mapping"
  | "block end"
  | "["
  | "]"
  | "{"
  | "}"
  | ","
  | "-"
  | "?"
  | ":"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

/** A token; `?` and `:` stand for key and value, written or implied. */
export interface Token {
  readonly type: TokenType;
  /** Where it starts. */
  readonly mark: Mark;
  /** The line on which it ends. */
  readonly endLine: number;
  /** A scalar's text, an anchor's or alias's name, a tag's handle. */
  readonly value: string;
  /** A tag's suffix. */
  readonly suffix: string;
  /** Whether a scalar is plain. */
  readonly plain: boolean;
  readonly directive: Directive | undefined;
  /** The possible key that starts with this token. */
  readonly key: SimpleKey | undefined;
}

/** A place where a key may start that is known as one only by the `:` behind it. */
export interface SimpleKey {
  possible: boolean;
  /** Whether its token waits in the queue until it is known to be a key. */
  waiting: boolean;
  readonly required: boolean;
  readonly tokenNumber: number;
  readonly pos: number;
  readonly mark: Mark;
}
