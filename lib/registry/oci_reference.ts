/**
 * References to charts in registries: `oci://host[:port]/path[:tag][@digest]`.
 *
 * Rules from Helm's pkg/registry/reference.go and the OCI distribution specification.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";

/** A reference, taken apart. */
export interface OciReference {
  /** Host, and port where one is given. */
  readonly host: string;
  readonly path: string;
  /** As people write it, with `+`; empty where none is given. */
  readonly tag: string;
  /** `sha256:…`; empty where none is given. */
  readonly digest: string;
}

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Whether a chart is named by its place in a registry. */
export function isOci(text: string): boolean {
  return text.startsWith("oci://");
}

/** Takes a reference apart. @throws {CapstanError} Where it is none. */
export function parseOciReference(text: string): OciReference {
  const bare = text.replace(/^oci:\/\//, "");
  const at = bare.lastIndexOf("@");
  const digest = at < 0 ? "" : bare.slice(at + 1);
  const named = at < 0 ? bare : bare.slice(0, at);
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/") && named.includes("/");
  const tag = tagged ? named.slice(colon + 1) : "";
  const whole = tagged ? named.slice(0, colon) : named;
  const slash = whole.indexOf("/");
  const [host, path] = slash < 0 ? [whole, ""] : [whole.slice(0, slash), whole.slice(slash + 1)];
  if (!HOST.test(host)) throw invalid(text, `invalid registry ${JSON.stringify(host)}`);
  if (!PATH.test(path)) throw invalid(text, `invalid repository ${JSON.stringify(path)}`);
  if (tagged && !TAG.test(tag)) throw invalid(text, `invalid tag ${JSON.stringify(tag)}`);
  if (at >= 0 && !DIGEST.test(digest)) {
    throw invalid(text, `invalid digest ${JSON.stringify(digest)}`);
  }
  return { host, path, tag, digest };
}

/** A tag on the wire, where `+` is not allowed. */
export function wireTag(tag: string): string {
  return tag.replaceAll("+", "_");
}

/** `host/path:tag`, as Helm prints it. */
export function shortReference({ host, path }: OciReference, tag: string): string {
  return `${host}/${path}:${wireTag(tag)}`;
}

function invalid(text: string, why: string): CapstanError {
  return new CapstanError(`invalid chart reference ${text}: ${why}`, {
    code: "registry/reference",
    hint: "write oci://host/path/name, with :version or @sha256:… where one is meant",
  });
}
