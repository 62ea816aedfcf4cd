import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { formatFloat, shortestFloat } from "../../lib/template/float.ts";
import type { FloatFormat } from "../../lib/template/float.ts";

Deno.test("shortestFloat() prints numbers as Go's %v", () => {
  const rows: [number, string, string?][] = [
    [0, "0"],
    [-0, "-0"],
    [1, "1"],
    [-1.5, "-1.5"],
    [100000, "100000"],
    [999999, "999999"],
    [1000000, "1e+06"],
    [1234567, "1.234567e+06"],
    [123456789, "1.23456789e+08"],
    [123456.789, "123456.789"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1e21, "1e+21"],
    [1e100, "1e+100"],
    [5e-324, "5e-324"],
    [NaN, "NaN"],
    [Infinity, "+Inf"],
    [-Infinity, "-Inf"],
  ];
  for (const [value, expected] of rows) strictEqual(shortestFloat(value), expected);
});

Deno.test("shortestFloat() of a float32 takes the digits that tell it from other float32s", () => {
  const rows: [number, string][] = [
    [0.1, "0.1"],
    [16777216, "1.6777216e+07"],
    // Two texts of this length read back; the nearer one, or the even one, is taken.
    [224232.625, "224232.62"],
    [1e-45, "1e-45"],
    [3.4028234663852886e38, "3.4028235e+38"],
  ];
  for (const [value, expected] of rows) {
    strictEqual(shortestFloat(Math.fround(value), 32), expected);
  }
});

Deno.test("formatFloat() prints every format as strconv", () => {
  const rows: [number, FloatFormat, string][] = [
    [0.5, { verb: "f", precision: 0 }, "0"],
    [2.5, { verb: "f", precision: 0 }, "2"],
    [1.005, { verb: "f", precision: 2 }, "1.00"],
    [9.995, { verb: "f", precision: 2 }, "9.99"],
    [99.99, { verb: "f", precision: 1 }, "100.0"],
    [0.04, { verb: "f", precision: 1 }, "0.0"],
    [1e22, { verb: "f", precision: 1 }, "10000000000000000000000.0"],
    [1.5, { verb: "f" }, "1.5"],
    [1e-7, { verb: "f" }, "0.0000001"],
    [0.1, { verb: "f", precision: 20 }, "0.10000000000000000555"],
    [0, { verb: "e", precision: 2 }, "0.00e+00"],
    [123456, { verb: "E", precision: 2 }, "1.23E+05"],
    [9.99, { verb: "e", precision: 1 }, "1.0e+01"],
    [1234.5, { verb: "g", precision: 3 }, "1.23e+03"],
    [100, { verb: "g", precision: 5 }, "100"],
    [100000, { verb: "g", precision: 3 }, "1e+05"],
    [0, { verb: "g", precision: 0 }, "0"],
    [1.5, { verb: "x" }, "0x1.8p+00"],
    [0.1, { verb: "x", precision: 2 }, "0x1.9ap-04"],
    [1.9999, { verb: "X", precision: 0 }, "0X1P+01"],
    [0, { verb: "x", precision: 2 }, "0x0.00p+00"],
    [5e-324, { verb: "x" }, "0x1p-1074"],
    [1.5, { verb: "b" }, "6755399441055744p-52"],
    [1.5, { verb: "b", bits: 32 }, "12582912p-23"],
  ];
  for (const [value, format, expected] of rows) {
    strictEqual(formatFloat(value, format), expected, JSON.stringify([value, format]));
    if (value !== 0) strictEqual(formatFloat(-value, format), `-${expected}`);
  }
});

Deno.test("formatFloat() reads back as the number, and is no longer than JavaScript's text", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      for (const verb of ["e", "f", "g"] as const) {
        ok(Object.is(Number(formatFloat(value, { verb })), value));
      }
      ok(Object.is(Number(shortestFloat(value)), value));
      ok(Object.is(Number(formatFloat(value, { verb: "e", precision: 16 })), value));
    }),
  );
});
