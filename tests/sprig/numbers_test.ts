import assert from "node:assert/strict";
import { GoNumber, int64 } from "../../lib/template/value.ts";
import { numberFuncs } from "../../lib/sprig/numbers.ts";
import { call, limitedBudget, show, testEnv } from "./environment.ts";

const funcs = numberFuncs(testEnv());

type Row = [name: string, args: unknown[], expected: string];

function check(rows: readonly Row[]): void {
  for (const [name, args, expected] of rows) {
    const shown = args.map(show).join(", ");
    assert.equal(show(call(funcs, name, ...args)), expected, `${name} ${shown}`);
  }
}

Deno.test("int and int64 read strings as Go literals and cut floats", () => {
  const rows: [unknown, bigint][] = [
    ["10", 10n],
    ["010", 8n],
    ["08", 0n],
    ["0x1F", 31n],
    ["0o17", 15n],
    ["0b11", 3n],
    ["1_000", 1000n],
    ["1__0", 0n],
    ["_1", 0n],
    ["0x_1f", 31n],
    ["1.0", 1n],
    ["12.000", 12n],
    ["1.9", 0n],
    ["1e3", 0n],
    [" 1", 0n],
    ["", 0n],
    [".0", 0n],
    ["-7", -7n],
    ["+7", 7n],
    ["9223372036854775807", 9223372036854775807n],
    ["9223372036854775808", 0n],
    ["-9223372036854775808", -9223372036854775808n],
    [1.9, 1n],
    [-1.9, -1n],
    [9.3e18, -9223372036854775808n],
    [NaN, -9223372036854775808n],
    [true, 1n],
    [false, 0n],
    [null, 0n],
    [[], 0n],
    [int64(5), 5n],
    [new GoNumber("uint64", 2n ** 64n - 1n), -1n],
    [new GoNumber("float32", 2.5), 2n],
  ];
  for (const [value, expected] of rows) {
    assert.equal(call(funcs, "int", value), expected, show(value));
    assert.deepEqual(call(funcs, "int64", value), int64(expected), show(value));
  }
});

Deno.test("float64 reads strings as strconv.ParseFloat", () => {
  const rows: [unknown, number][] = [
    ["1.5", 1.5],
    ["1e3", 1000],
    [".5", 0.5],
    ["5.", 5],
    ["+.5e1", 5],
    ["1_0", 10],
    ["1_.5", 0],
    ["0x10", 0],
    ["0x1p4", 16],
    ["0x1.8p1", 3],
    ["0x_1p-2", 0.25],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
    ["nan", NaN],
    ["+nan", 0],
    ["1e400", 0],
    ["1e-400", 0],
    ["1e", 0],
    ["x", 0],
    ["", 0],
    [true, 1],
    [3n, 3],
    [null, 0],
    [int64(7), 7],
  ];
  for (const [value, expected] of rows) {
    assert.equal(call(funcs, "float64", value), expected, show(value));
  }
});

Deno.test("atoi and toDecimal forgive what they cannot read", () => {
  check([
    ["atoi", ["42"], "int 42"],
    ["atoi", ["x"], "int 0"],
    ["atoi", ["1.5"], "int 0"],
    ["atoi", ["0x10"], "int 0"],
    ["atoi", ["-7"], "int -7"],
    ["atoi", ["9223372036854775808"], "int 9223372036854775807"],
    ["toDecimal", ["0777"], "int64 511"],
    ["toDecimal", [777n], "int64 511"],
    ["toDecimal", [644], "int64 420"],
    ["toDecimal", ["9"], "int64 0"],
    ["toDecimal", [1e6], "int64 0"],
    ["toDecimal", [null], "int64 0"],
  ]);
});

Deno.test("integer arithmetic casts every argument and wraps at 64 bits", () => {
  check([
    ["add", [], "int64 0"],
    ["add", ["2", 1.9], "int64 3"],
    ["add", ["1.5", 1n], "int64 1"],
    ["add", [int64(2n ** 63n - 1n), 1n], "int64 -9223372036854775808"],
    ["add1", [int64(2n ** 63n - 1n)], "int64 -9223372036854775808"],
    ["sub", [3n, 10n], "int64 -7"],
    ["mul", [2n, 3n, 4n], "int64 24"],
    ["mul", [int64(2n ** 62n), 4n], "int64 0"],
    ["div", [-7n, 2n], "int64 -3"],
    ["mod", [-7n, 3n], "int64 -1"],
    ["max", [1n, "0x10", 3.9], "int64 16"],
    ["biggest", [1n, 2n], "int64 2"],
    ["min", [1n, "x"], "int64 0"],
  ]);
  for (const name of ["div", "mod"]) {
    assert.throws(() => call(funcs, name, 1n, "x"), {
      message: "runtime error: integer divide by zero",
    });
  }
});

Deno.test("decimal arithmetic has no binary rounding", () => {
  check([
    ["addf", [0.1, 0.2], "float64 0.3"],
    ["addf", [], "float64 0"],
    ["addf", ["1.5", 1n], "float64 2.5"],
    ["add1f", [0.1], "float64 1.1"],
    ["subf", [0.3, 0.1, 0.1], "float64 0.1"],
    ["mulf", [1.1, 1.1], "float64 1.21"],
    ["divf", [1n, 3n], "float64 0.3333333333333333"],
    ["divf", [2n, 3n], "float64 0.6666666666666667"],
    ["divf", [-2n, 3n], "float64 -0.6666666666666667"],
    ["divf", [10n, 4n, 5n], "float64 0.5"],
    ["maxf", [1n, 2.5], "float64 2.5"],
    ["minf", [1n, 2.5], "float64 1"],
    ["maxf", ["NaN", "inf"], "float64 +Inf"],
    ["minf", ["NaN", 1n], "float64 NaN"],
  ]);
  assert.throws(() => call(funcs, "divf", 1n, 0n), { message: "decimal division by 0" });
  assert.throws(() => call(funcs, "addf", "inf"), {
    message: "Cannot create a Decimal from +Inf",
  });
});

Deno.test("round, floor and ceil", () => {
  check([
    ["floor", ["-1.5"], "float64 -2"],
    ["ceil", [1.2], "float64 2"],
    ["round", [2.5, 0n], "float64 3"],
    ["round", [-2.5, 0n], "float64 -3"],
    ["round", [123.5555, 3n], "float64 123.556"],
    ["round", [123.4567, 2n, 0.6], "float64 123.46"],
    ["round", ["1.25", 1n], "float64 1.3"],
    ["round", [1234.5, -2n], "float64 1200"],
    ["round", [-1.15, 1n], "float64 -1.2"],
    ["round", [1, 400n], "float64 NaN"],
  ]);
});

Deno.test("until, untilStep and seq count both ways", () => {
  check([
    ["until", [3n], "[]int [0 1 2]"],
    ["until", [-3n], "[]int [0 -1 -2]"],
    ["until", [0n], "[]int []"],
    ["untilStep", [0n, 10n, 3n], "[]int [0 3 6 9]"],
    ["untilStep", [10n, 0n, -4n], "[]int [10 6 2]"],
    ["untilStep", [0n, 3n, -1n], "[]int []"],
    ["untilStep", [3n, 0n, 1n], "[]int []"],
    ["untilStep", [0n, 3n, 0n], "[]int []"],
    ["seq", [], "string "],
    ["seq", [3n], "string 1 2 3"],
    ["seq", [-2n], "string 1 0 -1 -2"],
    ["seq", [0n], "string 1 0"],
    ["seq", [2n, 4n], "string 2 3 4"],
    ["seq", [4n, 2n], "string 4 3 2"],
    ["seq", [0n, 2n, 6n], "string 0 2 4 6"],
    ["seq", [6n, -2n, 0n], "string 6 4 2 0"],
    ["seq", [5n, 1n, 1n], "string "],
    ["seq", [1n, 0n, 3n], "string "],
    ["seq", [1n, 2n, 3n, 4n], "string "],
  ]);
});

Deno.test("until, untilStep and seq ask the budget before they build", () => {
  const poor = numberFuncs(testEnv({ budget: limitedBudget(1000) }));
  for (const [name, ...args] of [["until", 10n ** 12n], ["untilStep", 0n, 10n ** 12n, 1n]]) {
    assert.throws(() => call(poor, name as string, ...args), { message: "budget used up" });
  }
  assert.throws(() => call(poor, "seq", 10n ** 15n), { message: "budget used up" });
});

Deno.test("randInt stays in its range and refuses an empty one", () => {
  const drawn = new Set(Array.from({ length: 200 }, () => call(funcs, "randInt", 3n, 6n)));
  assert.ok([...drawn].every((number) => [3n, 4n, 5n].includes(number as bigint)));
  for (const max of [5n, 4n]) {
    assert.throws(() => call(funcs, "randInt", 5n, max), {
      message: "invalid argument to Intn",
    });
  }
});
