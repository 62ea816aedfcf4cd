/**
 * An engine in a process of its own, which is asked to render one chart after another: Capstan's or
 * Helm's.
 */

/** What an engine is asked: to render this chart so many times, reading it each time or once. */
export interface Request {
  readonly chart: string;
  readonly times: number;
  readonly load: boolean;
}

/** What it answers. */
export interface Answer {
  /** Of each rendering. */
  readonly milliseconds: readonly number[];
  /** Length of what was rendered. */
  readonly characters: number;
  /** Bytes that the process takes. */
  readonly memory: number;
  /** Whether the chart has private keys made; only Capstan's engine tells. */
  readonly makesKeys?: boolean | undefined;
  readonly error?: string | undefined;
}

/** A running engine. It answers one request at a time. */
export class Engine {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  /** Starts the program, which reads requests and writes answers, a line of JSON each. */
  constructor(program: string, args: readonly string[] = []) {
    const streams = { stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
    this.#process = new Deno.Command(program, { args: [...args], ...streams }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#reader = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async ask(request: Request): Promise<Answer> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(request) + "\n"));
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`the engine ended while it rendered ${request.chart}`);
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return JSON.parse(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#process.status;
  }
}

/** Capstan's engine. */
export function capstanEngine(): Engine {
  const worker = new URL("engine_worker.ts", import.meta.url).pathname;
  return new Engine(Deno.execPath(), ["run", "-A", worker]);
}

/** Helm's engine, built with Go; `undefined` where there is no Go or it does not build. */
export async function helmEngine(): Promise<Engine | undefined> {
  const source = new URL("helm_engine", import.meta.url).pathname;
  const target = `${await Deno.makeTempDir({ prefix: "capstan-bench-" })}/helm_engine`;
  try {
    const args = ["build", "-o", target, "."];
    const { success } = await new Deno.Command("go", { args, cwd: source }).output();
    return success ? new Engine(target) : undefined;
  } catch {
    return undefined;
  }
}
