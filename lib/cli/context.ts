/**
 * What a command is given besides its flags: streams, environment, signals.
 *
 * @module
 */
import type { CommandContext } from "@stricli/core";
import type { PathVariable } from "../registry/helm_paths.ts";
import type { Stack, StackFactory } from "../stack/types.ts";

/** The outside world of one invocation. */
export interface CliContext extends CommandContext {
  readonly process: {
    /** What programs read too: it is written as it is, but to a terminal, which it cannot command. */
    readonly stdout: { write(text: string): void };
    /** What people read: it commands neither a terminal nor GitHub Actions. */
    readonly stderr: { write(text: string): void };
    exitCode?: number | string | null;
  };
  /**
   * Writes to standard output what people read, with words of charts, logs and servers in it: as it is, but that it
   * commands neither a terminal nor GitHub Actions.
   */
  print(text: string): void;
  /** Writes a line to standard error. */
  warn(message: string): void;
  /** Writes to standard error the picture of a run, or the log of one, with the commands that it is made of. */
  draw(text: string): void;
  /** An environment variable; `undefined` also where it is empty or reading it is not allowed. */
  env(name: EnvironmentVariable): string | undefined;
  /** Whether `--debug` was given, or HELM_DEBUG says so. */
  readonly debug: boolean;
  /** Whether messages may be coloured. */
  readonly color: boolean;
  /** Whether results may be coloured: what goes to standard output. */
  readonly stdoutColor: boolean;
  /** Columns of the terminal that standard output goes to; `undefined` when it goes elsewhere. */
  readonly stdoutColumns?: (() => number) | undefined;
  /** Size of the terminal that standard error goes to; `undefined` when it goes elsewhere. */
  readonly size?: (() => { readonly columns: number; readonly rows: number }) | undefined;
  /** First Ctrl-C or SIGTERM: start nothing new. */
  readonly stop: AbortSignal;
  /** Second one: end now. */
  readonly abort: AbortSignal;
  /** Does work during which a signal ends the program at once. */
  unheard<T>(work: () => Promise<T>): Promise<T>;
  /** Before code of the stack runs, which may keep this thread busy: from here on signals are heard all the same. */
  guard(): Promise<void>;
  /** The stack of the program that called, when a stack file is run as one. */
  readonly program?: StackProgram | undefined;
  now(): number;
  /** Ends the program with this code when the command returns, which has printed all there is to say. */
  exitWith(code: number): void;
}

/** A stack file that is run as a program. */
export interface StackProgram {
  readonly stack: Stack | StackFactory;
  /** Absolute path of the stack file. */
  readonly file: string;
}

/** The environment variables that Capstan reads, and no others. */
export type EnvironmentVariable =
  | PathVariable
  | "CAPSTAN_PLAN_KEY"
  | "CAPSTAN_STATE_HOME"
  | "CI"
  | "GITHUB_ACTIONS"
  | "HELM_COLOR"
  | "HELM_DEBUG"
  | "HELM_DRIVER"
  | "HELM_KUBEAPISERVER"
  | "HELM_KUBEASGROUPS"
  | "HELM_KUBEASUSER"
  | "HELM_KUBECAFILE"
  | "HELM_KUBECONTEXT"
  | "HELM_KUBEINSECURE_SKIP_TLS_VERIFY"
  | "HELM_KUBETLS_SERVER_NAME"
  | "HELM_KUBETOKEN"
  | "HELM_MAX_HISTORY"
  | "HELM_NAMESPACE"
  | "KUBECONFIG"
  | "KUBERNETES_SERVICE_HOST"
  | "KUBERNETES_SERVICE_PORT"
  | "LOCALAPPDATA"
  | "OTEL_EXPORTER_OTLP_ENDPOINT"
  | "OTEL_EXPORTER_OTLP_HEADERS"
  | "OTEL_SERVICE_NAME"
  | "SOURCE_DATE_EPOCH"
  | "TERM"
  | "TRACEPARENT"
  | "XDG_STATE_HOME";
