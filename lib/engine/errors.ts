/**
 * What a failed rendering says: Helm's words, which differ between its versions.
 *
 * @module
 */

import { HelmError } from "../errors.ts";
import type { CapstanErrorOptions } from "../errors.ts";
import type { HelmVersion } from "../chart/chart.ts";
import { causes } from "./causes.ts";
import { helpOf } from "./error_help.ts";

/** What a {@linkcode RenderError} knows besides its message. */
export interface RenderErrorOptions extends CapstanErrorOptions {
  /** What was rendered, where it turned out to be no manifest. */
  readonly manifest?: string | undefined;
}

/**
 * A chart that cannot be rendered; the message is Helm's.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, RenderError, renderTemplates } from "@capstan/capstan";
 *
 * const chart = chartFromFiles({
 *   "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
 *   "templates/web.yaml": 'host: {{ required "a host is needed" .Values.host }}\n',
 * });
 * const error = await renderTemplates(chart).catch((thrown: unknown) => thrown);
 * if (!(error instanceof RenderError)) throw error;
 * if (!error.message.endsWith("a host is needed")) throw error;
 * ```
 */
export class RenderError extends HelmError {
  /** Tells it from other Capstan errors. */
  override readonly name = "RenderError";
  /** What was rendered, where it turned out to be no manifest. */
  readonly manifest: string | undefined;
  readonly #options: RenderErrorOptions;

  /** The code is `render` unless the options say otherwise. */
  constructor(message: string, options: RenderErrorOptions = {}) {
    super(message, { code: "render", ...options });
    this.#options = options;
    this.manifest = options.manifest;
  }

  /** The same error in other words. */
  withMessage(message: string): RenderError {
    return new RenderError(message, this.#options);
  }

  /** The same error with what was rendered. */
  withManifest(manifest: string): RenderError {
    return new RenderError(this.message, { ...this.#options, manifest });
  }
}

/** What `required` and `fail` throw: a message of the chart's author, for the person who installs. */
export class AuthorError extends Error {
  override readonly name = "AuthorError";
}

/** Where an error happened, for its help. */
export interface ErrorContext {
  readonly helmVersion: HelmVersion;
  /** The template that was rendered or parsed. */
  readonly file: string;
  /** The text of a template by its path. */
  readonly source: (file: string) => string | undefined;
  /** What to do about the error, where it is known. */
  readonly hint?: string | undefined;
}

/** The error for a template that cannot be parsed, from Go's `template: FILE:LINE: …: WHAT`. */
export function parseFailure(error: Error, context: ErrorContext): RenderError {
  const [, location, ...rest] = error.message.split(": ");
  const message = location === undefined
    ? `parse error in (${context.file}): ${error.message}`
    : `parse error at (${location}): ${rest.at(-1) ?? location}`;
  return new RenderError(message, helpFor(error, context));
}

/** The error for a template that failed while it was executed. */
export function execFailure(error: Error, context: ErrorContext): RenderError {
  const chain = causes(error);
  const [, location] = error.message.split(": ", 2);
  const author = chain.find((link) => link instanceof AuthorError);
  if (author !== undefined) {
    const message = `execution error at (${location}): ${author.message}`;
    return new RenderError(message, helpFor(error, context));
  }
  const message = context.helmVersion === "v3" ? error.message : linesOf(chain) ?? error.message;
  return new RenderError(message, helpFor(error, context));
}

/** What stands below the message: the place where it went wrong, and how it was reached. */
function helpFor(error: Error, context: ErrorContext): RenderErrorOptions {
  return { ...helpOf(causes(error), context), hint: context.hint, cause: error };
}

/** Helm 4's form: some lines per link; `undefined` where a link is no template error. */
function linesOf(chain: readonly Error[]): string | undefined {
  const blocks: string[] = [];
  for (const { message } of chain) {
    const block = blockOf(message);
    if (block === undefined) return undefined;
    if (blocks.at(-1) !== block) blocks.push(block);
  }
  return blocks.join("").trim();
}

/** One link as Helm 4 writes it: where, what was executed, what went wrong. */
function blockOf(message: string): string | undefined {
  if (!message.startsWith("template: ")) return undefined;
  const rest = message.slice("template: ".length);
  if (rest.startsWith("no template ")) return `${message}\n`;
  const executing = rest.indexOf(": executing ");
  if (executing >= 0) {
    const what = /^"([^"]*)" at <([^]*?)>: ([^]*)$/.exec(
      rest.slice(executing + ": executing ".length),
    );
    if (what !== null) {
      const [, name, node, text] = what as unknown as [string, string, string, string];
      const location = rest.slice(0, executing);
      return `${location}\n  executing "${name}" at <${node}>:\n    ${ownText(text)}\n`;
    }
  }
  const colon = rest.lastIndexOf(": ");
  if (colon < 0) return undefined;
  return `${rest.slice(0, colon)}\n  ${ownText(rest.slice(colon + 2))}\n`;
}

/** A message without that of the error inside it. */
function ownText(text: string): string {
  const inner = text.indexOf(" template:");
  return inner < 0 ? text : text.slice(0, inner);
}
