/**
 * `capstan graph`: draws a stack.
 *
 * @module
 */
import { withoutImplied } from "../../report/graph/picture.ts";
import type { Picture, PictureNode } from "../../report/graph/picture.ts";
import { graphSvg } from "../../report/graph/svg.ts";
import { graphDot, graphMermaid, graphText } from "../../report/graph/text.ts";
import { conditionLabel } from "../../stack/edges.ts";
import type { PartEdge } from "../../stack/edges.ts";
import { resolveGraph } from "../../stack/graph.ts";
import type { GraphNode } from "../../stack/graph.ts";
import { orderHooks } from "../../stack/order.ts";
import type { Stack } from "../../stack/types.ts";
import type { CliContext } from "../context.ts";
import type { GraphFlags } from "../report_commands.ts";
import { loadFor } from "../stack_run.ts";

/** Prints the stack's graph. Loads no chart and asks no cluster. */
export async function graph(this: CliContext, flags: GraphFlags, path?: string): Promise<void> {
  const { stack } = await loadFor(this, flags, path);
  const whole = pictureOf(stack);
  const picture = flags.allEdges ? whole : withoutImplied(whole);
  const text = flags.output === "mermaid"
    ? graphMermaid(picture)
    : flags.output === "dot"
    ? graphDot(picture)
    : flags.output === "svg"
    ? graphSvg(picture)
    : graphText(picture, { color: this.stdoutColor });
  this.process.stdout.write(text);
}

function pictureOf(stack: Stack): Picture {
  const { nodes } = resolveGraph(stack);
  const { places } = orderHooks(nodes, stack.hookParallelism);
  return {
    name: stack.name,
    nodes: nodes.map(({ id, node, needs, parts, conditions }): PictureNode => ({
      id,
      parts: partNames(parts),
      waits: conditions.map(conditionLabel),
      kind: node.type,
      detail: detailOf(node),
      needs,
      ordered: places.get(id)?.needs ?? [],
    })),
  };
}

/** `ready`, `hook migrate`: what of each release comes first. */
function partNames(parts: readonly PartEdge[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { on, part, hook } of parts) {
    const name = hook === undefined ? part : `hook ${hook}`;
    names.set(on, names.has(on) ? `${names.get(on)}, ${name}` : name);
  }
  return names;
}

/** The chart of a release, as it is written in the stack. */
function detailOf(node: GraphNode["node"]): string {
  if (node.type === "hook") return "";
  const { chart } = node;
  if (typeof chart === "string") return chart;
  return chart.version === undefined ? chart.name : `${chart.name} ${chart.version}`;
}
