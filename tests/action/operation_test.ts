import assert from "node:assert/strict";
import { goTimestamp } from "../../lib/action/operation.ts";

Deno.test("goTimestamp() writes a moment as Go does, so that records read back the same", () => {
  const rows: [number, string][] = [
    [0, "1970-01-01T00:00:00Z"],
    [1_500, "1970-01-01T00:00:01.5Z"],
    [1_050, "1970-01-01T00:00:01.05Z"],
    [1_123, "1970-01-01T00:00:01.123Z"],
    [20_000, "1970-01-01T00:00:20Z"],
  ];
  for (const [ms, text] of rows) assert.equal(goTimestamp(ms), text);
});
