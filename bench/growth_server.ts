// deno-lint-ignore-file no-console -- a program that prints one answer
/** A rehearsal cluster that ends with its input. */
import { createApiServer } from "../lib/apiserver/server.ts";

/** What the program prints. */
export interface GrowthServer {
  readonly url: string;
}

if (import.meta.main) {
  const served = createApiServer().serve();
  const server: GrowthServer = { url: served.url };
  console.log(JSON.stringify(server));
  for await (const _ of Deno.stdin.readable);
  Deno.exit(0);
}
