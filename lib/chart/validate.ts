/**
 * The checks that a chart's metadata must pass, in Helm's order and words.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { isVersion } from "../semver.ts";
import { ChartError } from "./chart.ts";
import type { Dependency, Maintainer, Metadata } from "./chart.ts";

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
const SPACE = /^[\p{White_Space}]$/u;
const ALIAS = /^[a-zA-Z0-9_-]+$/;

/** The metadata with its texts cleaned, or an error that says what Helm refuses. */
export function validateMetadata(metadata: Metadata): Metadata {
  const clean = sanitize(metadata);
  if (clean.apiVersion === "") throw invalid("chart.metadata.apiVersion is required");
  validateName(clean.name);
  if (clean.version === "") throw invalid("chart.metadata.version is required");
  if (!isVersion(clean.version)) {
    throw invalid(`chart.metadata.version ${quoteGo(clean.version)} is invalid`);
  }
  if (!["", "application", "library"].includes(clean.type)) {
    throw invalid("chart.metadata.type must be application or library");
  }
  const maintainers = clean.maintainers.map(validateMaintainer);
  return { ...clean, maintainers, dependencies: validateDependencies(clean.dependencies) };
}

function validateName(name: string): void {
  if (name === "") throw invalid("chart.metadata.name is required");
  if (name === "." || name === "..") {
    throw invalid(`chart.metadata.name ${quoteGo(name)} is not allowed`);
  }
  if (name.includes("/")) throw invalid(`chart.metadata.name ${quoteGo(name)} is invalid`);
}

function validateMaintainer(one: Maintainer | null): Maintainer {
  if (one === null) throw invalid("maintainers must not contain empty or null nodes");
  return { name: cleanText(one.name), email: cleanText(one.email), url: cleanText(one.url) };
}

function validateDependencies(
  dependencies: readonly (Dependency | null)[] | undefined,
): Dependency[] | undefined {
  const seen = new Set<string>();
  return dependencies?.map((one) => {
    const clean = validateDependency(one);
    const key = clean.alias || clean.name;
    if (seen.has(key)) {
      throw invalid(`more than one dependency with name or alias ${quoteGo(key)}`);
    }
    seen.add(key);
    return clean;
  });
}

function validateDependency(one: Dependency | null): Dependency {
  if (one === null) throw invalid("dependencies must not contain empty or null nodes");
  if (one.alias !== "" && !ALIAS.test(one.alias)) {
    throw invalid(
      `dependency ${quoteGo(cleanText(one.name))} has disallowed characters in the alias`,
    );
  }
  return {
    ...one,
    name: cleanText(one.name),
    version: cleanText(one.version),
    repository: cleanText(one.repository),
    condition: cleanText(one.condition),
    tags: one.tags.map(cleanText),
  };
}

function sanitize(metadata: Metadata): Metadata {
  return {
    ...metadata,
    name: cleanText(metadata.name),
    description: cleanText(metadata.description),
    home: cleanText(metadata.home),
    icon: cleanText(metadata.icon),
    condition: cleanText(metadata.condition),
    tags: cleanText(metadata.tags),
    appVersion: cleanText(metadata.appVersion),
    kubeVersion: cleanText(metadata.kubeVersion),
    sources: metadata.sources.map(cleanText),
    keywords: metadata.keywords.map(cleanText),
  };
}

/** Any space becomes a blank, what cannot be printed is dropped. */
function cleanText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  let result = "";
  for (const char of text) {
    if (SPACE.test(char)) result += " ";
    else if (PRINTABLE.test(char)) result += char;
  }
  return result;
}

function invalid(message: string): ChartError {
  return new ChartError(`validation: ${message}`, {
    hint: "correct the chart's Chart.yaml",
  });
}
