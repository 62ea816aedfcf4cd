/**
 * The graph that tests a stack's releases.
 *
 * @module
 */
import { planTest } from "../action/release_testing.ts";
import { timeoutOf } from "./duration.ts";
import { releaseClaims } from "./claims.ts";
import { hookOptions } from "./steps.ts";
import type { StackSteps, StepSources } from "./steps.ts";

/** The steps of `test`: the tests of all releases, which do not wait for one another. */
export function testSteps(sources: StepSources): StackSteps {
  const { nodes, stack, clusters, overrides } = sources;
  const operations = new Map(nodes.flatMap(({ id, node }) => {
    if (node.type === "hook") return [];
    const request = {
      name: node.name,
      namespace: node.namespace,
      owner: id,
      claims: releaseClaims(node, stack, overrides.parallelism ?? stack.parallelism),
      logs: overrides.logs,
      ...timeoutOf(node.timeout),
      ...hookOptions(node, stack, sources),
    };
    return [[id, planTest(request, clusters.contextOf(node))] as const];
  }));
  return {
    steps: [...operations.values()].flatMap(({ steps }) => steps),
    pools: {},
    operations,
    last: new Map([...operations.keys()].map((id) => [id, `${id}/test/record`])),
    tried: new Set(),
    conditions: new Set(),
  };
}
