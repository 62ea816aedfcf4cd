/**
 * Sprig's version functions, and versions as templates see them.
 *
 * @module
 */

import {
  func,
  type FuncMap,
  type GoFunc,
  GoNumber,
  GoObject,
  type Kind,
} from "../template/value.ts";
import {
  compareVersions,
  parseRange,
  parseStrictVersion,
  parseVersion,
  Version,
} from "../semver.ts";

/** `semver` and `semverCompare`. */
export function versionFuncs(): FuncMap {
  return {
    semver: func(["string"], (text) => new GoVersionPointer(parseVersion(text))),
    semverCompare: func(
      ["string", "string"],
      (range, version) => parseRange(range).includes(parseVersion(version)),
    ),
  };
}

/** A semver.Version, which `IncMajor` and its kin give. */
export class GoVersion extends GoObject {
  readonly goType: string = "semver.Version";
  override readonly kind: Kind = "struct";

  constructor(readonly version: Version) {
    super();
  }

  /** What Go's reflection can copy of one, which has no exported field: a version without numbers. */
  zero(): GoVersion {
    return new GoVersion(parseVersion("0.0.0"));
  }

  override method(name: string): GoFunc | undefined {
    return Object.hasOwn(VALUE_METHODS, name) ? VALUE_METHODS[name]!(this.version) : undefined;
  }

  override structFields(): { name: string; value: unknown }[] {
    const { major, minor, patch, prerelease, metadata, original } = this.version;
    return [
      { name: "major", value: new GoNumber("uint64", major) },
      { name: "minor", value: new GoNumber("uint64", minor) },
      { name: "patch", value: new GoNumber("uint64", patch) },
      { name: "pre", value: prerelease },
      { name: "metadata", value: metadata },
      { name: "original", value: original },
    ];
  }

  format(): string {
    return this.version.toString();
  }

  toJSONValue(): unknown {
    return this.version.toString();
  }
}

/** A *semver.Version, which `semver` gives. It has more methods than the value. */
export class GoVersionPointer extends GoVersion {
  override readonly goType = "*semver.Version";
  override readonly kind = "ptr";

  override zero(): GoVersionPointer {
    return new GoVersionPointer(parseVersion("0.0.0"));
  }

  override method(name: string): GoFunc | undefined {
    if (!Object.hasOwn(POINTER_METHODS, name)) return super.method(name);
    return POINTER_METHODS[name]!(this.version);
  }
}

type Method = (version: Version) => GoFunc;

const VALUE_METHODS: Readonly<Record<string, Method>> = {
  Major: (version) => func([], () => new GoNumber("uint64", version.major)),
  Minor: (version) => func([], () => new GoNumber("uint64", version.minor)),
  Patch: (version) => func([], () => new GoNumber("uint64", version.patch)),
  Prerelease: (version) => func([], () => version.prerelease),
  Metadata: (version) => func([], () => version.metadata),
  String: (version) => func([], () => version.toString()),
  IncMajor: ({ major, original }) =>
    func([], () => next({ major: increment(major, "major"), minor: 0n, patch: 0n }, original)),
  IncMinor: ({ major, minor, original }) =>
    func([], () => next({ major, minor: increment(minor, "minor"), patch: 0n }, original)),
  IncPatch: ({ major, minor, patch, prerelease, original }) =>
    func([], () => {
      // A prerelease of a patch comes before that patch.
      const following = prerelease === "" ? increment(patch, "patch") : patch;
      return next({ major, minor, patch: following }, original);
    }),
  SetPrerelease: (version) =>
    func(["string"], (prerelease) => {
      if (prerelease !== "") parseStrictVersion(`0.0.0-${prerelease}`);
      return next({ ...version, prerelease }, version.original);
    }),
  SetMetadata: (version) =>
    func(["string"], (metadata) => {
      if (metadata !== "") parseStrictVersion(`0.0.0+${metadata}`);
      return next({ ...version, metadata }, version.original);
    }),
};

const POINTER_METHODS: Readonly<Record<string, Method>> = {
  Original: (version) => func([], () => version.original),
  Compare: compared((order) => BigInt(order)),
  Equal: compared((order) => order === 0),
  LessThan: compared((order) => order < 0),
  LessThanEqual: compared((order) => order <= 0),
  GreaterThan: compared((order) => order > 0),
  GreaterThanEqual: compared((order) => order >= 0),
};

function compared(read: (order: number) => unknown): Method {
  return (version) =>
    func(
      ["*semver.Version"],
      (other) => read(compareVersions(version, (other as GoVersion).version)),
    );
}

const MAX_SEGMENT = 2n ** 64n - 1n;

function increment(segment: bigint, name: string): bigint {
  if (segment < MAX_SEGMENT) return segment + 1n;
  throw new Error(`${name} version increment would overflow uint64`);
}

function next(parts: ConstructorParameters<typeof Version>[0], original: string): GoVersion {
  const version = new Version(parts);
  const prefix = original.startsWith("v") ? "v" : "";
  return new GoVersion(new Version(parts, prefix + version.toString()));
}
