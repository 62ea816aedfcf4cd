import assert from "node:assert/strict";
import { CapstanError } from "../../lib/errors.ts";
import { parseDuration } from "../../lib/stack/duration.ts";
import { release } from "../../lib/stack/stack.ts";
import type { StackCluster } from "../../lib/stack/cluster.ts";
import type { ReleaseOptions } from "../../lib/stack/types.ts";
import { releaseValues } from "../../lib/stack/values.ts";
import { GoNumber } from "../../lib/template/value.ts";

async function values(options: Partial<ReleaseOptions>, files: Record<string, string> = {}) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const context = { cluster: {} as StackCluster, signal: new AbortController().signal };
    return await releaseValues(release("web", { chart: "./web", ...options }), { folder, context });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** As JSON, which is enough to compare and forgets that maps have no prototype. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(
      value,
      (_, each) => each instanceof GoNumber ? `${each.type} ${each.value}` : each,
    ),
  );
}

Deno.test("releaseValues() puts files, objects and set expressions together, later over earlier", async (t) => {
  const files = { "a.yaml": "image: {tag: v1, pull: Always}\nports: [80]\n" };
  const rows: [string, Partial<ReleaseOptions>, unknown][] = [
    ["nothing", {}, {}],
    ["an object", { values: { a: 1 } }, { a: 1 }],
    ["a file", { values: "./a.yaml" }, { image: { tag: "v1", pull: "Always" }, ports: [80] }],
    ["a file under an object", { values: ["./a.yaml", { image: { tag: "v2" } }] }, {
      image: { tag: "v2", pull: "Always" },
      ports: [80],
    }],
    ["a function", { values: () => Promise.resolve({ a: { b: null } }) }, { a: { b: null } }],
    ["set over a file's list", { values: "a.yaml", set: ["ports[1]=443", "image.tag=v3"] }, {
      image: { tag: "v3", pull: "Always" },
      ports: [80, "int64 443"],
    }],
    ["undefined is left out, a bigint is an int64", { values: { a: undefined, b: 2n } }, {
      b: "int64 2",
    }],
  ];
  for (const [name, options, expected] of rows) {
    await t.step(name, async () => assert.deepEqual(plain(await values(options, files)), expected));
  }
});

Deno.test("releaseValues() says what cannot be a value, and where", async (t) => {
  const rows: [string, Partial<ReleaseOptions>, RegExp][] = [
    [
      "a function inside",
      { values: { a: { b: [() => 1] } } },
      /^values of release web: a\.b\[0\] cannot be written as YAML: function$/,
    ],
    [
      "a date",
      { values: { when: new Date() } },
      /^values of release web: when cannot be written as YAML: Date$/,
    ],
    ["a function that throws", {
      values: () => {
        throw new Error("no luck");
      },
    }, /^values of release web: no luck$/],
    [
      "a function that returns a list",
      { values: (() => []) as never },
      /^values of release web: the function returned a list, not an object$/,
    ],
    [
      "a file that is not there",
      { values: "./nope.yaml" },
      /nope\.yaml: no such file or directory/,
    ],
  ];
  for (const [name, options, message] of rows) {
    await t.step(name, async () => {
      const error = await values(options).catch((error) => error);
      assert(error instanceof CapstanError);
      assert.match(error.message, message);
    });
  }
});

Deno.test("parseDuration() reads Go's durations and milliseconds", () => {
  const rows: [string | number, number | undefined][] = [
    ["90s", 90_000],
    ["1h30m", 5_400_000],
    ["1.5s", 1500],
    ["250ms", 250],
    ["0", 0],
    [1500, 1500],
    ["5", undefined],
    ["5 m", undefined],
    ["m", undefined],
    ["", undefined],
    [-1, undefined],
    [NaN, undefined],
  ];
  for (const [text, ms] of rows) assert.equal(parseDuration(text), ms, String(text));
});
