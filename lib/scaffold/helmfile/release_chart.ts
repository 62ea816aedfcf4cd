/**
 * Where a helmfile's release has its chart from.
 *
 * @module
 */
import { literal } from "./code.ts";
import type { ImportedRepository } from "./repositories.ts";
import { asPath } from "./release_text.ts";
import type { ReleaseText } from "./release_text.ts";
import { joinPath } from "./source.ts";

/** A chart as a stack has it. */
export interface ImportedChart {
  readonly code: string;
  /** The address of its repository. */
  readonly repository: string | undefined;
}

/**
 * The chart of a release as an expression, and the address of its repository where it has one.
 * `@REPO:ADDRESS@` stands for the repository's variable.
 */
export function chartOf(
  release: ReleaseText,
  repositories: readonly ImportedRepository[],
): ImportedChart {
  const { raw, folder, reader } = release;
  const chart = release.text(raw["chart"]);
  const version = raw["version"] === undefined ? undefined : release.text(raw["version"]);
  const of = (repository: string, name: string): ImportedChart => {
    const given = [name, ...(version === undefined ? [] : [version])].map((each) => literal(each));
    return { code: `@REPO:${repository}@.chart(${given.join(", ")})`, repository };
  };
  const [alias = "", ...rest] = chart.split("/");
  const known = repositories.find(({ name }) => name === alias);
  if (known !== undefined && rest.length > 0) return of(known.url, rest.join("/"));
  const oci = /^(oci:\/\/.+)\/([^/:]+)$/.exec(chart);
  if (oci !== null) return of(oci[1]!, oci[2]!);
  const remote = /^[a-z][a-z0-9+]*:/.test(chart);
  const local = !remote &&
    (/^[./]/.test(chart) ||
      reader.files.read(joinPath(folder, `${chart}/Chart.yaml`)) !== undefined);
  if (/^git[:+]/.test(chart)) release.leave(`chart ${chart}: fetch it to a folder, and name that`);
  else if (!remote && !local) {
    release.leave(
      `chart ${chart}: the helmfile names no repository ${alias}: use repository(…).chart(…)`,
    );
    if (version !== undefined) release.leave(`version ${version}`);
  }
  if (local) checkChart(release, chart);
  const code = literal(local ? asPath(joinPath(folder, chart)) : chart);
  return { code, repository: undefined };
}

/** Helmfile makes charts of folders that are none. */
function checkChart(release: ReleaseText, chart: string): void {
  const names = release.reader.files.list(joinPath(release.folder, chart));
  if (names.length === 0 || names.includes("Chart.yaml")) return;
  const kustomized = names.some((name) => /^kustomization(\.ya?ml)?$/i.test(name));
  release.leave(
    `chart ${chart}: ${
      kustomized ? "it is a kustomization" : "it has no Chart.yaml"
    }: make a chart of what it renders to`,
  );
}
