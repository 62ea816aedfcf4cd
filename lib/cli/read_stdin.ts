/**
 * A secret on standard input.
 *
 * @module
 */

/** All of standard input, without the line break at its end. */
export async function readSecret(): Promise<string> {
  const text = await new Response(Deno.stdin.readable).text();
  return text.replace(/\r?\n$/, "");
}
