import assert from "node:assert/strict";
import { CapstanErrors } from "../../lib/errors.ts";
import { defineStack, hook, kubeContext, release, repository } from "../../lib/stack/stack.ts";
import type { HookOptions, ReleaseOptions, Stack, StackDefinition } from "../../lib/stack/types.ts";

const chart = "./charts/web";

/** The messages and hints that a definition is refused with. */
function mistakes(definition: () => unknown): { message: string; hint?: string | undefined }[] {
  try {
    definition();
  } catch (error) {
    assert(error instanceof CapstanErrors);
    return error.errors.map(({ message, hint }) => ({ message, hint }));
  }
  assert.fail("the definition was accepted");
}

Deno.test("defineStack() fills defaults once and freezes", () => {
  const web = release("web", { chart });
  const stack = defineStack({ name: "shop", releases: [web] });
  assert.deepEqual(
    {
      parallelism: stack.parallelism,
      hookParallelism: stack.hookParallelism,
      hookSelection: stack.hookSelection,
    },
    { parallelism: 16, hookParallelism: 1, hookSelection: "all" },
  );
  assert.equal(web.namespace, "default");
  assert(
    Object.isFrozen(stack) && Object.isFrozen(stack.releases) && Object.isFrozen(web) &&
      Object.isFrozen(web.needs),
  );
  assert(web.declaredAt?.file.endsWith("stack_test.ts"));
});

Deno.test("defineStack() builds a stack for an environment", () => {
  const factory = defineStack((env) => ({
    name: "shop",
    releases: [release("web", { chart, values: { replicas: env.name === "production" ? 3 : 1 } })],
  }));
  const stack: Stack = factory.build({ name: "production" });
  assert.deepEqual(stack.releases[0]!.values, { replicas: 3 });
});

Deno.test("repository() names a chart and a version", () => {
  const ref = repository("https://charts.example.com").chart("postgresql", "15.x");
  assert.deepEqual(ref, {
    type: "remote-chart",
    repository: { url: "https://charts.example.com" },
    name: "postgresql",
    version: "15.x",
  });
});

Deno.test("defineStack() refuses a mistake with one clear message", async (t) => {
  const web = release("web", { chart });
  const stranger = release("stranger", { chart });
  const of = (name: string, options: Partial<ReleaseOptions>) =>
    release(name, { chart, ...options });
  const hookOf = (options: Partial<HookOptions>) => hook("check", { run: () => {}, ...options });
  const one = (node: ReturnType<typeof release>): StackDefinition => ({
    name: "shop",
    releases: [node],
  });
  const rows: [string, StackDefinition, string, string?][] = [
    [
      "bad stack name",
      { name: "My Shop", releases: [] },
      'bad stack name "My Shop"',
      "use lower-case letters, digits and dashes, at most 63",
    ],
    [
      "bad release name",
      one(of("Web_1", {})),
      'bad release name "Web_1"',
      "use lower-case letters, digits, dashes and dots, at most 53",
    ],
    [
      "long release name",
      one(of("a".repeat(54), {})),
      `bad release name "${"a".repeat(54)}"`,
      "use lower-case letters, digits, dashes and dots, at most 53",
    ],
    [
      "bad namespace",
      one(of("web", { namespace: "a b" })),
      'bad namespace of release web: "a b"',
      "use lower-case letters, digits and dashes, at most 63",
    ],
    [
      "unknown reference",
      one(of("web", { needs: ["bd"] })),
      'release web needs "bd", which the stack does not have',
    ],
    [
      "misspelt reference",
      { name: "shop", releases: [of("backend", {}), of("web", { needs: ["bakcend"] })] },
      'release web needs "bakcend", which the stack does not have',
      'did you mean "backend"?',
    ],
    [
      "reference outside the stack",
      one(of("web", { needs: [stranger] })),
      "release web needs release stranger, which is not in the stack",
      "add it to the stack's `releases` or `hooks`",
    ],
    [
      "ambiguous reference",
      {
        name: "shop",
        releases: [
          of("db", { namespace: "a" }),
          of("db", { namespace: "b" }),
          of("web", { needs: ["db"] }),
        ],
      },
      'release web needs "db", which names 2 nodes of the stack',
      'write one of "a/db", "b/db"',
    ],
    [
      "bad weight",
      { name: "shop", releases: [web], hooks: [hookOf({ weight: 1.5 })] },
      "bad weight of hook check: 1.5",
      "use an integer; lower weights run first",
    ],
    [
      "bad parallelism",
      { name: "shop", releases: [web], parallelism: 0 },
      "bad parallelism of the stack: 0",
      "use an integer from 1",
    ],
    [
      "bad hook parallelism",
      { name: "shop", releases: [web], hookParallelism: 1025 },
      "bad hookParallelism of the stack: 1025",
      "use an integer from 0 to 1024; 0 and 1 are serial",
    ],
    [
      "negative hook parallelism",
      one(of("web", { hookParallelism: -1 })),
      "bad hookParallelism of release web: -1",
      "use an integer from 0 to 1024; 0 and 1 are serial",
    ],
    [
      "bad timeout",
      one(of("web", { timeout: "5 minutes" })),
      'bad timeout of release web: "5 minutes"',
      'use "90s", "10m", "1h30m", or milliseconds',
    ],
    [
      "unknown option",
      one(of("web", { namespce: "x" } as object)),
      "release web has an unknown option `namespce`",
      "did you mean `namespace`?",
    ],
    [
      "no chart",
      one(release("web", {} as ReleaseOptions)),
      "release web has no chart: undefined",
      'give a path such as "./charts/web", or repository(url).chart(name)',
    ],
    [
      "a node of the wrong type",
      { name: "shop", releases: [hookOf({})] as never },
      "releases[0] is an object, not a release",
      "make it with release(…)",
    ],
    ["a hook without a function", {
      name: "shop",
      releases: [web],
      hooks: [hookOf({ run: 3 as never })],
    }, "hook check has no function `run`: 3"],
    [
      "cycle",
      {
        name: "shop",
        releases: [of("web", { needs: ["seed"] }), of("db", { needs: ["web"] })],
        hooks: [hook("seed", { after: ["db"], run: () => {} })],
      },
      "these wait for one another: web → seed → db → web",
      "remove one of the edges from `needs` or `after`",
    ],
    [
      "a node that needs itself",
      one(of("web", { needs: ["web"] })),
      "these wait for one another: web → web",
      "remove one of the edges from `needs` or `after`",
    ],
  ];
  for (const [name, definition, message, hint] of rows) {
    await t.step(name, () => {
      assert.deepEqual(mistakes(() => defineStack(definition)), [{ message, hint }]);
    });
  }
});

Deno.test("defineStack() refuses a release declared twice for one namespace and cluster", () => {
  const twice = () => [
    release("web", { chart, namespace: "shop" }),
    release("web", { chart, namespace: "shop" }),
  ];
  const [mistake] = mistakes(() => defineStack({ name: "shop", releases: twice() }));
  assert.match(mistake!.message, /^release shop\/web is declared twice, first at line \d+$/);
  defineStack({
    name: "shop",
    releases: [
      release("web", { chart, namespace: "shop" }),
      release("web", { chart, namespace: "other" }),
      release("web", { chart, namespace: "shop", cluster: kubeContext("eu-1") }),
    ],
  });
});

Deno.test("defineStack() shows all mistakes at once, each with its place", () => {
  let caught: unknown;
  try {
    defineStack({
      name: "shop",
      releases: [release("Web", { chart }), release("db", { chart, needs: ["nope"] })],
      parallelism: 2.5,
    });
  } catch (error) {
    caught = error;
  }
  assert(caught instanceof CapstanErrors);
  assert.equal(caught.message, "stack shop has 3 mistakes");
  assert.deepEqual(caught.errors.map(({ code }) => code), [
    "stack/parallelism",
    "stack/bad-name",
    "stack/unknown-reference",
  ]);
  for (const error of caught.errors) {
    assert(error.position?.line !== undefined && error.position.file.endsWith("stack_test.ts"));
  }
});

Deno.test("defineStack() checks a chain of ten thousand releases for cycles", () => {
  const releases = Array.from(
    { length: 10_000 },
    (_, i) => release(`r${i}`, { chart, needs: i === 0 ? [] : [`r${i - 1}`] }),
  );
  assert.equal(defineStack({ name: "chain", releases }).releases.length, 10_000);
});
