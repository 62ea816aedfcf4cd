/**
 * `capstan plan`: what `up` would do.
 *
 * @module
 */
import { columns, paint } from "../../report/text.ts";
import type { Style, Tone } from "../../report/text.ts";
import { planStack } from "../../stack/plan.ts";
import type { PlannedNode } from "../../stack/plan.ts";
import type { CliContext } from "../context.ts";
import type { StackFlags } from "../stack_commands.ts";
import { clusterOf, loadFor, typeChecks } from "../stack_run.ts";

/** Renders every release, compares it with what is deployed, and prints the difference. */
export async function plan(this: CliContext, flags: StackFlags, path?: string): Promise<void> {
  const loaded = await loadFor(this, flags, path);
  const nodes = await planStack(loaded, {
    connect: (name) => clusterOf(this, flags, name),
    signal: this.stop,
    prechecks: typeChecks(flags, loaded),
    now: this.now,
  });
  const text = flags.output === "json"
    ? `${JSON.stringify(nodes)}\n`
    : describe(nodes, { color: this.stdoutColor });
  this.process.stdout.write(text);
}

const TONES: Readonly<Record<PlannedNode["action"], Tone>> = {
  install: "good",
  upgrade: "warn",
  unchanged: "quiet",
  run: "busy",
  unknown: "warn",
};

/** The plan as a table in the order of the graph, then one line that counts. */
function describe(nodes: readonly PlannedNode[], style: Style): string {
  const header = ["NODE", "ACTION", "REVISION", "CHART", "OBJECTS", "HOOKS", "AFTER"];
  const rows = nodes.map((node) => [
    node.id,
    paint(node.action, TONES[node.action], style),
    node.release === undefined ? "" : String(node.release.revision),
    node.release?.chart ?? "",
    objects(node),
    node.release?.hooks.join(", ") ?? "",
    node.needs.join(", "),
  ]);
  const counts = Map.groupBy(nodes, ({ action }) => action);
  const total = [...counts].map(([action, of]) => `${of.length} to ${WORDS[action]}`).join(", ");
  const unknown = nodes.flatMap(({ id, reason }) =>
    reason === undefined ? [] : [`${id}: its values are not known yet: ${reason}`]
  );
  return [...columns([header, ...rows]), "", ...unknown, `${total || "nothing to do"}`, ""].join(
    "\n",
  );
}

const WORDS: Readonly<Record<PlannedNode["action"], string>> = {
  install: "install",
  upgrade: "upgrade",
  unchanged: "leave unchanged",
  run: "run",
  unknown: "find out",
};

function objects({ action, release }: PlannedNode): string {
  if (release === undefined || action === "unchanged") return "";
  const { added, changed, removed } = release;
  return `+${added.length} ~${changed.length} -${removed.length}`;
}
