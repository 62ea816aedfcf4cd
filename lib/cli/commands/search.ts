/**
 * `capstan search repo`: charts of the repositories that were added.
 *
 * Rules from Helm's pkg/cmd/search_repo.go and pkg/cmd/search/search.go.
 *
 * @module
 */
import { CapstanError, messageOf } from "../../errors.ts";
import type { IndexEntry } from "../../registry/index_file.ts";
import { isWithheld } from "../../registry/helm_paths.ts";
import { readRepositories } from "../../registry/repositories_file.ts";
import { compareVersions, parseRange, parseVersion } from "../../semver.ts";
import type { CliContext } from "../context.ts";
import { withLocator } from "../locator.ts";
import { formatData, formatTable } from "../output.ts";
import type { SearchFlags } from "../registry_commands.ts";

/** A chart, with how early in its words the keyword is: the less the better. */
interface Hit {
  readonly name: string;
  readonly entry: IndexEntry;
  readonly score: number;
}

/** Helm leaves out what is found later than this. */
const WORST = 25;
/** Between the words of a chart. */
const SEPARATOR = "\v";

/** Prints what is found. */
export async function searchRepo(
  this: CliContext,
  flags: SearchFlags,
  ...words: string[]
): Promise<void> {
  const all = await charts(this, flags);
  const found = words.length === 0
    ? all
    : matching(all, await finderOf(words.join(" "), flags.regexp ?? false));
  const hits = inRange(found.sort(compareHits), flags);
  const { output = "table", maxColWidth = 50 } = flags;
  if (hits.length === 0 && flags.failOnNoResult) {
    throw new CapstanError("no results found", {
      code: "search/none",
      hint: "search for part of a name, or update what is known: capstan repo update",
    });
  }
  const { stdout } = this.process;
  if (output !== "table") {
    stdout.write(formatData(
      hits.map(({ name, entry: { version, appVersion, description } }) => ({
        name,
        version,
        app_version: appVersion,
        description,
      })),
      output,
    ));
  } else if (hits.length === 0) stdout.write("No results found\n");
  else {
    stdout.write(formatTable(
      ["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"],
      hits.map(({ name, entry }) => [name, entry.version, entry.appVersion, entry.description]),
      maxColWidth,
    ));
  }
}

async function charts(context: CliContext, flags: SearchFlags): Promise<Hit[]> {
  return await withLocator(context, flags, async ({ paths, indexes }) => {
    const repositories = await readRepositories(paths.repositoryConfig);
    if (repositories.length === 0) {
      throw new CapstanError("no repositories configured", {
        code: "repo/missing",
        hint: "add one with `capstan repo add NAME URL`",
      });
    }
    // Without a range Helm looks at the newest version of each chart only.
    const every = flags.versions || flags.version !== undefined || flags.devel;
    const hits: Hit[] = [];
    for (const { name: repository } of repositories) {
      try {
        const index = await indexes.known(repository);
        if (index === undefined) {
          throw new CapstanError("it was never updated", { code: "registry/index" });
        }
        for (const [chart, versions] of index) {
          const name = `${repository}/${chart}`;
          const stable = versions.findIndex(({ version }) =>
            parseVersion(version).prerelease === ""
          );
          const shown = every
            ? versions
            : versions.slice(Math.max(0, stable), Math.max(0, stable) + 1);
          hits.push(...shown.map((entry) => ({ name, entry, score: 0 })));
        }
      } catch (error) {
        if (isWithheld(error)) throw error;
        context.process.stderr.write(
          `Repo ${JSON.stringify(repository)} is corrupt or missing. Try 'capstan repo update'. ${
            messageOf(error)
          }\n`,
        );
      }
    }
    return hits;
  });
}

function matching(hits: readonly Hit[], find: Find): Hit[] {
  return hits.flatMap((hit) => {
    const line = lineOf(hit);
    const at = find(line);
    if (at < 0) return [];
    const score = line.slice(0, at).split(SEPARATOR).length - 1;
    return score < WORST ? [{ ...hit, score }] : [];
  });
}

/** Where a line has what is searched for; less than 0 where it has not. */
type Find = (line: string) => number;

async function finderOf(term: string, regexp: boolean): Promise<Find> {
  const lower = term.toLowerCase();
  if (!regexp) return (line) => line.toLowerCase().indexOf(lower);
  const { Pattern } = await import("../../sprig/pattern.ts");
  try {
    const pattern = new Pattern(term, { take() {} });
    return (line) => pattern.find(line)?.[0] ?? -1;
  } catch (error) {
    throw new CapstanError(messageOf(error), {
      code: "cli/flags",
      hint: "without --regexp the words are searched as they are",
    });
  }
}

/** What Helm searches: name, name in its repository, description, keywords. */
function lineOf({ name, entry }: Hit): string {
  const chart = name.slice(name.indexOf("/") + 1);
  return [chart, name, entry.description, entry.keywords.join(" ")].join(SEPARATOR);
}

function compareHits(a: Hit, b: Hit): number {
  if (a.score !== b.score) return a.score - b.score;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return compareVersions(parseVersion(b.entry.version), parseVersion(a.entry.version));
}

function inRange(hits: readonly Hit[], { version, versions, devel }: SearchFlags): Hit[] {
  const text = version || (devel ? ">0.0.0-0" : ">0.0.0");
  const seen = new Set<string>();
  try {
    const range = parseRange(text);
    return hits.filter(({ name, entry }) => {
      if (!versions && seen.has(name)) return false;
      const fits = range.includes(parseVersion(entry.version));
      if (fits) seen.add(name);
      return fits;
    });
  } catch (error) {
    throw new CapstanError(`an invalid version/constraint format: ${messageOf(error)}`, {
      code: "cli/flags",
      hint: "--version takes a version or a range, such as 1.2.0, ^1.2 or '>=1 <3'",
    });
  }
}
