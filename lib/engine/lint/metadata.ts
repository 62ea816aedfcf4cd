/**
 * Lints Chart.yaml (Helm's pkg/chart/v2/lint/rules/chartfile.go).
 *
 * @module
 */

import { decodeYaml } from "../../chart/decode.ts";
import { decodeMetadata, helm4Types } from "../../chart/metadata.ts";
import type { Metadata } from "../../chart/chart.ts";
import { messageOf } from "../../errors.ts";
import { compareVersions, parseStrictVersion, parseVersion } from "../../semver.ts";
import type { Version } from "../../semver.ts";
import { quoteGo } from "../../template/quote.ts";
import { isMap, typeOf } from "../../template/value.ts";
import { parseYaml } from "../../yaml/parse.ts";
import { isEmail, isRequestUrl, isWebAddress } from "./addresses.ts";
import type { Report } from "./message.ts";
import type { LintSource } from "./source.ts";
import { strictProblem } from "./strict.ts";

const FILE = "Chart.yaml";

/** Reports what is wrong with the chart's metadata. */
export async function lintMetadata(source: LintSource, report: Report): Promise<void> {
  if (await source.kind(FILE) === "folder") {
    report("error", FILE, "should be a file, not a directory");
    report("error", FILE, `unable to parse YAML\n\tread ${source.path}/${FILE}: is a directory`);
    return;
  }
  const text = await source.text(FILE);
  const metadata = decode(text);
  if (typeof metadata === "string") {
    report("error", FILE, `unable to parse YAML\n\t${metadata}`);
    return;
  }
  const strict = strictProblem(text);
  report(
    "warning",
    FILE,
    strict && `failed to strictly parse chart metadata file\n\t${strict}`,
  );
  const raw = parseYaml(text);
  report("error", FILE, nameProblem(metadata));
  report("error", FILE, apiVersionProblem(metadata));
  report("error", FILE, typeProblem(raw, "version"));
  report("error", FILE, versionProblem(metadata.version));
  report("error", FILE, typeProblem(raw, "appVersion"));
  report("error", FILE, maintainerProblem(metadata));
  const source_ = metadata.sources.find((one) => !isRequestUrl(one));
  report("error", FILE, source_ === undefined ? undefined : `invalid source URL '${source_}'`);
  const { icon } = metadata;
  report("info", FILE, icon === "" ? "icon is recommended" : undefined);
  const badIcon = icon !== "" && !isRequestUrl(icon);
  report("error", FILE, badIcon ? `invalid icon URL '${icon}'` : undefined);
  report("error", FILE, laterProblem(metadata));
  report("error", FILE, dependenciesProblem(metadata));
  const loose = version(() => parseStrictVersion(metadata.version)) === undefined;
  report(
    "warning",
    FILE,
    loose ? `version '${metadata.version}' is not a valid SemVerV2` : undefined,
  );
}

function decode(text: string): Metadata | string {
  try {
    return decodeMetadata(decodeYaml(text));
  } catch (error) {
    return helm4Types(messageOf(error));
  }
}

function nameProblem({ name }: Metadata): string | undefined {
  if (name === "") return "name is required";
  return name.includes("/") && name !== "/" ? `chart name ${quoteGo(name)} is invalid` : undefined;
}

function apiVersionProblem({ apiVersion }: Metadata): string | undefined {
  const advice = 'The value must be either "v1" or "v2"';
  if (apiVersion === "") return `apiVersion is required. ${advice}`;
  return ["v1", "v2"].includes(apiVersion)
    ? undefined
    : `apiVersion '${apiVersion}' is not valid. ${advice}`;
}

/** A version that YAML takes for a number loses its zeros. */
function typeProblem(raw: unknown, field: string): string | undefined {
  if (!isMap(raw) || !Object.hasOwn(raw, field) || typeof raw[field] === "string") return undefined;
  return `${field} should be of type string but it's of type ${typeOf(raw[field])}`;
}

function versionProblem(text: string): string | undefined {
  if (text === "") return "version is required";
  const parsed = version(() => parseVersion(text));
  if (parsed === undefined) return `version '${text}' is not a valid SemVer`;
  return compareVersions(parsed, parseVersion("0.0.0-0")) > 0
    ? undefined
    : `version "${parsed}" is less than or equal to "0.0.0-0"`;
}

function version(parse: () => Version): Version | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function maintainerProblem({ maintainers }: Metadata): string | undefined {
  for (const one of maintainers) {
    if (one === null) return "a maintainer entry is empty";
    const { name, email, url } = one;
    if (name === "") return "each maintainer requires a name";
    if (email !== "" && !isEmail(email)) return `invalid email '${email}' for maintainer '${name}'`;
    if (url !== "" && !isWebAddress(url)) return `invalid url '${url}' for maintainer '${name}'`;
  }
  return undefined;
}

function laterProblem({ type, apiVersion }: Metadata): string | undefined {
  return type === "" || apiVersion === "v2"
    ? undefined
    : `chart type is not valid in apiVersion '${apiVersion}'. It is valid in apiVersion 'v2'`;
}

function dependenciesProblem({ dependencies = [], apiVersion }: Metadata): string | undefined {
  return dependencies.length === 0 || apiVersion === "v2"
    ? undefined
    : `dependencies are not valid in the Chart file with apiVersion '${apiVersion}'. They are valid in apiVersion 'v2'`;
}
