/**
 * A run in the Chrome trace format, for ui.perfetto.dev and chrome://tracing.
 *
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 *
 * @module
 */
import type { Timeline, TimelineStep } from "./timeline.ts";

/** A process for the run, threads for each release's steps that overlap, counters for its limits. */
export function chromeTrace(timeline: Timeline): string {
  const { steps, owners, length, pools, stack, verb } = timeline;
  const events: object[] = [meta("process_name", 1, 0, `${verb} ${stack}`)];
  let thread = 0;
  for (const owner of owners) {
    const lanes: number[] = [];
    const first = thread + 1;
    const ran = owner.steps.map((i) => steps[i]!).filter(({ started }) => started !== undefined)
      .sort((a, b) => a.started! - b.started!);
    for (const step of ran) {
      let lane = lanes.findIndex((end) => end <= step.started!);
      if (lane < 0) lane = lanes.length;
      lanes[lane] = step.finished ?? length;
      events.push(complete(step, first + lane, length));
    }
    for (const [lane] of lanes.entries()) {
      events.push(meta("thread_name", 1, first + lane, owner.name));
      events.push({
        ...meta("thread_sort_index", 1, first + lane),
        args: { sort_index: first + lane },
      });
    }
    thread += lanes.length;
  }
  for (const { pool, taken } of pools) {
    for (const [at, places] of taken) {
      events.push({ name: pool, ph: "C", pid: 1, ts: at * 1000, args: { taken: places } });
    }
  }
  return JSON.stringify({ displayTimeUnit: "ms", traceEvents: events });
}

function meta(name: string, pid: number, tid: number, value?: string): object {
  return { name, ph: "M", pid, tid, args: { name: value } };
}

/** Microseconds, as the format wants them. */
function complete(step: TimelineStep, tid: number, end: number): object {
  const { id, kind, title, status, started, finished, ready, reason, pool, critical } = step;
  return {
    name: title,
    cat: kind,
    ph: "X",
    pid: 1,
    tid,
    ts: started! * 1000,
    dur: ((finished ?? end) - started!) * 1000,
    args: { id, status, waited: started! - (ready ?? started!), pool, reason, critical },
  };
}
