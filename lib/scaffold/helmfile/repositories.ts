/**
 * Chart repositories of a helmfile.
 *
 * @module
 */
import { isMap } from "../../template/value.ts";
import { literal } from "./code.ts";
import type { HelmfileState, Reader } from "./state.ts";

/** A chart repository that the helmfile names. */
export interface ImportedRepository {
  readonly name: string;
  readonly url: string;
  readonly options: ReadonlyMap<string, string>;
}

/** The repositories of a helmfile. */
export function repositoriesOf(
  { left }: Reader,
  { document }: HelmfileState,
): ImportedRepository[] {
  const list = Array.isArray(document["repositories"]) ? document["repositories"] : [];
  return list.filter(isMap).map((repository) => {
    const name = String(repository["name"]);
    const options = new Map<string, string>();
    for (const [key, value] of Object.entries(repository)) {
      if (["name", "url", "oci"].includes(key)) continue;
      if (key === "username" || key === "password") options.set(key, literal(value));
      else left.add(`repository ${name}: ${key}`);
    }
    const url = String(repository["url"] ?? "").replace(/\/+$/, "");
    const oci = repository["oci"] === true && !url.startsWith("oci://");
    return { name, url: oci ? `oci://${url}` : url, options };
  });
}
