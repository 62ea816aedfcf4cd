/**
 * IP addresses as text, by the rules of Go's net.ParseIP.
 *
 * @module
 */

/** The 4 or 16 bytes of an address, 4 also for IPv4 within IPv6; `undefined` for a bad one. */
export function parseIp(text: string): Uint8Array | undefined {
  if (!text.includes(":")) return parseIpv4(text);
  const bytes = parseIpv6(text);
  const mapped = bytes?.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff)) ?? false;
  return mapped ? bytes!.slice(12) : bytes;
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  const valid = parts.length === 4 &&
    parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
  return valid ? Uint8Array.from(parts, Number) : undefined;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => groups(half, i === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...head, ...Array(missing).fill(0), ...tail ?? []]);
}

/** The bytes of groups between colons; the last of an address may be IPv4. */
function groups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      const group = Number(`0x${part}`);
      bytes.push(group >> 8, group & 0xff);
      continue;
    }
    const embedded = last && i === parts.length - 1 ? parseIpv4(part) : undefined;
    if (embedded === undefined) return undefined;
    bytes.push(...embedded);
  }
  return bytes;
}
