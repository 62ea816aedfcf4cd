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

/** An HTTP proxy that makes tunnels. */
export function tunnelProxy() {
  const heads: string[] = [];
  const asked: string[] = [];
  const tunnels = relay(async (incoming) => {
    const bytes = new Uint8Array(4096);
    const length = await incoming.read(bytes) ?? 0;
    const head = new TextDecoder().decode(bytes.subarray(0, length));
    const [line = ""] = head.split("\r\n");
    heads.push(head);
    asked.push(line);
    const [hostname = "", port] = line.split(" ")[1]!.split(":");
    const target = await Deno.connect({ hostname, port: Number(port) });
    await incoming.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    return target;
  });
  return { ...tunnels, heads, asked, host: `127.0.0.1:${tunnels.port}` };
}
