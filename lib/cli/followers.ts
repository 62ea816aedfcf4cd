/**
 * What hears of a run beside the terminal: a page that is served, a collector of spans, and the file
 * that `capstan report` reads.
 *
 * @module
 */
import type { RunEvent } from "../events.ts";
import type { CliContext } from "./context.ts";
import { keepLastRun } from "./last_run.ts";
import { spanSender } from "./spans.ts";

/** Hears of a run's events. */
export interface Followers {
  readonly add: (event: RunEvent) => void;
  /** The run is over. */
  readonly end: () => Promise<void>;
}

/** Those that flags and environment ask for. */
export async function followersOf(
  context: CliContext,
  flags: { readonly watch?: boolean },
): Promise<Followers> {
  const spans = await spanSender(context);
  const page = flags.watch ? await servePage(context) : undefined;
  const last = await keepLastRun(context);
  return {
    add(event) {
      last?.add(event);
      spans?.add(event);
      page?.add(event);
    },
    async end() {
      await Promise.all([last?.end(), spans?.send(), page?.close()]);
    },
  };
}

async function servePage({ process }: CliContext) {
  const { LivePage } = await import("../report/live.ts");
  const page = new LivePage();
  process.stderr.write(`watch this run at ${page.url}\n`);
  return page;
}
