/**
 * What a Lease says of its holder.
 *
 * @module
 */
import type { KubeObject } from "./types.ts";

/** Who holds a Lease. */
export interface Holder {
  /** Tells this holding from every other. */
  readonly id: string;
  /** What it is held for, such as `capstan upgrade web`. */
  readonly purpose?: string | undefined;
  /** Name of the machine. */
  readonly host?: string | undefined;
  /** Number of the process. */
  readonly pid?: number | undefined;
  /** The process in a form that can be checked; see `thisProcess`. */
  readonly process?: string | undefined;
  /** Since when it is held, as RFC 3339 text; set when it is acquired. */
  readonly since?: string | undefined;
}

const ANNOTATIONS = {
  purpose: "capstan/purpose",
  host: "capstan/host",
  process: "capstan/process",
};
const PID = "capstan/pid";

interface LeaseParts {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly holder: Holder;
  /** In seconds. */
  readonly duration: number;
}

/** A Lease that is held from now on. */
export function leaseObject(
  { name, namespace, holder, duration }: LeaseParts,
  now: number,
): KubeObject {
  const time = new Date(now).toISOString().replace("Z", "000Z");
  const { id, purpose, host, process, pid } = holder;
  const annotations = Object.fromEntries(
    [
      [ANNOTATIONS.purpose, purpose],
      [ANNOTATIONS.host, host],
      [ANNOTATIONS.process, process],
      [PID, pid?.toString()],
    ].filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { "app.kubernetes.io/managed-by": "capstan" },
      annotations,
    },
    spec: {
      holderIdentity: id,
      leaseDurationSeconds: duration,
      acquireTime: time,
      renewTime: time,
    },
  };
}

/** Who holds a Lease; `undefined` when it was let go. */
export function holderOf(lease: KubeObject): Holder | undefined {
  const { holderIdentity, acquireTime } = (lease["spec"] ?? {}) as {
    readonly holderIdentity?: string;
    readonly acquireTime?: string;
  };
  if (!holderIdentity) return undefined;
  const { annotations = {} } = lease.metadata;
  const pid = annotations[PID];
  return {
    id: holderIdentity,
    purpose: annotations[ANNOTATIONS.purpose],
    host: annotations[ANNOTATIONS.host],
    process: annotations[ANNOTATIONS.process],
    pid: pid === undefined ? undefined : Number(pid),
    since: acquireTime,
  };
}

/** `capstan upgrade web (process 4711 on ci-3, since 2026-05-01T12:00:00Z)` */
export function describeHolder({ id, purpose, host, pid, since }: Holder): string {
  const place = [
    ...(pid === undefined ? [] : [`process ${pid}${host === undefined ? "" : ` on ${host}`}`]),
    ...(since === undefined ? [] : [`since ${since.replace(/\.\d+Z$/, "Z")}`]),
  ];
  return `${purpose ?? id}${place.length === 0 ? "" : ` (${place.join(", ")})`}`;
}

/** When an object was last written, by the server's own clock, in milliseconds since the epoch. */
export function serverTimeOf({ metadata }: KubeObject): number | undefined {
  const entries = (metadata.managedFields ?? []) as readonly { readonly time?: string }[];
  const times = entries.flatMap(({ time }) => time === undefined ? [] : [Date.parse(time)]);
  return times.length === 0 ? undefined : Math.max(...times);
}
