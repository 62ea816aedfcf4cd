/** docs/functions.md against the functions that templates really have. */
import assert from "node:assert/strict";
import { RenderBudget } from "../../lib/engine/budget.ts";
import { templateFunctions } from "../../lib/engine/function_table.ts";
import { builtinFuncs } from "../../lib/template/funcs.ts";
import type { FuncMap, GoFunc } from "../../lib/template/value.ts";

interface Row {
  readonly name: string;
  readonly takes: string;
  readonly v3: string;
  readonly v4: string;
  readonly status: string;
}

const page = await Deno.readTextFile(new URL("../../docs/functions.md", import.meta.url));
const rows: Row[] = page.split("\n").filter((line) => line.startsWith("| `")).map((line) => {
  const [name, takes, v3, v4, status] = line.split("|").slice(1, -1).map((cell) => cell.trim());
  return { name: name!.replaceAll("`", ""), takes: takes!, v3: v3!, v4: v4!, status: status! };
});

function functionsOf(helmVersion: "v3" | "v4"): FuncMap {
  const budget = new RenderBudget();
  return {
    ...builtinFuncs(budget),
    ...templateFunctions({ helmVersion, budget, lookups: undefined }),
  };
}

/** The types of a function's arguments as the page writes them. */
function takes({ params, variadic = false }: GoFunc): string {
  const types = params.map((type, i) => {
    const name = type === "reflect.Value" ? "any" : type;
    return variadic && i === params.length - 1 ? `${name}…` : name;
  });
  return types.length === 0 ? "nothing" : types.join(", ");
}

Deno.test("docs/functions.md names each function once, and says what stands of it", () => {
  const names = rows.map(({ name }) => name);
  assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
  for (const { name, status } of rows) assert.match(status, /^(available|differs)(; .+)?$/, name);
});

for (const helmVersion of ["v3", "v4"] as const) {
  Deno.test(`docs/functions.md and the functions of Helm ${helmVersion} agree`, () => {
    const functions = functionsOf(helmVersion);
    const listed = rows.filter((row) => row[helmVersion] === "yes");
    assert.deepEqual(listed.map(({ name }) => name).sort(), Object.keys(functions).sort());
    for (const row of listed) assert.equal(row.takes, takes(functions[row.name]!), row.name);
    for (const row of rows) assert.match(row[helmVersion], /^(yes|no)$/, row.name);
  });
}
