/**
 * Versions and version ranges by the rules of Masterminds/semver 3.5, which Helm uses for chart
 * versions, dependencies, `kubeVersion` and `semverCompare`.
 *
 * Segments are unsigned 64-bit, hence bigint.
 *
 * @module
 */

/** A text that is no version, or no range of versions. Whoever reads it says where it stands. */
export class VersionError extends Error {
  override readonly name = "VersionError";
}

/** The parts that make up a version. */
export interface VersionParts {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Without the dash. @default {""} */
  readonly prerelease?: string;
  /** Without the plus. @default {""} */
  readonly metadata?: string;
}

/**
 * A semantic version.
 */
export class Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  /** The text it was parsed from. */
  readonly original: string;

  constructor(parts: VersionParts, original?: string) {
    this.major = parts.major;
    this.minor = parts.minor;
    this.patch = parts.patch;
    this.prerelease = parts.prerelease ?? "";
    this.metadata = parts.metadata ?? "";
    this.original = original ?? this.toString();
  }

  /** All three segments, then prerelease and metadata; never a leading `v`. */
  toString(): string {
    const prerelease = this.prerelease && `-${this.prerelease}`;
    const metadata = this.metadata && `+${this.metadata}`;
    return `${this.major}.${this.minor}.${this.patch}${prerelease}${metadata}`;
  }

  /** Negative, 0 or positive as this version is below, equal to or above the other. */
  compare(other: Version): number {
    return compareVersions(this, other);
  }
}

const MAX_VERSION_LENGTH = 256;
const MAX_RANGE_LENGTH = 512;
const MAX_ALTERNATIVES = 32;
const MAX_SEGMENT = 2n ** 64n - 1n;

const LOOSE =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;
const DIGITS = /^[0-9]*$/;
const IDENTIFIER = /^[0-9A-Za-z-]+$/;

/**
 * A version as people write it: a leading `v`, missing segments and leading zeros are fine.
 *
 * @throws {VersionError} with the words of Masterminds/semver
 */
export function parseVersion(text: string): Version {
  checkLength(text, MAX_VERSION_LENGTH, "version");
  const match = LOOSE.exec(text);
  if (match === null) throw new VersionError("invalid semantic version");
  const [, major, minor = "0", patch = "0", prerelease = "", metadata = ""] = match;
  const numbers = [major!, minor, patch].map((segment) => {
    if (isSegment(segment)) return BigInt(segment);
    throw new VersionError(`error parsing version segment: ${outOfRange(segment)}`);
  });
  if (prerelease !== "") checkPrerelease(prerelease);
  return version(numbers, prerelease, metadata, text);
}

/**
 * A version as semver.org writes it: three segments, no `v`, no leading zeros. Chart versions of
 * packages and OCI tags are held to this.
 *
 * @throws {VersionError} with the words of Masterminds/semver
 */
export function parseStrictVersion(text: string): Version {
  if (text === "") throw new VersionError("version string empty");
  checkLength(text, MAX_VERSION_LENGTH, "version");
  const [major, minor, ...tail] = text.split(".");
  if (minor === undefined || tail.length === 0) throw new VersionError("invalid semantic version");
  const [withoutMetadata, metadata] = cut(tail.join("."), "+");
  if (metadata !== undefined) checkMetadata(metadata);
  const [patch, prerelease] = cut(withoutMetadata, "-");
  if (prerelease !== undefined) checkPrerelease(prerelease);
  const segments = [major!, minor, patch];
  for (const segment of segments) {
    if (!DIGITS.test(segment)) throw new VersionError("invalid characters in version");
    if (startsWithZero(segment)) throw new VersionError("version segment starts with 0");
  }
  for (const segment of segments) {
    if (segment === "") throw new VersionError(`strconv.ParseUint: parsing "": invalid syntax`);
    if (!isSegment(segment)) throw new VersionError(outOfRange(segment));
  }
  return version(segments.map(BigInt), prerelease, metadata, text);
}

/** Whether a text is a version, in the lenient form of {@linkcode parseVersion}. */
export function isVersion(text: string): boolean {
  try {
    parseVersion(text);
    return true;
  } catch {
    return false;
  }
}

/** Orders versions by precedence; metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  for (const segment of ["major", "minor", "patch"] as const) {
    if (a[segment] !== b[segment]) return a[segment] < b[segment] ? -1 : 1;
  }
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === "") return 1;
  if (b.prerelease === "") return -1;
  return comparePrereleases(a.prerelease, b.prerelease);
}

/**
 * A range of versions such as `^1.2 || >=3.0.0-0 <4`.
 */
export class VersionRange {
  readonly #alternatives: readonly Alternative[];

  constructor(alternatives: readonly Alternative[]) {
    this.#alternatives = alternatives;
  }

  /** Whether a version lies in the range. A prerelease needs a prerelease in its alternative. */
  includes(version: Version): boolean {
    return this.#alternatives.some(({ bounds, prereleases }) =>
      (prereleases || version.prerelease === "") &&
      bounds.every((bound) => TESTS[bound.operator]!(version, bound))
    );
  }

  /** The range in a normal spelling: operators beside versions, alternatives joined by `||`. */
  toString(): string {
    return this.#alternatives.map(({ bounds }) =>
      bounds.map((bound) => bound.operator + bound.text).join(" ")
    ).join(" || ");
  }
}

/** Bounds that must all hold. */
interface Alternative {
  readonly bounds: readonly Bound[];
  readonly prereleases: boolean;
}

interface Bound {
  readonly operator: string;
  readonly text: string;
  readonly version: Version;
  /** How many segments are given; those after are wildcards. */
  readonly segments: 0 | 1 | 2 | 3;
}

// Go's \s, which is narrower than JavaScript's.
const SPACE = "[\\t\\n\\f\\r ]";
const BOUND_VERSION =
  "v?[0-9xX*|]+(?:\\.[0-9xX*|]+)?(?:\\.[0-9xX*|]+)?(?:-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?";
const HYPHEN = new RegExp(
  `${SPACE}*(${BOUND_VERSION})${SPACE}+-${SPACE}+(${BOUND_VERSION})${SPACE}*`,
  "g",
);
const BOUND = new RegExp(`^${SPACE}*([=!<>~^]*)${SPACE}*(${BOUND_VERSION})`);
const SEPARATOR = new RegExp(`^(?:${SPACE}*,|${SPACE}+)`);
const TRAILING_SPACE = new RegExp(`${SPACE}+$`);
const BOUND_PARTS = /^v?([^.+-]+)(\.[^.+-]+)?(\.[^.+-]+)?(-[^+]+)?/;

/**
 * A range of versions: operators `= != > < >= => <= =< ~ ~> ^`, hyphens, wildcards, bounds joined
 * by commas or spaces, alternatives by `||`.
 *
 * @throws {VersionError} with the words of Masterminds/semver
 */
export function parseRange(text: string): VersionRange {
  checkLength(text, MAX_RANGE_LENGTH, "constraint");
  const alternatives = expandHyphens(text).split("||");
  if (alternatives.length > MAX_ALTERNATIVES) {
    throw new VersionError(`too many constraint groups (max ${MAX_ALTERNATIVES})`);
  }
  return new VersionRange(alternatives.map((alternative) => {
    const bounds = splitBounds(alternative).map(([operator, text]) => parseBound(operator, text));
    return { bounds, prereleases: bounds.some((bound) => bound.version.prerelease !== "") };
  }));
}

/** Whether a version lies in a range; both as text. A text that cannot be parsed does not. */
export function rangeIncludes(range: string, version: string): boolean {
  try {
    return parseRange(range).includes(parseVersion(version));
  } catch (error) {
    if (error instanceof VersionError) return false;
    throw error;
  }
}

type Test = (version: Version, bound: Bound) => boolean;

const TESTS: Readonly<Record<string, Test>> = {
  "": matches,
  "=": matches,
  "!=": differs,
  ">": isAbove,
  "<": (version, bound) => compareVersions(version, bound.version) < 0,
  ">=": isAtLeast,
  "=>": isAtLeast,
  "<=": isAtMost,
  "=<": isAtMost,
  "~": isNear,
  "~>": isNear,
  "^": isCompatible,
};

function matches(version: Version, bound: Bound): boolean {
  return bound.segments < 3
    ? isNear(version, bound)
    : compareVersions(version, bound.version) === 0;
}

function differs(version: Version, bound: Bound): boolean {
  const { version: limit, segments } = bound;
  if (segments === 3) return compareVersions(version, limit) !== 0;
  if (version.major !== limit.major) return true;
  if (segments === 1) return false;
  if (version.minor !== limit.minor) return true;
  // `!=*` comes here as `!=0.0.*` with a patch that counts.
  if (segments === 0) {
    return version.patch !== limit.patch || compareVersions(version, limit) !== 0;
  }
  return comparePrereleases(version.prerelease, limit.prerelease) !== 0;
}

function isAbove(version: Version, { version: limit, segments }: Bound): boolean {
  if (segments === 1) return version.major > limit.major;
  if (segments === 2 && version.major === limit.major) return version.minor > limit.minor;
  return compareVersions(version, limit) > 0;
}

function isAtLeast(version: Version, bound: Bound): boolean {
  return compareVersions(version, bound.version) >= 0;
}

function isAtMost(version: Version, { version: limit, segments }: Bound): boolean {
  if (segments === 3) return compareVersions(version, limit) <= 0;
  if (version.major !== limit.major) return version.major < limit.major;
  return segments === 1 || version.minor <= limit.minor;
}

function isNear(version: Version, { version: limit, segments }: Bound): boolean {
  if (compareVersions(version, limit) < 0) return false;
  const zero = limit.major === 0n && limit.minor === 0n && limit.patch === 0n;
  if (zero && (segments === 0 || segments === 3)) return true;
  return version.major === limit.major && (segments === 1 || version.minor === limit.minor);
}

function isCompatible(version: Version, { version: limit, segments }: Bound): boolean {
  if (compareVersions(version, limit) < 0) return false;
  if (version.major !== limit.major) return false;
  if (limit.major > 0n || segments === 1) return true;
  if (version.minor !== limit.minor) return false;
  return limit.minor > 0n || segments === 2 || version.patch === limit.patch;
}

function expandHyphens(text: string): string {
  let expanded = text;
  for (const [whole, from, to] of text.matchAll(HYPHEN)) {
    expanded = expanded.replace(whole, () => `>= ${from}, <= ${to} `);
  }
  return expanded;
}

/** The bounds of an alternative as pairs of operator and version. */
function splitBounds(text: string): [string, string][] {
  const bounds: [string, string][] = [];
  let rest = text.replace(TRAILING_SPACE, "");
  do {
    const separator = bounds.length === 0 ? "" : SEPARATOR.exec(rest)?.[0];
    const bound = separator === undefined ? null : BOUND.exec(rest.slice(separator.length));
    if (bound === null || !Object.hasOwn(TESTS, bound[1]!)) {
      throw new VersionError(`improper constraint: ${quote(text)}`);
    }
    bounds.push([bound[1]!, bound[2]!]);
    rest = rest.slice(separator!.length + bound[0].length);
  } while (rest !== "");
  return bounds;
}

function parseBound(operator: string, text: string): Bound {
  const [, major, minor = "", patch = "", prerelease = ""] = BOUND_PARTS.exec(text)!;
  const segments = isWildcard(major!) ? 0 : isWildcard(minor) ? 1 : isWildcard(patch) ? 2 : 3;
  const given = segments === 0
    ? `0.0.0${prerelease}`
    : segments === 1
    ? `${major}.0.0${prerelease}`
    : segments === 2
    ? `${major}${minor}.0${prerelease}`
    : text;
  try {
    return { operator, text, version: parseVersion(given), segments };
  } catch (error) {
    if (error instanceof VersionError) throw new VersionError("constraint parser error");
    throw error;
  }
}

function isWildcard(segment: string): boolean {
  return /^\.?[xX*]?$/.test(segment);
}

function comparePrereleases(a: string, b: string): number {
  const left = a.split("."), right = b.split(".");
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareIdentifiers(left[i] ?? "", right[i] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers below words, both in their own order; a missing identifier is lowest. */
function compareIdentifiers(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "") return -1;
  if (b === "") return 1;
  const number = isSegment(a);
  if (number !== isSegment(b)) return number ? -1 : 1;
  return (number ? BigInt(a) > BigInt(b) : a > b) ? 1 : -1;
}

/** Whether a text is a number that fits into 64 bits. */
function isSegment(text: string): boolean {
  return text !== "" && DIGITS.test(text) && BigInt(text) <= MAX_SEGMENT;
}

function checkPrerelease(text: string): void {
  for (const part of text.split(".")) {
    if (!IDENTIFIER.test(part)) throw new VersionError("invalid prerelease string");
    if (DIGITS.test(part) && startsWithZero(part)) {
      throw new VersionError("version segment starts with 0");
    }
  }
}

function checkMetadata(text: string): void {
  if (!text.split(".").every((part) => IDENTIFIER.test(part))) {
    throw new VersionError("invalid metadata string");
  }
}

function checkLength(text: string, max: number, what: string): void {
  // A text of n UTF-16 units has at least n bytes, so only short ones need encoding.
  if (text.length > max || new TextEncoder().encode(text).length > max) {
    throw new VersionError(`${what} string is too long (max ${max} bytes)`);
  }
}

function startsWithZero(segment: string): boolean {
  return segment.length > 1 && segment.startsWith("0");
}

function outOfRange(segment: string): string {
  return `strconv.ParseUint: parsing "${segment}": value out of range`;
}

function version(
  [major, minor, patch]: readonly bigint[],
  prerelease = "",
  metadata = "",
  original?: string,
): Version {
  return new Version(
    { major: major!, minor: minor!, patch: patch!, prerelease, metadata },
    original,
  );
}

function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Go's %q; a lone surrogate stands for a byte, as everywhere. */
function quote(text: string): string {
  return JSON.stringify(text)
    .replaceAll("\\u0007", "\\a")
    .replaceAll("\\u000b", "\\v")
    .replace(/\\u00([01][0-9a-f])/g, "\\x$1")
    .replace(/\\udc([89a-f][0-9a-f])/g, "\\x$1")
    .replaceAll("\x7f", "\\x7f")
    .replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (char) => {
      const code = char.codePointAt(0)!.toString(16);
      return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
    });
}
