export * from "./lib/errors.ts";
export * from "./lib/stack/stack.ts";
export * from "./lib/stack/types.ts";
export * from "./lib/stack/load.ts";
export * from "./lib/stack/duration.ts";
export type * from "./lib/stack/cluster.ts";
export { main } from "./lib/cli/program.ts";
