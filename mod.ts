export * from "./lib/errors.ts";
export { createKubeClient, type KubeClientOptions } from "./lib/kube/client.ts";
export { connectionFrom, loadConnection, type LoadConnectionOptions } from "./lib/kube/config.ts";
export type { Connection, Credentials, TlsSettings } from "./lib/kube/connection.ts";
export { ApiError } from "./lib/kube/errors.ts";
export type * from "./lib/kube/types.ts";
export { waitDeleted, WaitError, waitHook, waitReady } from "./lib/kube/wait.ts";
export type { WaitOptions, WaitReadyOptions } from "./lib/kube/wait.ts";
export * from "./lib/stack/stack.ts";
export * from "./lib/stack/types.ts";
export * from "./lib/stack/load.ts";
export * from "./lib/stack/duration.ts";
export type * from "./lib/stack/cluster.ts";
export { main } from "./lib/cli/program.ts";
export { createApiServer } from "./lib/apiserver/server.ts";
export type {
  ApiServer,
  ApiServerOptions,
  Clock,
  Delays,
  Fault,
  RequestRecord,
  ServedApi,
  ServeOptions,
} from "./lib/apiserver/server.ts";
