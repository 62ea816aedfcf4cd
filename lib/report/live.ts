/**
 * The page of a run, served while the run goes on: on loopback only, at an address that cannot be
 * guessed, brought up to date by server-sent events.
 *
 * @module
 */
import type { RunEvent } from "../events.ts";
import { reportPage } from "./page/page.ts";
import { TimelineBuilder } from "./timeline.ts";

/** Options of {@linkcode LivePage}. */
export interface LivePageOptions {
  /** @default any that is free */
  readonly port?: number | undefined;
  /** Milliseconds between two updates, at the least. @default {1_000} */
  readonly every?: number | undefined;
}

/** An update may take this share of the time; a large run is sent less often. */
const SHARE = 0.05;

/** Serves one run's page. */
export class LivePage {
  /** Address of the page; whoever has it can see the run. */
  readonly url: string;
  readonly #builder = new TimelineBuilder();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #token: string;
  readonly #host: string;
  readonly #every: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #cost = 0;

  /** Starts to listen. */
  constructor({ port = 0, every = 1_000 }: LivePageOptions = {}) {
    this.#every = every;
    this.#token = crypto.getRandomValues(new Uint8Array(24)).toHex();
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      (request) => this.#answer(request),
    );
    this.#host = `127.0.0.1:${this.#server.addr.port}`;
    this.url = `http://${this.#host}/${this.#token}/`;
  }

  /** Takes one event in, and tells of it soon. */
  add(event: RunEvent): void {
    this.#builder.add(event);
    if (this.#listeners.size > 0) this.#tellLater();
  }

  /** Tells those who look how it ended, and stops. */
  async close(): Promise<void> {
    this.#tell();
    for (const listener of this.#listeners) {
      listener.enqueue(encode("event: end\ndata:\n\n"));
      listener.close();
    }
    this.#listeners.clear();
    await this.#server.shutdown();
  }

  #answer(request: Request): Response {
    const { pathname } = new URL(request.url);
    // A page of another site that has its name point here would come with that name.
    const ours = request.headers.get("host") === this.#host;
    const place = pathname.startsWith(`/${this.#token}/`)
      ? pathname.slice(this.#token.length + 2)
      : undefined;
    if (!ours || place === undefined || request.method !== "GET") return notFound();
    if (place === "events") return this.#stream();
    if (place !== "") return notFound();
    const page = reportPage(this.#builder.build(), { live: "events" });
    return new Response(page, { headers: headers("text/html; charset=utf-8") });
  }

  #stream(): Response {
    let own: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        this.#listeners.add(controller);
        controller.enqueue(this.#message());
      },
      cancel: () => {
        this.#listeners.delete(own!);
      },
    });
    return new Response(body, { headers: headers("text/event-stream") });
  }

  #tellLater(): void {
    this.#timer ??= setTimeout(() => this.#tell(), Math.max(this.#every, this.#cost / SHARE));
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#listeners.size === 0) return;
    const started = performance.now();
    const message = this.#message();
    for (const listener of this.#listeners) listener.enqueue(message);
    this.#cost = performance.now() - started;
  }

  #message(): Uint8Array {
    return encode(`event: timeline\ndata: ${JSON.stringify(this.#builder.build())}\n\n`);
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function notFound(): Response {
  return new Response("not found\n", { status: 404 });
}

function headers(type: string): Record<string, string> {
  return {
    "content-type": type,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}
