/**
 * What goes wrong in a template, with Go's words.
 *
 * @module
 */

import { CapstanError } from "../errors.ts";
import type { Node, Source } from "./nodes.ts";
import { locate, printNode } from "./nodes.ts";
import { quoteGo } from "./quote.ts";

/** A template that does not parse. The message is Go's: `template: FILE:LINE: …`. */
export class TemplateParseError extends CapstanError {
  override readonly name = "TemplateParseError";

  /** `detail` is the message without its position. */
  constructor(readonly detail: string, source: Source, pos: number) {
    const { line, column } = locate(source.text, pos);
    super(`template: ${source.name}:${line}: ${detail}`, {
      code: "template/parse",
      position: { file: source.name, line, column: column + 1 },
    });
  }
}

/**
 * A template that failed while it was executed. The message is Go's:
 * `template: FILE:LINE:COL: executing "NAME" at <NODE>: DETAIL`.
 *
 * A function that failed is the `cause`; if that ran a template itself, the cause is an ExecError
 * too, and the chain leads from the outermost failing action to the innermost.
 */
export class ExecError extends CapstanError {
  override readonly name = "ExecError";
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts bytes, from 0. */
  readonly column: number;
  /** The template that was being executed, often a define in `file`. */
  readonly templateName: string;
  /** The node that failed, in canonical form. */
  readonly nodeText: string;
  /** What went wrong, without the position; it ends in the message of the cause. */
  readonly detail: string;

  constructor(
    detail: string,
    at: { source: Source; templateName: string; node: Node; cause?: unknown },
  ) {
    const { line, column } = locate(at.source.text, at.node.pos);
    const nodeText = printNode(at.node);
    super(
      `template: ${at.source.name}:${line}:${column}: executing ${quoteGo(at.templateName)} at ` +
        `<${nodeText}>: ${detail}`,
      {
        code: "template/execute",
        position: { file: at.source.name, line, column: column + 1 },
        cause: at.cause,
      },
    );
    this.file = at.source.name;
    this.line = line;
    this.column = column;
    this.templateName = at.templateName;
    this.nodeText = nodeText;
    this.detail = detail;
  }
}
