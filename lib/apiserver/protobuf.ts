/**
 * Kubernetes' protobuf encoding, as far as Go clients send it without being asked: helm writes its
 * release records so. Answers are always JSON, which those clients take as well.
 *
 * @module
 */
import type { JsonObject } from "./json.ts";
import { badRequest } from "./status.ts";

/** How a field of a message is read. */
type Field = readonly [name: string, type: FieldType];
type FieldType =
  | "string"
  | "bytes"
  | "int"
  | "bool"
  | "strings"
  | Message
  | MapOf
  | ListOf;
type MapOf = { readonly map: "string" | "bytes" };
type ListOf = { readonly list: Message };
/** Fields of a message by number. */
interface Message {
  readonly fields: Readonly<Record<number, Field>>;
}

const OWNER: Message = {
  fields: {
    1: ["kind", "string"],
    3: ["name", "string"],
    4: ["uid", "string"],
    5: ["apiVersion", "string"],
    6: ["controller", "bool"],
    7: ["blockOwnerDeletion", "bool"],
  },
};

const METADATA: Message = {
  fields: {
    1: ["name", "string"],
    2: ["generateName", "string"],
    3: ["namespace", "string"],
    5: ["uid", "string"],
    6: ["resourceVersion", "string"],
    11: ["labels", { map: "string" }],
    12: ["annotations", { map: "string" }],
    13: ["ownerReferences", { list: OWNER }],
    14: ["finalizers", "strings"],
  },
};

/** The kinds that are read; everything else is answered 415. */
const MESSAGES: Readonly<Record<string, Message>> = {
  Secret: {
    fields: {
      1: ["metadata", METADATA],
      2: ["data", { map: "bytes" }],
      3: ["type", "string"],
      4: ["stringData", { map: "string" }],
      5: ["immutable", "bool"],
    },
  },
  ConfigMap: {
    fields: {
      1: ["metadata", METADATA],
      2: ["data", { map: "string" }],
      3: ["binaryData", { map: "bytes" }],
      4: ["immutable", "bool"],
    },
  },
  Namespace: { fields: { 1: ["metadata", METADATA] } },
  DeleteOptions: {
    fields: {
      1: ["gracePeriodSeconds", "int"],
      2: ["preconditions", {
        fields: { 1: ["uid", "string"], 2: ["resourceVersion", "string"] },
      }],
      3: ["orphanDependents", "bool"],
      4: ["propagationPolicy", "string"],
      5: ["dryRun", "strings"],
    },
  },
};

const TYPE: Message = { fields: { 1: ["apiVersion", "string"], 2: ["kind", "string"] } };
const ENVELOPE: Message = { fields: { 1: ["type", TYPE], 2: ["raw", "bytes"] } };
const MAGIC = [0x6b, 0x38, 0x73, 0];

/** Whether a body begins as Kubernetes' protobuf does. */
export function isProtobuf(body: Uint8Array): boolean {
  return MAGIC.every((byte, i) => body[i] === byte);
}

/** The object that a protobuf body encodes; `undefined` where its kind is not known here. */
export function decodeProtobuf(body: Uint8Array): JsonObject | undefined {
  const envelope = read(body.subarray(MAGIC.length), ENVELOPE);
  const { apiVersion, kind } = (envelope.type ?? {}) as JsonObject;
  const message = typeof kind === "string" && Object.hasOwn(MESSAGES, kind)
    ? MESSAGES[kind]!
    : undefined;
  if (message === undefined) return undefined;
  const raw = Uint8Array.fromBase64(String(envelope.raw ?? ""));
  return { apiVersion, kind, ...read(raw, message) };
}

/** Reads one message; fields that its description does not name are passed over. */
function read(bytes: Uint8Array, { fields }: Message): JsonObject {
  const out: JsonObject = {};
  const cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) {
    const tag = varint(cursor);
    const field = fields[tag >>> 3];
    const value = (tag & 7) === 0 ? varint(cursor) : chunk(cursor, tag & 7);
    if (field !== undefined) put(out, field, value);
  }
  return out;
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

function varint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 64; shift += 7) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw badRequest("unexpected end of protobuf");
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw badRequest("a protobuf number is too long");
}

function chunk(cursor: Cursor, wire: number): Uint8Array {
  if (wire !== 1 && wire !== 2 && wire !== 5) throw badRequest(`protobuf wire type ${wire}`);
  const length = wire === 1 ? 8 : wire === 5 ? 4 : varint(cursor);
  const end = cursor.at + length;
  if (end > cursor.bytes.length) throw badRequest("unexpected end of protobuf");
  const part = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return part;
}

function put(out: JsonObject, [name, type]: Field, value: number | Uint8Array): void {
  if (typeof value === "number") {
    out[name] = type === "bool" ? value !== 0 : value;
    return;
  }
  // Go writes every string field, set or not; an empty one means that it is not set.
  if (type === "string") {
    if (value.length > 0) out[name] = text(value);
  } else if (type === "bytes") out[name] = value.toBase64();
  else if (type === "strings") out[name] = [...(out[name] as string[] ?? []), text(value)];
  else if (typeof type === "string") throw badRequest(`protobuf field ${name} is no number`);
  else if ("fields" in type) out[name] = read(value, type);
  else if ("list" in type) out[name] = [...(out[name] as unknown[] ?? []), read(value, type.list)];
  else {
    const entry = read(value, { fields: { 1: ["key", "string"], 2: ["value", type.map] } });
    const map = (out[name] ??= {}) as JsonObject;
    map[String(entry.key ?? "")] = entry.value ?? "";
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
