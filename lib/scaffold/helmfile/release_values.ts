/**
 * The values that a helmfile gives to a release.
 *
 * @module
 */
import { parseSet } from "../../chart/strvals.ts";
import { isMap, newMap } from "../../template/value.ts";
import type { GoMap } from "../../template/value.ts";
import { bracketed } from "../code.ts";
import { literal, valuesLiteral } from "./code.ts";
import { asPath, listOf } from "./release_text.ts";
import type { ReleaseText } from "./release_text.ts";
import { joinPath } from "./source.ts";
import { parseMap } from "./yaml.ts";

/** The options `values` and `set` of a release as expressions. */
export function valueOptions(release: ReleaseText): Map<string, string> {
  const { raw } = release;
  const options = new Map<string, string>();
  const layers = valueLayers(release);
  for (const secret of listOf(raw["secrets"])) {
    release.leave(
      `secrets ${isMap(secret) ? "in the helmfile" : String(secret)}: they are not decrypted`,
    );
  }
  if (layers.length === 1) options.set("values", layers[0]!);
  else if (layers.length > 1) {
    const items = layers.map((code) => code.replaceAll("\n", "\n  "));
    options.set("values", bracketed("[", items, "]", "  "));
  }
  const set = [...listOf(raw["set"]), ...listOf(raw["setTemplate"])].filter(isMap)
    .flatMap((entry) => assignment(release, entry, "set"));
  if (set.length > 0) options.set("set", literal(set, "  "));
  return options;
}

function valueLayers(release: ReleaseText): string[] {
  const { raw } = release;
  const given = [...listOf(raw["values"]), ...listOf(raw["valuesTemplate"])].flatMap((entry) => {
    if (!isMap(entry)) return valuesFile(release, release.text(entry));
    noteSecrets(release, "values", JSON.stringify(entry));
    return [valuesLiteral(release.deep(entry), "  ")];
  });
  // A stack has no `--set-string`: what it makes is laid over the others.
  const texts = listOf(raw["setString"]).filter(isMap).flatMap((entry) =>
    assignment(release, entry, "setString").map((text) =>
      literal(parseSet(text, newMap(), "string"), "  ")
    )
  );
  return [...given, ...texts];
}

/** `name=value` of an entry; none where its value comes from a file. */
function assignment(release: ReleaseText, entry: GoMap, from: string): string[] {
  const name = String(entry["name"]);
  const escaped = (value: unknown) => release.text(value).replace(/[\\,{}]/g, "\\$&");
  noteSecrets(release, `${from} ${name}`, JSON.stringify(entry));
  if (Array.isArray(entry["values"])) {
    return [`${name}={${entry["values"].map(escaped).join(",")}}`];
  }
  if ("value" in entry) return [`${name}=${escaped(entry["value"])}`];
  release.leave(`${from} ${name} from a file`);
  return [];
}

/** References such as `ref+vault://…`, in place of which helmfile puts the secrets. */
function noteSecrets(release: ReleaseText, where: string, text: string): void {
  const schemes = new Set([...text.matchAll(/\b(?:secret)?ref\+\w+/g)].map(([scheme]) => scheme));
  for (const scheme of schemes) {
    release.leave(
      `${where}: ${scheme}:… stays a text: read the secret in the stack, where values may be a function`,
    );
  }
}

/** A file stays a file; one that is a template is rendered now. */
function valuesFile(release: ReleaseText, name: string): string[] {
  const path = joinPath(release.folder, name);
  const text = release.reader.files.read(path);
  if (text === undefined) {
    const handler = release.raw["missingFileHandler"] ??
      release.state.document["missingFileHandler"];
    release.leave(`values file ${name}: there is no such file`);
    return handler === undefined || handler === "Error" ? [literal(asPath(path))] : [];
  }
  noteSecrets(release, `values file ${name}`, text);
  if (!path.endsWith(".gotmpl")) return [literal(asPath(path))];
  release.leave(
    `values file ${name}: it is a template; what it gives now is written into the stack`,
  );
  return [valuesLiteral(parseMap(path, release.render(path, text)), "  ")];
}
