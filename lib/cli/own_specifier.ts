/**
 * What stack files that this program writes import Capstan by.
 *
 * @module
 */
import { VERSION } from "./version.ts";

/**
 * The checkout that this program runs from, else the published package of the same version: what a
 * bundle and a compiled binary hold cannot be imported.
 */
export async function ownSpecifier(): Promise<string> {
  const own = new URL("../../mod.ts", import.meta.url);
  if (own.protocol === "file:" && !Deno.build.standalone && await isFile(own)) return own.href;
  return `jsr:@capstan/capstan@^${VERSION}`;
}

async function isFile(url: URL): Promise<boolean> {
  try {
    return (await Deno.stat(url)).isFile;
  } catch {
    return false;
  }
}
