/**
 * What the comments of a values.yaml say of its keys: plain text above a key, helm-docs' `# -- text`
 * and Bitnami's `## @param path [type] text`, and keys that are only there as comments.
 *
 * @module
 */

/** The comments of a values.yaml. */
export interface ValueComments {
  /** By path, keys joined by {@linkcode SEPARATOR}. */
  readonly descriptions: ReadonlyMap<string, string>;
  /** Keys that are commented out, by the path of the map that would hold them; the root's is empty. */
  readonly commentedOut: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Between the keys of a path: no key holds it. */
export const SEPARATOR = "\0";

const KEY =
  /^( *)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#'"{[&*!|>%@`-][^#'"]*?|-[^\s][^#'"]*?) *:(?=\s|$)(.*)$/;
const COMMENT = /^( *)#+ ?(.*)$/;
/** A key that is commented out, which a word that opens a sentence only looks like. */
const OUT =
  /^(?!(?:Caution|CAUTION|Default|Deprecated|DEPRECATED|Examples?|EXAMPLES?|Hint|Important|IMPORTANT|Info|INFO|Note|NOTE|Ref|REF|See|Tip|TIP|Todo|TODO|Warning|WARNING):)([A-Za-z_][\w.-]*):(?:\s|$)/;
const PARAM = /^@(?:param|extra) +(\S+) *(?:\[[^\]]*\] *)?(.*)$/;
const BLOCK = /^\s*(?:&\S+\s+)?[|>][-+0-9]*\s*(?:#.*)?$/;

/** Reads the comments of a block-style YAML text; what it cannot place it leaves out. */
export function readComments(text: string): ValueComments {
  const reader = new CommentReader();
  for (const line of text.split(/\r?\n/)) reader.line(line);
  reader.end();
  return reader;
}

interface Open {
  readonly indent: number;
  readonly path: string;
}

class CommentReader implements ValueComments {
  readonly descriptions = new Map<string, string>();
  readonly commentedOut = new Map<string, Set<string>>();
  readonly #params = new Map<string, string>();
  #stack: Open[] = [];
  #above: string[] = [];
  /** Lines deeper than this belong to a block scalar. */
  #scalar: number | undefined;

  line(line: string): void {
    const indent = line.length - line.trimStart().length;
    if (line.trim() === "") {
      this.#above = [];
      return;
    }
    if (this.#scalar !== undefined) {
      if (indent > this.#scalar) return;
      this.#scalar = undefined;
    }
    const comment = COMMENT.exec(line);
    if (comment !== null) return this.#comment(indent, comment[2]!.trimEnd());
    const key = KEY.exec(line);
    if (key !== null) this.#key(indent, unquoted(key[2]!), key[3]!);
    this.#above = [];
  }

  end(): void {
    for (const [path, text] of this.#params) {
      this.descriptions.set(path.replaceAll(".", SEPARATOR), text);
    }
  }

  #key(indent: number, name: string, rest: string): void {
    while (this.#stack.length > 0 && this.#stack.at(-1)!.indent >= indent) this.#stack.pop();
    const path = joined(this.#stack.at(-1)?.path ?? "", name);
    this.#stack.push({ indent, path });
    const text = describing(this.#above);
    if (text !== "") this.descriptions.set(path, text);
    if (BLOCK.test(rest)) this.#scalar = indent;
  }

  #comment(indent: number, text: string): void {
    const param = PARAM.exec(text);
    if (param !== null) {
      this.#params.set(param[1]!, param[2]!.trim());
      return;
    }
    this.#above.push(text);
    const out = OUT.exec(text);
    if (out === null) return;
    // The map that the key would be in: the innermost open key that is further left.
    const parent = this.#stack.findLast((open) => open.indent < indent)?.path ?? "";
    const keys = this.commentedOut.get(parent) ?? new Set();
    this.commentedOut.set(parent, keys.add(out[1]!));
  }
}

/** The words of the lines above a key; after helm-docs' marker only what follows it. */
function describing(lines: readonly string[]): string {
  const marker = lines.findLastIndex((line) => /^(?:\S+ +)?-- /.test(line));
  const kept = marker < 0
    ? lines.filter((line) => !OUT.test(line) && !/^[@#\s=*-]*$/.test(line))
    : lines.slice(marker).map((line) => line.replace(/^(?:\S+ +)?-- (?:\([^)]*\) )?/, ""));
  return kept.filter((line) => !line.startsWith("@")).join("\n").trim();
}

function unquoted(key: string): string {
  return /^["']/.test(key) ? key.slice(1, -1) : key;
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}${SEPARATOR}${name}`;
}
