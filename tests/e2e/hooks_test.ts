import assert from "node:assert/strict";
import { withNamespaces } from "./namespaces.ts";
import { type Life, mostAtOnce, timeline } from "./timeline.ts";
import { capstan, capstanOk, helms, run, succeed, withValues } from "./tools.ts";

const CHART = new URL("../testdata/charts/hooks", import.meta.url).pathname;

/** A hook as the chart's values have it. */
interface Hook {
  readonly name: string;
  readonly kind?: "Job" | "ConfigMap";
  readonly event?: string;
  readonly weight?: number;
  readonly delay?: string;
  readonly fail?: boolean;
  readonly parallel?: boolean;
  readonly policy?: string;
}

/**
 * Twelve Jobs of one second in weight 0, with names that sort otherwise than they are declared; a
 * ConfigMap among them, and another that ties with a Job in weight and name; and other weights.
 */
const MANY: readonly Hook[] = [
  { name: "last", weight: 10 },
  { name: "also-last", weight: 10, kind: "ConfigMap" },
  ...[12, 3, 7, 1, 10, 5, 9, 2, 11, 4, 8, 6].map((n) => ({ name: `job-${n}`, delay: "1s" })),
  { name: "job-1", kind: "ConfigMap" },
  { name: "job-5-settings", kind: "ConfigMap" },
  { name: "first", weight: -5 },
  { name: "second", weight: -5 },
  { name: "before-all", weight: -20, kind: "ConfigMap" },
  { name: "after", event: "post-install", weight: 1 },
  { name: "after-first", event: "post-install", weight: -1 },
];

/** `Kind/name` of the hooks among the lives; the chart's own ConfigMap is named after its release. */
function hooksOf(lives: readonly Life[]): string[] {
  return lives.filter(({ name }) => name !== "r-config").map(({ kind, name }) => `${kind}/${name}`);
}

function named(lives: readonly Life[], names: readonly string[], kind = "Job"): Life[] {
  return names.map((name) => {
    const life = lives.find((each) => each.name === name && each.kind === kind);
    assert(life, `no ${kind} ${name} in ${lives.map(({ name }) => name).join(", ")}`);
    return life;
  });
}

/** Fails unless all of `before` had ended when the first of `after` was created. */
function assertApart(before: readonly Life[], after: readonly Life[]): void {
  const end = Math.max(...before.map(({ kind, created, ended }) => {
    assert(kind !== "Job" || ended !== undefined, "a Job that never ended");
    return ended ?? created;
  }));
  const start = Math.min(...after.map(({ created }) => created));
  assert(end < start, `${before.map(({ name }) => name)} ended after ${after[0]!.name} began`);
}

Deno.test("without a limit, hooks run one by one in exactly the order of the real Helms", async () => {
  await withNamespaces(["capstan", "helm3", "helm4"], async ([mine, three, four]) => {
    await withValues({ hooks: MANY }, async (values) => {
      const args = ["install", "r", CHART, "-f", values, "-n"];
      const [helm3, helm4] = helms().map(([, path]) => path);
      const [ours, helm3s, helm4s] = await Promise.all([
        timeline(mine, async () => void await capstanOk(...args, mine)),
        timeline(three, async () => void await succeed(helm3!, [...args, three])),
        timeline(four, async () => void await succeed(helm4!, [...args, four])),
      ]);
      assert.equal(hooksOf(ours).length, MANY.length);
      assert.deepEqual(hooksOf(ours), hooksOf(helm3s), "Helm 3");
      assert.deepEqual(hooksOf(ours), hooksOf(helm4s), "Helm 4");
      assert.equal(mostAtOnce(ours), 1);
    });
  });
});

Deno.test("with a limit of 6, hooks of one weight overlap, and weights never do", async () => {
  await withNamespaces(["parallel"], async ([namespace]) => {
    await withValues({ hooks: MANY }, async (values) => {
      const lives = await timeline(namespace, async () => {
        const limit = ["--hook-parallelism", "6"];
        await capstanOk("install", "r", CHART, "-n", namespace, "-f", values, ...limit);
      });
      assert.deepEqual(
        hooksOf(lives).sort(),
        MANY.map(({ kind = "Job", name }) => `${kind}/${name}`).sort(),
      );
      const twelve = MANY.filter(({ name, kind }) => name.startsWith("job-") && kind === undefined);
      const jobs = named(lives, twelve.map(({ name }) => name));
      assert.equal(mostAtOnce(jobs), 6);
      assert.equal(mostAtOnce(lives), 6);
      const settings = named(lives, ["job-1", "job-5-settings"], "ConfigMap");
      const config = named(lives, ["r-config"], "ConfigMap");
      const groups = [
        named(lives, ["before-all"], "ConfigMap"),
        named(lives, ["first", "second"]),
        settings,
        jobs,
        named(lives, ["also-last"], "ConfigMap"),
        named(lives, ["last"]),
        config,
        named(lives, ["after-first"]),
        named(lives, ["after"]),
      ];
      groups.slice(1).forEach((group, i) => assertApart(groups[i]!, group));
    });
  });
});

Deno.test("annotated selection: only hooks that agree overlap, any other is a barrier", async () => {
  const hooks: Hook[] = ["a", "b", "d", "e", "f"].map((name) => ({
    name,
    delay: "1s",
    parallel: true,
  }));
  hooks.push({ name: "c", delay: "1s" });
  await withNamespaces(["annotated"], async ([namespace]) => {
    await withValues({ hooks }, async (values) => {
      const lives = await timeline(namespace, async () => {
        const limits = ["--hook-parallelism", "6", "--hook-selection", "annotated"];
        await capstanOk("install", "r", CHART, "-n", namespace, "-f", values, ...limits);
      });
      const [before, barrier, after] = [["a", "b"], ["c"], ["d", "e", "f"]].map((names) =>
        named(lives, names)
      );
      assert.equal(mostAtOnce(before!), 2);
      assert.equal(mostAtOnce(after!), 3);
      assertApart(before!, barrier!);
      assertApart(barrier!, after!);
    });
  });
});

Deno.test("a hook that fails: nothing more starts, what runs ends, and the error says why", async () => {
  const hooks: Hook[] = [
    { name: "bad", fail: true },
    { name: "slow", delay: "2s" },
    { name: "wait-its-turn" },
    { name: "higher", weight: 1 },
  ];
  await withNamespaces(["failing"], async ([namespace]) => {
    await withValues({ hooks }, async (values) => {
      const lives = await timeline(namespace, async () => {
        const { code, stdout, stderr } = await capstan(
          ...["install", "r", CHART, "-n", namespace, "-f", values, "--hook-parallelism", "2"],
        );
        assert.equal(code, 1);
        assert.equal(stdout, "");
        assert.match(
          stderr,
          new RegExp(
            `^Error: INSTALLATION FAILED: failed pre-install: resource Job/${namespace}/bad not ready\\. ` +
              "status: Failed, message: .*$",
            "m",
          ),
        );
        assert.match(
          stderr,
          /^ {4}pod bad-\w+, container \w+: exit code 1 \(Error\)\n {4}event: Job bad: BackoffLimitExceeded: .*\n {4}last lines of pod bad-\w+, container \w+:\n {6}a line from the test bed$/m,
        );
      });
      assert.deepEqual(hooksOf(lives).sort(), ["Job/bad", "Job/slow"]);
      const [bad, slow] = named(lives, ["bad", "slow"]);
      assert.equal(bad!.failed, true);
      assert.equal(slow!.failed, false);
    });
    for (const [name, helm] of helms()) {
      const status = await succeed(helm, ["status", "r", "-n", namespace, "-o", "json"]);
      const { info, hooks } = JSON.parse(status);
      assert.equal(info.status, "failed", name);
      assert.match(info.description, /^Release "r" failed: failed pre-install: .*Job\/.*\/bad /);
      const phases = hooks.map((each: { name: string; last_run: { phase: string } }) =>
        `${each.name} ${each.last_run.phase}`.trim()
      );
      assert.deepEqual(phases.sort(), ["bad Failed", "higher", "slow Succeeded", "wait-its-turn"]);
    }
  });
});

Deno.test("hooks of upgrade, rollback and uninstall run as Helm runs them, in parallel too", async () => {
  const events = ["upgrade", "rollback", "delete"].flatMap((
    verb,
  ) => [`pre-${verb}`, `post-${verb}`]);
  const hooks: Hook[] = events.flatMap((event) =>
    [-1, 0, 0].map((weight, i) => ({
      name: `${event}-${i}`,
      event,
      weight,
      delay: i === 0 ? "0s" : "1s",
    }))
  );
  const three = (event: string) => [0, 1, 2].map((i) => `Job/${event}-${i}`);
  const failing = [...hooks, { name: "zz-bad", event: "post-upgrade", weight: 9, fail: true }];
  await withNamespaces(["verbs"], async ([namespace]) => {
    const limit = ["-n", namespace, "--hook-parallelism", "4"];
    const together = (lives: readonly Life[], event: string) => {
      const [first, ...others] = named(lives, three(event).map((name) => name.slice(4)));
      assertApart([first!], others);
      assert.equal(mostAtOnce(others), 2, event);
    };
    await withValues(
      { hooks },
      (values) => capstanOk("install", "r", CHART, "-f", values, ...limit),
    );
    const upgrade = await timeline(
      namespace,
      () =>
        withValues({ hooks, text: "second" }, async (values) => {
          await capstanOk("upgrade", "r", CHART, "-f", values, ...limit);
        }),
    );
    assert.deepEqual(hooksOf(upgrade).sort(), [...three("post-upgrade"), ...three("pre-upgrade")]);
    together(upgrade, "pre-upgrade");
    together(upgrade, "post-upgrade");

    const undone = await timeline(
      namespace,
      () =>
        withValues({ hooks: failing, text: "third" }, async (values) => {
          const { code, stderr } = await capstan(
            ...["upgrade", "r", CHART, "-f", values, "--atomic", ...limit],
          );
          assert.equal(code, 1);
          assert.match(
            stderr,
            /^Error: UPGRADE FAILED: release r failed, and has been rolled back due to /m,
          );
        }),
    );
    assert.deepEqual(
      hooksOf(undone).filter((hook) => hook.includes("rollback")).sort(),
      [...three("post-rollback"), ...three("pre-rollback")],
    );
    together(undone, "pre-rollback");
    together(undone, "post-rollback");

    const removed = await timeline(namespace, async () => {
      await capstanOk("uninstall", "r", ...limit);
    });
    assert.deepEqual(hooksOf(removed).sort(), [...three("post-delete"), ...three("pre-delete")]);
    together(removed, "pre-delete");
    together(removed, "post-delete");
    assertApart(
      named(removed, three("pre-delete").map((name) => name.slice(4))),
      named(removed, three("post-delete").map((name) => name.slice(4))),
    );
    for (const [name, helm] of helms()) {
      assert.notEqual((await run(helm, ["status", "r", "-n", namespace])).code, 0, name);
    }
  });
});

Deno.test("twenty Jobs of a second take twenty seconds one by one, and about two at ten at once", async () => {
  const names = Array.from({ length: 20 }, (_, i) => `job-${i + 1}`);
  const values = { hooks: names.map((name) => ({ name, delay: "1s" })) };
  await withNamespaces(["serial", "parallel"], async (namespaces) => {
    await withValues(values, async (file) => {
      const run = async (namespace: string, ...flags: string[]) => {
        const started = performance.now();
        const lives = await timeline(namespace, async () => {
          await capstanOk("install", "r", CHART, "-n", namespace, "-f", file, ...flags);
        });
        return { lives, seconds: (performance.now() - started) / 1000 };
      };
      const [serial, parallel] = await Promise.all([
        run(namespaces[0]!),
        run(namespaces[1]!, "--hook-parallelism", "10"),
      ]);
      assert.deepEqual(hooksOf(serial.lives), names.map((name) => `Job/${name}`).sort());
      assert.equal(mostAtOnce(named(serial.lives, names)), 1);
      assert.equal(mostAtOnce(named(parallel.lives, names)), 10);
      assert.ok(serial.seconds >= 20, `${serial.seconds} s one by one`);
      // Two waves of a second, and what a busy machine adds.
      assert.ok(parallel.seconds < serial.seconds / 4, `${parallel.seconds} s at ten at once`);
    });
  });
});
