/**
 * Telling a release that has not changed, without rendering it where that can be avoided.
 *
 * @module
 */
import type { Chart } from "../chart/chart.ts";
import type { Capabilities } from "../engine/capabilities.ts";
import { splitDocuments } from "../engine/manifests.ts";
import { goJSON } from "../release/codec.ts";
import type { Release, ReleaseHook } from "../release/release.ts";
import type { GoMap } from "../template/value.ts";
import { sha256 } from "./cache.ts";

/** Digest of all that a revision is made from. */
export interface InputDigest {
  /** As a record keeps it: the inputs, a dot, what the cluster adds. */
  readonly text: string;
  /** Whether templates may also look at live objects, which no digest can tell. */
  readonly looksAtObjects: boolean;
}

/** What {@linkcode digestInputs} takes. */
export interface DigestInputs {
  readonly chart: Chart;
  /** Of the chart's files. */
  readonly chartDigest: string;
  readonly values: GoMap;
  readonly capabilities: Capabilities;
  /** Options that change what is recorded or applied. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The digest of a revision's inputs. */
export async function digestInputs(inputs: DigestInputs): Promise<InputDigest> {
  const { chart, chartDigest, values, capabilities, options } = inputs;
  const { kubeVersion, apiVersions } = capabilities;
  const served = mentions(chart, "APIVersions") ? [...apiVersions].sort() : [];
  const [own, cluster] = await Promise.all([
    sha256(goJSON([chartDigest, sortKeys(values), options])),
    sha256(JSON.stringify([kubeVersion.version, served])),
  ]);
  return {
    text: `${own.slice(0, 40)}.${cluster.slice(0, 16)}`,
    looksAtObjects: mentions(chart, "lookup") || mentions(chart, "getHostByName"),
  };
}

/**
 * How far the digest of a record answers for it: wholly, only together with what is rendered, or not. `none`: the
 * record has no digest, as Helm writes it.
 */
export function compareDigest(
  recorded: string | undefined,
  { text, looksAtObjects }: InputDigest,
): "same" | "same-inputs" | "different" | "none" {
  if (recorded === undefined) return "none";
  if (recorded.split(".")[0] !== text.split(".")[0]) return "different";
  return recorded === text && !looksAtObjects ? "same" : "same-inputs";
}

/** What {@linkcode sameContents} looks at. */
type Contents = Pick<Release, "manifest"> & {
  readonly hooks: readonly Pick<ReleaseHook, "path" | "manifest" | "events">[];
};

/**
 * Whether two revisions amount to the same objects and hooks. Tests do not count: they change
 * nothing that is deployed, and charts like to give them random names.
 */
export function sameContents(a: Contents, b: Contents): boolean {
  const [ours, theirs] = [deployedHooks(a), deployedHooks(b)];
  return sayTheSame(a.manifest, b.manifest) && ours.length === theirs.length &&
    ours.every(({ path, manifest }, i) =>
      path === theirs[i]!.path && sayTheSame(manifest, theirs[i]!.manifest)
    );
}

function deployedHooks({ hooks }: Contents): Contents["hooks"] {
  return hooks.filter(({ events }) => events.some((event) => event !== "test"));
}

/** A text of YAML that keeps the line ends after it. */
const KEEPS_ENDS = /[|>][1-9]?\+/;

/** Helm 3 trims the end of every document, which seldom says anything. */
function sayTheSame(a: string, b: string): boolean {
  if (a === b) return true;
  const [ours, theirs] = [trimmedDocuments(a), trimmedDocuments(b)];
  return ours.length === theirs.length &&
    ours.every((each, i) => each === theirs[i] && !KEEPS_ENDS.test(each));
}

function trimmedDocuments(text: string): string[] {
  return splitDocuments(text).map((each) => each.trimEnd());
}

function mentions(chart: Chart, word: string): boolean {
  return chart.templates.some((file) =>
    file.derive(`mentions ${word}`, () => file.text.includes(word))
  ) || chart.dependencies.some((sub) => mentions(sub, word));
}

/** A value with its keys in order: that of a values file makes no difference. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return value;
  const map = value as GoMap;
  return Object.fromEntries(Object.keys(map).sort().map((key) => [key, sortKeys(map[key])]));
}
