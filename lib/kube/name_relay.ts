/**
 * The way to a server whose certificate has another name than its address (`tls-server-name`).
 *
 * Deno checks a certificate against the host of the URL and connects to that host. So the URL is given the
 * name, and a relay on loopback is its proxy: asked for a tunnel to the name, it makes one to the address.
 * TLS goes through from end to end.
 *
 * @module
 */

import { isDenied, messageOf } from "../errors.ts";

/** Where a {@linkcode NameRelay} leads. */
export interface NameRelayOptions {
  /** Address of the API server: an https URL. */
  readonly server: string;
  /** URL of a proxy to go through, http or https. @default {none: the address is connected to} */
  readonly proxy?: string | undefined;
}

/** A proxy that leads to one server only, whatever it is asked for, and only those who know its secret. */
export class NameRelay {
  readonly #options: NameRelayOptions;
  readonly #secret = crypto.randomUUID();
  readonly #open = new Set<Deno.Conn>();
  #listener: Deno.TcpListener | undefined;
  #failure: unknown;

  constructor(options: NameRelayOptions) {
    this.#options = options;
  }

  /** What a client's `proxy` has to be. The first call starts to listen. */
  proxy(): Deno.Proxy {
    if (this.#listener === undefined) {
      this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      this.#listener.unref();
      this.#accept(this.#listener);
    }
    const { port } = this.#listener.addr as Deno.NetAddr;
    const basicAuth = { username: "capstan", password: this.#secret };
    return { transport: "http", url: `http://127.0.0.1:${port}`, basicAuth };
  }

  /** Why the server could not be reached when it was last tried. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Ends what goes through, and listens no more. */
  close(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const conn of this.#open) this.#drop(conn);
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    try {
      for await (const conn of listener) this.#serve(this.#hold(conn));
    } catch {
      // Closed while a connection came in: whoever made it is told by its end.
    }
  }

  async #serve(incoming: Deno.TcpConn): Promise<void> {
    const outgoing = await this.#meet(incoming).catch(() => undefined);
    if (outgoing === undefined) return this.#drop(incoming);
    const end = () => {
      this.#drop(incoming);
      this.#drop(outgoing);
    };
    const ways = [copy(incoming, outgoing), copy(outgoing, incoming)];
    await Promise.all(ways).then(end, end); // one that fails ends the other
  }

  /** The server's end of the tunnel that is asked for. */
  async #meet(incoming: Deno.TcpConn): Promise<Deno.Conn | undefined> {
    const head = await readHead(incoming);
    const proof = `basic ${btoa(`capstan:${this.#secret}`)}`;
    if (!head.startsWith("CONNECT ") || headerOf(head, "proxy-authorization") !== proof) {
      await writeText(incoming, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return undefined;
    }
    let outgoing: Deno.Conn;
    try {
      outgoing = await this.#dial();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      await writeText(incoming, "HTTP/1.1 502 Bad Gateway\r\n\r\n");
      return undefined;
    }
    await writeText(incoming, "HTTP/1.1 200 OK\r\n\r\n");
    return outgoing;
  }

  async #dial(): Promise<Deno.Conn> {
    const server = addressOf(this.#options.server);
    const { proxy } = this.#options;
    if (proxy === undefined) return this.#hold(await Deno.connect(server));
    const middle = addressOf(proxy);
    const secure = proxy.startsWith("https:");
    let conn: Deno.Conn;
    try {
      conn = this.#hold(await (secure ? Deno.connectTls(middle) : Deno.connect(middle)));
    } catch (error) {
      if (isDenied(error)) throw error;
      throw new Error(`the proxy ${new URL(proxy).host}: ${messageOf(error)}`);
    }
    try {
      await throughProxy(conn, { server: this.#options.server, proxy });
      return conn;
    } catch (error) {
      this.#drop(conn);
      throw error;
    }
  }

  /** A connection that keeps no process alive: what waits for an answer does that. */
  #hold<C extends Deno.Conn>(conn: C): C {
    conn.unref();
    this.#open.add(conn);
    if (this.#listener === undefined) this.#drop(conn); // closed meanwhile
    return conn;
  }

  #drop(conn: Deno.Conn): void {
    if (this.#open.delete(conn)) conn.close();
  }
}

/**
 * The server's address, with the name in the place of its host. The name is written as a full one, with a
 * dot at the end, which says the same and fits nothing that `NO_PROXY` lists: the relay is always gone through.
 */
export function withName(server: string, name: string): string {
  const url = new URL(server);
  const numbers = name.replace(/^\[|\]$/g, "");
  if (numbers.includes(":")) url.hostname = `[${numbers}]`;
  else url.hostname = /^[\d.]+$/.test(name) ? name : `${name.replace(/\.$/, "")}.`;
  return url.href.replace(/\/$/, "");
}

/** `hostname` and `port` of a URL. */
function addressOf(url: string): { readonly hostname: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url);
  return {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (protocol === "http:" ? 80 : 443)),
  };
}

/** Asks a proxy for a tunnel to the server. */
async function throughProxy(
  conn: Deno.Conn,
  { server, proxy }: { readonly server: string; readonly proxy: string },
): Promise<void> {
  const { hostname, port } = new URL(server);
  const target = `${hostname}:${port || 443}`;
  const { username, password, host } = new URL(proxy);
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const proof = username === ""
    ? ""
    : `proxy-authorization: Basic ${new TextEncoder().encode(user).toBase64()}\r\n`;
  await writeText(conn, `CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${proof}\r\n`);
  const [line] = (await readHead(conn)).split("\r\n");
  if (/^HTTP\/1\.[01] 2\d\d\b/.test(line!)) return;
  throw new Error(`the proxy ${host} makes no tunnel to ${target}: ${line}`);
}

/** Up to and with the empty line; nothing of what follows it. */
async function readHead(conn: Deno.Conn): Promise<string> {
  // Whoever asks for a tunnel sends nothing more before the answer, and a server is spoken to first.
  const bytes = new Uint8Array(16_384);
  let length = 0;
  while (length < bytes.length) {
    const read = await conn.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
    const text = new TextDecoder().decode(bytes.subarray(0, length));
    if (text.includes("\r\n\r\n")) return text;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}

function headerOf(head: string, name: string): string | undefined {
  const line = head.split("\r\n").find((line) => line.toLowerCase().startsWith(`${name}:`));
  const value = line?.slice(name.length + 1).trim();
  return value?.replace(/^basic /i, "basic ");
}

async function writeText(conn: Deno.Conn, text: string): Promise<void> {
  await writeAll(conn, new TextEncoder().encode(text));
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Passes on what one says until it has said all, and then that it has. */
async function copy(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const bytes = new Uint8Array(65_536);
  for (let read; (read = await from.read(bytes)) !== null;) {
    await writeAll(to, bytes.subarray(0, read));
  }
  await to.closeWrite();
}
