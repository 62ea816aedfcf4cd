/**
 * Which names objects may have, by their kind (k8s.io/apimachinery pkg/api/validation).
 *
 * @module
 */

import { quoteGo } from "../../template/quote.ts";
import type { LintObject } from "./documents.ts";

const SUBDOMAIN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SERVICE_LABEL = "[a-z]([-a-z0-9]*[a-z0-9])?";

/** What is wrong with an object's name, in Helm's words. */
export function nameProblem({ kind, name }: LintObject): string | undefined {
  const problems = problemsOf(kind, name)
    .map((problem) => `metadata.name: Invalid value: ${quoteGo(name)}: ${problem}`);
  if (problems.length === 0) return undefined;
  const text = problems.length === 1 ? problems[0] : `[${problems.join(", ")}]`;
  return `object name does not conform to Kubernetes naming requirements: ${
    quoteGo(name)
  }: ${text}`;
}

function problemsOf(kind: string, name: string): string[] {
  switch (kind.toLowerCase()) {
    case "service":
      return limited(name, 63, {
        pattern: SERVICE_LABEL,
        problem: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', " +
          "start with an alphabetic character, and end with an alphanumeric character " +
          "(e.g. 'my-name',  or 'abc-123', ",
      });
    case "namespace":
      return limited(name, 63, {
        pattern: LABEL,
        dotted: "must not contain dots",
        problem: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters " +
          "or '-', and must start and end with an alphanumeric character " +
          "(e.g. 'my-name',  or '123-abc', ",
      });
    case "certificatesigningrequest":
      return [];
    case "role":
    case "clusterrole":
    case "rolebinding":
    case "clusterrolebinding":
      return pathProblems(name);
    default:
      return limited(name, 253, {
        pattern: SUBDOMAIN,
        problem: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric " +
          "characters, '-' or '.', and must start and end with an alphanumeric character " +
          "(e.g. 'example.com', ",
      });
  }
}

function limited(
  name: string,
  most: number,
  { pattern, problem, dotted }: {
    readonly pattern: string;
    readonly problem: string;
    /** What is said of names that only dots keep from being right. */
    readonly dotted?: string;
  },
): string[] {
  const matches = (wanted: string) => new RegExp(`^(?:${wanted})$`).test(name);
  return [
    ...(new TextEncoder().encode(name).length > most
      ? [`must be no more than ${most} characters`]
      : []),
    ...(matches(pattern)
      ? []
      : dotted !== undefined && matches(SUBDOMAIN)
      ? [dotted]
      : [`${problem}regex used for validation is '${pattern}')`]),
  ];
}

/** Names that are one segment of a path, and nothing more. */
function pathProblems(name: string): string[] {
  if (name === "." || name === "..") return [`may not be '${name}'`];
  return ["/", "%"].filter((char) => name.includes(char)).map((char) =>
    `may not contain '${char}'`
  );
}
