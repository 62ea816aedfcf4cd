import assert from "node:assert/strict";
import { parseIp } from "../../lib/sprig/ip_address.ts";

Deno.test("parseIp() reads what net.ParseIP reads", () => {
  const rows: [string, string | undefined][] = [
    ["10.0.0.1", "0a000001"],
    ["255.255.255.255", "ffffffff"],
    ["::", "00".repeat(16)],
    ["::1", "00".repeat(15) + "01"],
    ["1::", "0001" + "00".repeat(14)],
    ["fe80::a:B", "fe80" + "00".repeat(10) + "000a000b"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["::ffff:10.0.0.1", "0a000001"],
    ["64:ff9b::1.2.3.4", "0064ff9b" + "00".repeat(8) + "01020304"],
    ["256.0.0.1", undefined],
    ["01.2.3.4", undefined],
    ["1.2.3", undefined],
    ["1.2.3.4.5", undefined],
    ["", undefined],
    ["1::2::3", undefined],
    ["1:2:3:4:5:6:7", undefined],
    ["1:2:3:4:5:6:7:8:9", undefined],
    ["1:2:3:4:5:6:7::8", undefined],
    ["12345::", undefined],
    ["fe80::1%eth0", undefined],
    ["1.2.3.4::", undefined],
    ["::1.2.3.4", "00".repeat(12) + "01020304"],
    ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
    [":1", undefined],
  ];
  for (const [text, expected] of rows) assert.equal(parseIp(text)?.toHex(), expected, text);
});
