/**
 * Hooks of every verb in every trouble: what stays of them by their policies, what the record and the
 * error say, what of the release has changed. The rules are those of Helm's pkg/action/hooks.go.
 */
import assert from "node:assert/strict";
import { HookError } from "../../lib/action/hook_evidence.ts";
import { deploy, type OperationOptions, rollback, test, uninstall } from "../../lib/action/run.ts";
import { type Bench, chart, configMap, hookJob, type HookParts, onCluster } from "./harness.ts";

const WEB = { name: "web", namespace: "shop" };

/** A verb with the event of its first hooks, and what comes before it. */
interface Verb {
  readonly event: string;
  readonly before: (bench: Bench, texts: readonly string[]) => Promise<unknown>;
  readonly run: (bench: Bench, texts: readonly string[], options: Options) => Promise<unknown>;
  /** Put before what a failed hook says. */
  readonly prefix: string;
  /** Statuses of the revisions after a failure. */
  readonly failed: readonly string[];
  /** The ConfigMap's text after a failure, as no change was made; `undefined` where there is none. */
  readonly left: string | undefined;
}

interface Options extends OperationOptions {
  readonly timeout?: number;
}

const of = (texts: readonly string[]) =>
  chart({ "a.yaml": configMap("a"), "hooks.yaml": texts.join("\n") });

const install = (bench: Bench, texts: readonly string[], options: Options = {}) =>
  deploy({ ...WEB, chart: of(texts), values: { text: "1" }, ...options }, bench.context, options);

const upgrade = (bench: Bench, texts: readonly string[], options: Options = {}) =>
  deploy({ ...WEB, chart: of(texts), values: { text: "2" }, ...options }, bench.context, options);

const VERBS: Readonly<Record<string, Verb>> = {
  install: {
    event: "pre-install",
    before: () => Promise.resolve(),
    run: install,
    prefix: "failed pre-install: ",
    failed: ["1 failed"],
    left: undefined,
  },
  upgrade: {
    event: "pre-upgrade",
    before: (bench) => install(bench, []),
    run: upgrade,
    prefix: "pre-upgrade hooks failed: ",
    failed: ["1 deployed", "2 failed"],
    left: "1",
  },
  rollback: {
    event: "pre-rollback",
    before: async (bench, texts) => {
      await install(bench, texts);
      await upgrade(bench, []);
    },
    run: (bench, _, options) =>
      rollback({ ...WEB, revision: 1, ...options }, bench.context, options),
    prefix: "",
    // Helm leaves it pending-rollback, which blocks whatever comes next.
    failed: ["1 superseded", "2 deployed", "3 failed"],
    left: "2",
  },
  uninstall: {
    event: "pre-delete",
    before: (bench, texts) => install(bench, texts),
    run: (bench, _, options) => uninstall({ ...WEB, ...options }, bench.context, options),
    prefix: "",
    failed: ["1 uninstalling"],
    left: "1",
  },
  test: {
    event: "test",
    before: (bench, texts) => install(bench, texts),
    run: (bench, _, options) => test({ ...WEB, ...options }, bench.context, options),
    prefix: "",
    failed: ["1 deployed"],
    left: "1",
  },
};

/** Runs a verb with these hooks of its first event, and returns what it threw. */
async function attempt(
  verb: Verb,
  hooks: Readonly<Record<string, HookParts>>,
  check: (bench: Bench, error: Error & { excerpt?: string } | undefined) => Promise<void>,
  options: Options & { readonly during?: (bench: Bench) => Promise<void> } = {},
): Promise<void> {
  const { during, ...rest } = options;
  const texts = Object.entries(hooks).map(([name, parts]) => hookJob(name, verb.event, parts));
  await onCluster(async (bench) => {
    await verb.before(bench, texts);
    bench.events.length = 0;
    const [error] = await Promise.all([
      verb.run(bench, texts, rest).then(() => undefined, (thrown) => thrown),
      during?.(bench),
    ]);
    await check(bench, error);
  });
}

/** Status of each revision. */
async function statuses(bench: Bench): Promise<string[]> {
  return (await bench.records()).map((record) => record.split(" ").slice(0, 2).join(" "));
}

/** How each hook went, as the last revision has it. */
async function phases(bench: Bench): Promise<string[]> {
  const last = (await bench.context.storage.history(WEB)).at(-1);
  const release = last && await bench.context.storage.get(last);
  return (release?.hooks ?? []).map(({ name, lastRun }) => `${name} ${lastRun.phase}`).sort();
}

async function text(bench: Bench): Promise<unknown> {
  return ((await bench.get("ConfigMap", "a"))?.["data"] as { text: string } | undefined)?.text;
}

const logged = ({ events }: Bench) =>
  events.flatMap((event) => event.type === "step-log" ? [event.line] : []);

for (const [name, verb] of Object.entries(VERBS)) {
  Deno.test(`${name}: hooks that succeed stay or go by their policies, and log by theirs`, async () => {
    const hooks: Record<string, HookParts> = {
      a: {},
      b: { policy: "hook-succeeded", logs: "hook-succeeded" },
      c: { policy: "hook-failed", logs: "hook-failed" },
      d: { policy: "before-hook-creation,hook-succeeded,hook-failed" },
      e: { policy: "before-hook-creation" },
    };
    await attempt(verb, hooks, async (bench, error) => {
      assert.equal(error, undefined);
      assert.deepEqual(await bench.names("Job"), ["a", "c", "e"]);
      assert.deepEqual(logged(bench), ["log of b"]);
    });
  });

  Deno.test(`${name}: a hook that fails ends it, with its logs, exit code and policy`, async () => {
    const hooks: Record<string, HookParts> = {
      a: { policy: "hook-succeeded", weight: -2 },
      b: { policy: "hook-failed", weight: -2 },
      c: { fail: true, policy: "hook-failed", logs: "hook-failed" },
      d: { weight: 1 },
    };
    await attempt(verb, hooks, async (bench, error) => {
      assert(error !== undefined);
      const said =
        "resource Job/shop/c not ready. status: Failed, message: Job Failed. failed: 1/1";
      assert.equal(error.message, `${verb.prefix}${said}`);
      assert.match(error.excerpt!, /container main: exit code 1 \(Error\)/);
      assert.match(error.excerpt!, /\n {2}log of c$/);
      assert(causesOf(error).some((cause) => cause instanceof HookError && cause.hook === "c"));
      assert.deepEqual(await bench.names("Job"), ["b"]);
      assert.deepEqual(logged(bench), ["log of c"]);
      assert.deepEqual(await statuses(bench), verb.failed);
      assert.deepEqual(await phases(bench), ["a Succeeded", "b Succeeded", "c Failed", "d "]);
      assert.equal(await text(bench), verb.left);
    });
  });

  Deno.test(`${name}: a hook that takes too long fails as one that fails`, async () => {
    const hooks: Record<string, HookParts> = {
      a: { policy: "hook-succeeded", weight: -1 },
      b: { delay: "1h", policy: "hook-failed" },
      c: { weight: 1 },
    };
    await attempt(verb, hooks, async (bench, error) => {
      assert.match(
        error!.message,
        /Job\/shop\/b not ready. status: InProgress.*\ncontext deadline/,
      );
      assert.deepEqual(await bench.names("Job"), []);
      assert.deepEqual(await statuses(bench), verb.failed);
      assert.deepEqual(await phases(bench), ["a Succeeded", "b Failed", "c "]);
      assert.equal(await text(bench), verb.left);
    }, { timeout: 150 });
  });

  Deno.test(`${name}: aborted in the middle of a hook, it leaves nothing pending`, async () => {
    await interrupted(verb, "signal", async (bench, error) => {
      assert(error !== undefined);
      assert.deepEqual(await phases(bench), ["a Succeeded", "b Failed", "c "]);
      assert.deepEqual(await bench.names("Job"), []);
      assert.deepEqual(await statuses(bench), verb.failed);
      assert.equal(await text(bench), verb.left);
    });
  });

  Deno.test(`${name}: asked to stop in the middle of a hook, it comes to its end`, async () => {
    await interrupted(verb, "stop", async (bench, error) => {
      assert.equal(error, undefined);
      assert.deepEqual(await bench.names("Job"), ["b", "c"]);
      if (name === "uninstall") return assert.deepEqual(await statuses(bench), []);
      assert.deepEqual(await phases(bench), ["a Succeeded", "b Succeeded", "c Succeeded"]);
      assert.match((await statuses(bench)).at(-1)!, /deployed$/);
    });
  });
}

/** Runs a verb, and expresses a wish as soon as the second of its three hooks runs. */
async function interrupted(
  verb: Verb,
  wish: "signal" | "stop",
  check: Parameters<typeof attempt>[2],
): Promise<void> {
  const hooks: Record<string, HookParts> = {
    a: { policy: "hook-succeeded", weight: -1 },
    b: { delay: "300ms", policy: "hook-failed" },
    c: { weight: 1 },
  };
  const controller = new AbortController();
  await attempt(verb, hooks, check, {
    [wish]: controller.signal,
    during: async ({ api }) => {
      const ref = { apiVersion: "batch/v1", kind: "Job", name: "b", namespace: "shop" };
      await api.until(ref, (object) => object && true);
      controller.abort(new DOMException("enough", "AbortError"));
    },
  });
}

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let each = error; each instanceof Error; each = each.cause) causes.push(each);
  return causes;
}
