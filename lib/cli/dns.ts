/**
 * `--enable-dns`: the template function `getHostByName` asks the system's resolver.
 *
 * @module
 */
import { causes } from "../engine/causes.ts";

/** Thrown out of a rendering that needs the addresses of a host first. */
class NeedsHost extends Error {
  override readonly name = "NeedsHost";

  constructor(readonly host: string) {
    super(`the address of ${host} is not known yet`);
  }
}

/**
 * Runs a rendering, which is synchronous, again for each host that it asks for.
 *
 * @param render Is given what answers `getHostByName`: any one of the host's addresses.
 */
export async function withDns<T>(
  render: (resolveHost: (name: string) => string) => Promise<T>,
): Promise<T> {
  const known = new Map<string, string>();
  const resolveHost = (host: string) => {
    const address = known.get(host);
    if (address === undefined) throw new NeedsHost(host);
    // What Go says of a choice among no addresses.
    if (address === "") throw new Error("invalid argument to Intn");
    return address;
  };
  while (true) {
    try {
      return await render(resolveHost);
    } catch (error) {
      const needed = causes(error).find((cause) => cause instanceof NeedsHost);
      if (needed === undefined) throw error;
      known.set(needed.host, await addressOf(needed.host));
    }
  }
}

/** An address of a host by the system's rules; empty where it has none. */
async function addressOf(host: string): Promise<string> {
  const { promises } = globalThis.process.getBuiltinModule("node:dns");
  try {
    return (await promises.lookup(host)).address;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return "";
  }
}
