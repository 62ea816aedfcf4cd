import { strictEqual } from "node:assert/strict";
import { canonicalQuantity } from "../../lib/apiserver/quantity.ts";

// Answers of kube-apiserver v1.36.3 for `resources.limits` of a claim.
const ROWS: readonly (readonly [string | number, string | undefined])[] = [
  ["1", "1"],
  ["0", "0"],
  ["-0", "0"],
  ["1000m", "1"],
  ["500m", "500m"],
  ["0.5", "500m"],
  [".5", "500m"],
  ["1.5", "1500m"],
  ["0.1", "100m"],
  ["0.0001", "1m"],
  ["100u", "1m"],
  ["1.23456789", "1235m"],
  ["1e3", "1e3"],
  ["1.5e3", "1500"],
  ["1e-3", "1e-3"],
  ["12e6", "12e6"],
  ["1e20", "100e18"],
  ["1k", "1k"],
  ["1000k", "1M"],
  ["1.5M", "1500k"],
  ["00.5k", "500"],
  ["1000000", "1M"],
  ["1000000000000", "1T"],
  ["1024", "1024"],
  ["1Gi", "1Gi"],
  ["1024Mi", "1Gi"],
  ["1.5Gi", "1536Mi"],
  ["0.5Gi", "512Mi"],
  ["0.5Ki", "512"],
  ["0.1Ki", "102400m"],
  ["0.3Gi", "322122547200m"],
  ["1000Ki", "1000Ki"],
  ["2048Ki", "2Mi"],
  ["1.1Ki", "1126400m"],
  ["1Ei", "1Ei"],
  ["5E", "5E"],
  [1, "1"],
  [1.5, "1500m"],
  [0.1, "100m"],
  [1e6, "1M"],
  ["1e2Ki", undefined],
  ["1Kib", undefined],
  ["1 Gi", undefined],
  ["abc", undefined],
  ["", undefined],
  ["1.5.5", undefined],
  ["1e", undefined],
];

Deno.test("canonicalQuantity() writes quantities as the API server stores them", () => {
  for (const [text, expected] of ROWS) {
    strictEqual(canonicalQuantity(text), expected, JSON.stringify(text));
  }
});
