/**
 * The page of a run, served while the run goes on: on loopback only, at an address that cannot be
 * guessed, brought up to date by server-sent events.
 *
 * @module
 */
import { CapstanError, isDenied, messageOf } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import { reportPage } from "./page/page.ts";
import { TimelineBuilder } from "./timeline.ts";

/** Options of {@linkcode LivePage}. */
export interface LivePageOptions {
  /** @default any that is free */
  readonly port?: number | undefined;
  /** Milliseconds between two updates, at the least. @default {1_000} */
  readonly every?: number | undefined;
  /** Milliseconds that who looks has to take in the end, before it is cut off. @default {2_000} */
  readonly grace?: number | undefined;
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
  readonly #grace: number;
  readonly #cutOff = new AbortController();
  /** Answers that are still to be taken in. */
  readonly #answering = new Set<Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #cost = 0;

  /** Starts to listen. @throws {CapstanError} Where it cannot. */
  constructor({ port = 0, every = 1_000, grace = 2_000 }: LivePageOptions = {}) {
    this.#every = every;
    this.#grace = grace;
    this.#token = crypto.getRandomValues(new Uint8Array(24)).toHex();
    const { signal } = this.#cutOff;
    try {
      this.#server = Deno.serve(
        { hostname: "127.0.0.1", port, signal, onListen: () => {} },
        (request, { completed }) => {
          this.#answering.add(completed);
          const done = () => void this.#answering.delete(completed);
          completed.then(done, done);
          return this.#answer(request);
        },
      );
    } catch (error) {
      throw new CapstanError(`cannot serve the page at 127.0.0.1:${port}: ${messageOf(error)}`, {
        code: "watch/port",
        hint: isDenied(error)
          ? "add --allow-net=127.0.0.1"
          : "name another --port, or none: one that is free is then taken",
        cause: error,
      });
    }
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
    clearTimeout(this.#timer);
    const last = this.#listeners.size > 0 ? this.#message() : undefined;
    for (const listener of this.#listeners) {
      listener.enqueue(last!);
      listener.enqueue(encode("event: end\ndata:\n\n"));
      listener.close();
    }
    this.#listeners.clear();
    if (await this.#allTaken()) return await this.#server.shutdown();
    this.#cutOff.abort();
    await this.#server.finished;
  }

  /** Whether all answers were taken in, in time: a tab that is asleep must not keep the program. */
  async #allTaken(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const patience = setTimeout(() => resolve(false), this.#grace);
    const taken = Promise.allSettled([...this.#answering]).then(() => true);
    try {
      return await Promise.race([taken, promise]);
    } finally {
      clearTimeout(patience);
    }
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
    for (const listener of this.#listeners) {
      // Who has not taken the last one in gets a later one instead: each tells all there is.
      if ((listener.desiredSize ?? 0) > 0) listener.enqueue(message);
    }
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
