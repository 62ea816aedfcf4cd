import assert from "node:assert/strict";
import { waitText } from "../../lib/report/shorten.ts";

const LONG = "stuck-image-with-a-quite-long-name";
const WHOLE =
  `wait: Deployment ${LONG}: Available: 0/2: ${LONG}-6f54b478f7-jq6jg: ImagePullBackOff, and 1 more`;

Deno.test("waitText() keeps why as long as there is room, and lets names go first", () => {
  const rows: [text: string, owner: string, columns: number, expected: string][] = [
    [WHOLE, LONG, 160, WHOLE],
    [
      WHOLE,
      LONG,
      100,
      "wait: Deployment …: Available: 0/2: …-6f54b478f7-jq6jg: ImagePullBackOff, and 1 more",
    ],
    [WHOLE, LONG, 72, "wait: Deployment …: Available: 0/2: …-6f5…: ImagePullBackOff, and 1 more"],
    [WHOLE, LONG, 60, "wait: Available: 0/2: …-6f5…: ImagePullBackOff, and 1 more"],
    [WHOLE, LONG, 46, "wait: Available: 0/2: …-6f5…: ImagePullBackOff"],
    [WHOLE, LONG, 32, "wait: Availab…: ImagePullBackOff"],
    [WHOLE, LONG, 20, "ImagePullBackOff"],
    [
      "wait: Deployment api: Available: 0/2: api-6f54b478f7-jq6jg: CrashLoopBackOff",
      "api",
      60,
      "wait: Available: 0/2: api-6…: CrashLoopBackOff",
    ],
    ["wait: Deployment web: Available: 1/3", "web", 22, "wait: Available: 1/3"],
    ["wait: Deployment web: Available: 1/3", "web", 12, "wait: Available: 1/3"],
    [`hook pre-install ${LONG}-migrate`, LONG, 30, "hook pre-install …-migrate"],
    ["wait", "web", 2, "wait"],
  ];
  for (const [text, owner, columns, expected] of rows) {
    assert.equal(waitText(text, owner, columns), expected, `at ${columns}`);
  }
});
