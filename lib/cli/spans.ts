/**
 * The spans of a run, sent to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names when it has ended.
 *
 * @module
 */
import { isAbort, messageOf } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import { printable } from "../report/text.ts";
import type { CliContext } from "./context.ts";

/** Collects a run's events and sends them. */
export interface SpanSender {
  readonly add: (event: RunEvent) => void;
  /** Sends what was collected. A collector that is away is a warning: the run is what counts. */
  readonly send: () => Promise<void>;
}

/** A sender, where the environment names a collector. */
export async function spanSender(context: CliContext): Promise<SpanSender | undefined> {
  const endpoint = context.env("OTEL_EXPORTER_OTLP_ENDPOINT") ?? "";
  if (endpoint === "") return undefined;
  const { TimelineBuilder } = await import("../report/timeline.ts");
  const { otlpSpans, sendSpans } = await import("../report/otlp.ts");
  const builder = new TimelineBuilder();
  let any = false;
  return {
    add(event) {
      any = true;
      builder.add(event);
    },
    async send() {
      if (!any) return;
      const body = otlpSpans(builder.build(), {
        service: context.env("OTEL_SERVICE_NAME") || undefined,
        parent: context.env("TRACEPARENT"),
      });
      const headers = context.env("OTEL_EXPORTER_OTLP_HEADERS");
      try {
        await sendSpans(body, { endpoint, headers, signal: context.abort });
      } catch (error) {
        if (isAbort(error)) return;
        context.process.stderr.write(`warning: ${printable(messageOf(error), context)}\n`);
      }
    },
  };
}
