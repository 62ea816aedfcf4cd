/** Every code of docs/errors.md is met in a golden file, where what is said can be read. */
import assert from "node:assert/strict";

/** Codes of what nobody can bring about, and why they are there all the same. */
const GUARDS: Readonly<Record<string, string>> = {
  "apply/failed":
    "an object was not applied for a reason that is no error of the API server: our own fault",
  "interrupted":
    "a step that was stopped has no error: its release ends as interrupted, and that is what is said",
  "kubeconfig":
    "a connection failed without an error of its own: those of kubeconfigs all have one",
  "permissions/unknown":
    "a command has no rule for its permissions: all that there are have one, a new one may not yet",
  "release/failed": "an operation failed without an error of its own: our own fault",
  "schedule/stalled":
    "steps are left and none can start: a fault of the scheduler, found rather than waited on",
};

Deno.test("every code of docs/errors.md is met in a golden file, or is a guard", async () => {
  const [known, met] = await Promise.all([codesKnown(), codesMet()]);
  assert.deepEqual([...known].filter((code) => !met.has(code) && !(code in GUARDS)), []);
  const idle = Object.keys(GUARDS).filter((code) => met.has(code) || !known.has(code));
  assert.deepEqual(idle, [], "guards that are met, or are no more");
});

Deno.test("every code that is met is in docs/errors.md, and none says only that there is an error", async () => {
  const [known, met] = await Promise.all([codesKnown(), codesMet()]);
  assert.deepEqual([...met].filter((code) => !code.startsWith("kube/") && !known.has(code)), []);
});

async function codesKnown(): Promise<Set<string>> {
  const page = await Deno.readTextFile(new URL("../../docs/errors.md", import.meta.url));
  return new Set([...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code]) => code!));
}

/** The codes in the golden files. */
async function codesMet(): Promise<Set<string>> {
  const folder = new URL("testdata/", import.meta.url);
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  const texts = names.filter((name) => name.startsWith("messages"))
    .map((name) => Deno.readTextFile(new URL(name, folder)));
  return new Set(
    (await Promise.all(texts)).flatMap((text) =>
      [...text.matchAll(/^\((?:exit \d|thrown), (.*)\)$/gm)].flatMap(([, codes]) =>
        codes!.split(", ")
      )
    ).filter((code) => code !== "-"),
  );
}
