/**
 * `capstan adopt`: a stack file for what is in a cluster already.
 *
 * @module
 */
import { listReleases } from "../../action/read.ts";
import { CapstanError } from "../../errors.ts";
import { adoptReleases } from "../../scaffold/adopt.ts";
import type { AdoptFlags } from "../author_commands.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { labelOf } from "../label.ts";
import { nameFilter } from "../name_filter.ts";
import { writeFiles } from "../write_text.ts";

/** Writes the stack and its charts, and says what to look at. Changes nothing in the cluster. */
export async function adopt(this: CliContext, flags: AdoptFlags, given = "."): Promise<void> {
  const folder = given.replace(/(?<=.)\/+$/, "");
  const charts = new Map((flags.chart ?? []).map(pair));
  const releases = await withTarget(
    this,
    flags,
    async ({ storage, namespace }) =>
      await listReleases({
        namespace: flags.allNamespaces ? undefined : namespace,
        filter: await nameFilter(flags.filter),
        signal: this.abort,
      }, { storage }),
  );
  const there = releases.filter(({ info }) => info.status !== "uninstalled");
  if (there.length === 0) {
    throw new CapstanError("cannot adopt: there is no release", {
      code: "adopt/none",
      hint: flags.allNamespaces
        ? "see what `capstan list -A` finds"
        : "name the namespace with -n, or take all with -A",
    });
  }
  const name = flags.name ?? labelOf(folder === "." ? Deno.cwd() : folder);
  const { files, notes } = adoptReleases(there, { name, charts });
  const written = await writeFiles(folder, files);
  const { stdout, stderr } = this.process;
  const stack = written[0]!;
  stdout.write(
    `wrote ${stack}: ${there.length} release${there.length === 1 ? "" : "s"}\n` +
      `See that nothing would change:   capstan plan ${stack}\n` +
      "What it calls unchanged is left alone by `capstan up`; anything else gets a new revision.\n",
  );
  if (notes.length > 0) {
    stderr.write(`\nTo look at:\n${notes.map((each) => `- ${each}\n`).join("")}`);
  }
}

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CapstanError(`bad --chart ${JSON.stringify(text)}`, {
    code: "cli/flags",
    hint: "use RELEASE=CHART, e.g. --chart web=./charts/web",
  });
}
