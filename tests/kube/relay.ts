/** A place on the network that passes TCP connections on. */

/** Listens on loopback and pipes each connection to the one that `meet` makes for it, until disposed of. */
export function relay(meet: (incoming: Deno.Conn) => Promise<Deno.Conn>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const done = (async () => {
    for await (const incoming of listener) {
      const outgoing = await meet(incoming);
      open.push(incoming, outgoing);
      incoming.readable.pipeTo(outgoing.writable).catch(() => {});
      outgoing.readable.pipeTo(incoming.writable).catch(() => {});
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await done;
      for (const conn of open) {
        try {
          conn.close();
        } catch {
          // The pipe has closed it.
        }
      }
    },
  };
}
