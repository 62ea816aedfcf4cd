/**
 * What the commands about repositories, registries and a chart's dependencies need.
 *
 * @module
 */
import { missingDependencies } from "../../chart/dependencies.ts";
import { loadChart } from "../../chart/load.ts";
import { CapstanError, messageOf } from "../../errors.ts";
import { folderOf } from "../../files.ts";
import { isOnDisk, placeDependencies } from "../../registry/dependency_repositories.ts";
import type { PlacedDependency } from "../../registry/dependency_repositories.ts";
import { readRepositories } from "../../registry/repositories_file.ts";
import type { NamedRepository } from "../../registry/repositories_file.ts";
import { isPath } from "../charts.ts";
import { accessOf } from "../download_flags.ts";
import { pathsFor } from "../locator.ts";
import type { Asking, Rule } from "./asking.ts";
import { chart, file, keyring } from "./asking.ts";
import { needCertificates, needFetched, needFolder, withRecording } from "./charts.ts";
import { absolute, hostOf } from "./cluster.ts";
import { heard } from "./heard.ts";
import { needLogin, needLoginKept } from "./logins.ts";

/** By command. */
export const REGISTRY_RULES: Readonly<Record<string, Rule>> = {
  "repo add": async (asking) => {
    const [name = "", url = ""] = asking.args;
    changed(asking, "repositoryConfig");
    await indexed(asking, [{ name, url, ...accessOf(asking.flags) }]);
  },
  "repo list": (asking) => void helmFile(asking, "repositoryConfig"),
  "repo update": async (asking) => {
    const { args } = asking;
    const all = await readRepositories(helmFile(asking, "repositoryConfig"));
    await indexed(asking, all.filter(({ name }) => args.length === 0 || args.includes(name)));
  },
  "repo remove": (asking) => {
    changed(asking, "repositoryConfig");
    const { need, context, flags } = asking;
    const hearing = heard(need, context, { reason: "leads to Helm's files", optional: false });
    need.add("write", pathsFor(hearing, flags).repositoryCache, "the indexes");
  },
  "repo index": (asking) => {
    const [folder = ""] = asking.args;
    file(asking, folder, "the archives");
    asking.need.add("write", `${absolute(folder)}/index.yaml`, "the index");
    if (asking.flags.merge) file(asking, asking.flags.merge, "the index to merge with");
  },
  "search repo": (asking) => {
    helmFile(asking, "repositoryConfig");
    helmFile(asking, "repositoryCache");
  },
  "registry login": async (asking) => {
    const host = registryOf(asking.args[0]!);
    await registry(asking, host);
    await needLoginKept(asking.need, asking.context, { flags: asking.flags, host });
  },
  "registry logout": async ({ need, context, flags, args }) =>
    await needLoginKept(need, context, { flags, host: registryOf(args[0]!) }),
  pull,
  push,
  "dependency list": ({ need, args }) => needFolder(need, args[0] ?? ".", "the chart"),
  "dependency update": (asking) => dependencies(asking, asking.args[0] ?? ".", "update"),
  "dependency build": (asking) => dependencies(asking, asking.args[0] ?? ".", "build"),
  package: packaged,
};

type HelmFile = "repositoryConfig" | "repositoryCache";

/** Adds one of Helm's files, and what leads there. */
function helmFile({ need, context, flags }: Asking, which: HelmFile): string {
  const hearing = heard(need, context, { reason: "leads to Helm's files", optional: false });
  const path = pathsFor(hearing, flags)[which];
  need.add("read", path, "Helm's files");
  return path;
}

/** The same of one that is replaced whole, by way of another one beside it. */
function changed(asking: Asking, which: HelmFile): void {
  const path = helmFile(asking, which);
  const folder = which === "repositoryConfig" ? folderOf(path) : path;
  asking.need.add("read", folder, "Helm's files");
  asking.need.add("write", folder, "Helm's files");
}

/** Repositories whose indexes are fetched and kept. */
async function indexed(asking: Asking, repositories: readonly NamedRepository[]): Promise<void> {
  const { need, context } = asking;
  if (repositories.length > 0) changed(asking, "repositoryCache");
  for (const repository of repositories) {
    needCertificates(need, repository);
    need.add("net", hostOf(repository.url), "the repository");
    await asked(
      asking,
      repository.url,
      () =>
        withRecording(
          need,
          context,
          { flags: {} },
          (locator) => locator.repositories.index(repository, context.abort),
        ),
    );
  }
}

/** A registry, and where it sends for tokens. */
async function registry(asking: Asking, host: string): Promise<void> {
  const { need, context, flags } = asking;
  const scheme = flags.plainHttp ? "http" : "https";
  const server = host === "docker.io" ? "registry-1.docker.io" : host;
  need.add("net", hostOf(`${scheme}://${server}`), "the registry");
  needCertificates(need, flags);
  const { username: _, password: __, ...access } = accessOf(flags);
  await asked(
    asking,
    host,
    () =>
      withRecording(
        need,
        context,
        { flags },
        (locator) => locator.ociClient.ping(host, access, context.abort),
      ),
  );
}

/** Asks who sends where; one who lets nobody in without a password has still told. */
async function asked({ need, context }: Asking, where: string, ask: () => Promise<unknown>) {
  try {
    await ask();
  } catch (error) {
    context.abort.throwIfAborted();
    if (!(error instanceof CapstanError)) throw error;
    need.note(
      `${where} gives no answer (${
        messageOf(error)
      }): where it sends to is not known; each error names the host`,
    );
  }
}

/** People write the address as well. */
function registryOf(text: string): string {
  return text.replace(/^(oci|https?):\/\//, "").replace(/\/.*$/, "");
}

async function pull(asking: Asking): Promise<void> {
  const { need, flags, context } = asking;
  for (const ref of asking.args) {
    const provenance = flags.verify || flags.prov;
    await needFetched(need, context, { ref, flags, provenance });
  }
  if (flags.verify) keyring(asking);
  const destination = absolute(flags.destination ?? ".");
  if (flags.untar) {
    const into = flags.untardir ?? ".";
    const folder = into.startsWith("/") ? into : `${destination}/${into}`;
    need.add("read", folder.replace(/(\/\.)+$/, ""), "what is written");
    need.add("write", folder.replace(/(\/\.)+$/, ""), "what is written");
  } else need.add("write", destination, "the archive");
}

async function push(asking: Asking): Promise<void> {
  const { need, context, flags, args: [archive = "", remote = ""] } = asking;
  file(asking, archive, "the chart");
  need.add("read", `${absolute(archive)}.prov`, "the chart's signature");
  const host = registryOf(remote);
  await registry(asking, host);
  if (flags.username === undefined) await needLogin(need, context, { flags, host });
}

async function packaged(asking: Asking): Promise<void> {
  const { need, flags } = asking;
  for (const path of asking.args) {
    if (flags.dependencyUpdate) await dependencies(asking, path, "update");
    else await needFolder(need, path, "the chart");
  }
  need.add("write", absolute(flags.destination ?? "."), "the archive");
  if (flags.sign) keyring(asking);
  const passphrase = flags.passphraseFile;
  if (passphrase && passphrase !== "-") file(asking, passphrase, "the passphrase");
}

/** What a chart's dependencies take; those that are elsewhere are fetched to see where from. */
export async function dependencies(
  asking: Asking,
  path: string,
  verb: "update" | "build",
): Promise<void> {
  const { need, context, flags } = asking;
  await needFolder(need, path, "the chart");
  const { metadata, lock } = await loadChart(path, { signal: context.abort });
  const locked = verb === "build" ? lock?.dependencies : undefined;
  const declared = locked ?? metadata.dependencies;
  if (declared === undefined) return;
  const folder = absolute(path);
  need.add("write", locked === undefined ? folder : `${folder}/charts`, "the dependencies");
  const added = await readRepositories(helmFile(asking, "repositoryConfig"));
  for (const placed of placeDependencies(declared, added)) await dependency(asking, folder, placed);
  if (flags.verify) keyring(asking);
}

async function dependency(
  asking: Asking,
  folder: string,
  { dependency, added }: PlacedDependency,
): Promise<void> {
  const { need, context, flags } = asking;
  const { name, repository, version } = dependency;
  if (isOnDisk(dependency)) {
    const path = repository.replace(/^file:\/\//, "");
    const other = path.startsWith("/") ? path : `${folder}/${path}`;
    return await needFolder(need, other, "a dependency");
  }
  if (added !== undefined) {
    needCertificates(need, added);
    if (!flags.skipRefresh) await indexed(asking, [added]);
  }
  const ref = added === undefined ? name : `${added.name}/${name}`;
  await needFetched(need, context, {
    ref,
    flags: { ...flags, version, ...(added === undefined ? { repo: repository } : {}) },
    provenance: flags.verify,
  });
}

/** A chart with its dependencies, where they are brought first. */
export async function chartToRender(asking: Asking, ref: string): Promise<void> {
  const { flags, context } = asking;
  await chart(asking, ref);
  if (!flags.dependencyUpdate || flags.repo !== undefined || !await isPath(ref)) return;
  const loaded = await loadChart(ref, { signal: context.abort });
  if (missingDependencies(loaded).length > 0) await dependencies(asking, ref, "update");
}
