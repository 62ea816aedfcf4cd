/**
 * `capstan repo add`, `list`, `update` and `remove`.
 *
 * Rules and words from Helm's pkg/cmd/repo_*.go.
 *
 * @module
 */
import { CapstanError, isAbort, messageOf } from "../../errors.ts";
import { isWithheld } from "../../registry/helm_paths.ts";
import type { ChartLocator } from "../../registry/locate.ts";
import {
  changeRepositories,
  readRepositories,
  sameRepository,
} from "../../registry/repositories_file.ts";
import type { NamedRepository } from "../../registry/repositories_file.ts";
import type { CliContext } from "../context.ts";
import type { HelmFileFlags } from "../download_flags.ts";
import { accessOf } from "../download_flags.ts";
import { withLocator } from "../locator.ts";
import { formatData, formatTable } from "../output.ts";
import { readSecret } from "../read_stdin.ts";
import type { RepoAddFlags, RepoListFlags, RepoUpdateFlags } from "../registry_commands.ts";

/** Adds a repository, once its index could be read. */
export async function repoAdd(
  this: CliContext,
  flags: RepoAddFlags,
  name: string,
  url: string,
): Promise<void> {
  if (name.includes("/")) {
    throw new CapstanError(
      `repository name (${name}) contains '/', please specify a different name without '/'`,
      { code: "repo/name", hint: "charts of it are called NAME/CHART" },
    );
  }
  const password = flags.passwordStdin && !flags.password ? await readSecret() : flags.password;
  const repository: NamedRepository = { name, url, ...accessOf(flags), password };
  await withLocator(this, flags, async (locator) => {
    await changeRepositories(locator.paths.repositoryConfig, async (all) => {
      const existing = all.find((each) => each.name === name);
      if (existing !== undefined && !flags.forceUpdate) {
        if (!sameRepository(existing, repository)) {
          throw new CapstanError(
            `repository name (${name}) already exists, please specify a different name`,
            { code: "repo/exists", hint: "replace it with --force-update, or choose another name" },
          );
        }
        this.process.stdout.write(
          `"${name}" already exists with the same configuration, skipping\n`,
        );
        return undefined;
      }
      await updated(locator, repository, deadline(this, flags.timeout));
      this.process.stdout.write(`"${name}" has been added to your repositories\n`);
      return [...all.filter((each) => each.name !== name), repository];
    });
  });
}

async function updated(
  locator: ChartLocator,
  repository: NamedRepository,
  signal: AbortSignal,
): Promise<void> {
  try {
    await locator.indexes.update(repository, signal);
  } catch (error) {
    if (isAbort(error) && !(error instanceof DOMException && error.name === "TimeoutError")) {
      throw error;
    }
    const { hint } = error instanceof CapstanError ? error : {};
    throw new CapstanError(
      `looks like ${
        JSON.stringify(repository.url)
      } is not a valid chart repository or cannot be reached: ${messageOf(error)}`,
      { code: "repo/unreachable", hint, cause: error },
    );
  }
}

function deadline(context: CliContext, timeout = 120_000): AbortSignal {
  return AbortSignal.any([context.abort, AbortSignal.timeout(timeout)]);
}

/** Lists the repositories. */
export async function repoList(this: CliContext, flags: RepoListFlags): Promise<void> {
  await withLocator(this, flags, async ({ paths }) => {
    const all = await readRepositories(paths.repositoryConfig);
    const { output = "table", noHeaders } = flags;
    const { stdout, stderr } = this.process;
    if (output !== "table") {
      stdout.write(formatData(all.map(({ name, url }) => ({ name, url })), output));
    } else if (all.length === 0) stderr.write("no repositories to show\n");
    else {
      const table = formatTable(["NAME", "URL"], all.map(({ name, url }) => [name, url]), 0);
      stdout.write(noHeaders ? table.slice(table.indexOf("\n") + 1) : table);
    }
  });
}

const NONE = {
  code: "repo/missing",
  hint: "`capstan repo list` shows those that there are",
} as const;

/** Fetches the indexes, all at once. */
export async function repoUpdate(
  this: CliContext,
  flags: RepoUpdateFlags,
  ...names: string[]
): Promise<void> {
  const { stdout } = this.process;
  await withLocator(this, flags, async (locator) => {
    const all = await readRepositories(locator.paths.repositoryConfig);
    if (all.length === 0) {
      throw new CapstanError("no repositories found. You must add one before updating", {
        code: "repo/missing",
        hint: "add one with `capstan repo add NAME URL`",
      });
    }
    const unknown = names.find((name) => !all.some((each) => each.name === name));
    if (unknown !== undefined) {
      throw new CapstanError(
        `no repositories found matching '${unknown}'.  Nothing will be updated`,
        { code: "repo/missing", hint: "`capstan repo list` shows those that there are" },
      );
    }
    stdout.write("Hang tight while we grab the latest from your chart repositories...\n");
    const wanted = all.filter(({ name }) => names.length === 0 || names.includes(name));
    const failed: string[] = [];
    const hints: string[] = [];
    await Promise.all(wanted.map(async (repository) => {
      const { name, url } = repository;
      try {
        await locator.indexes.update(repository, deadline(this, flags.timeout));
        stdout.write(`...Successfully got an update from the "${name}" chart repository\n`);
      } catch (error) {
        this.abort.throwIfAborted();
        failed.push(url);
        if (isWithheld(error) && error.hint !== undefined) hints.push(error.hint);
        stdout.write(
          `...Unable to get an update from the "${name}" chart repository (${url}):\n\t${
            messageOf(error)
          }\n`,
        );
      }
    }));
    if (failed.length > 0) {
      throw new CapstanError(
        `failed to update the following repositories: [${failed.join(" ")}]`,
        {
          code: "repo/unreachable",
          hint: hints.length > 0
            ? [...new Set(hints)].join("; ")
            : "why is said above; `capstan repo remove NAME` forgets one that is gone",
        },
      );
    }
    stdout.write("Update Complete. ⎈Happy Helming!⎈\n");
  });
}

/** Removes repositories and their indexes. */
export async function repoRemove(
  this: CliContext,
  flags: HelmFileFlags,
  ...names: string[]
): Promise<void> {
  await withLocator(this, flags, async ({ paths, indexes }) => {
    for (const name of names) {
      await changeRepositories(paths.repositoryConfig, async (all) => {
        if (all.length === 0) throw new CapstanError("no repositories configured", NONE);
        const left = all.filter((each) => each.name !== name);
        if (left.length === all.length) {
          throw new CapstanError(`no repo named "${name}" found`, NONE);
        }
        // Before it is forgotten: an index that stays would be found by a name of nothing.
        await indexes.remove(name);
        return left;
      });
      this.process.stdout.write(`"${name}" has been removed from your repositories\n`);
    }
  });
}
