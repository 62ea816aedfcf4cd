/**
 * What happened to a namespace's Jobs and ConfigMaps, in the exact order in which the API server
 * stored it: resource versions of one cluster rise with every write, whatever the kind.
 */
import { loadConnection } from "../../lib/kube/config.ts";
import { Transport } from "../../lib/kube/transport.ts";
import type { KubeObject } from "../../lib/kube/types.ts";
import { watchEvents } from "../../lib/kube/watch_lines.ts";

/** One object's life. Moments are resource versions. */
export interface Life {
  readonly kind: string;
  readonly name: string;
  readonly created: number;
  /** When a Job completed or failed. */
  ended?: number;
  failed?: boolean;
  deleted?: number;
}

const COLLECTIONS = [
  {
    kind: "Job",
    path: (namespace: string) => `/apis/batch/v1/namespaces/${namespace}/jobs`,
    // Never runs, so nothing more becomes of it.
    end: {
      apiVersion: "batch/v1",
      spec: {
        suspend: true,
        template: {
          spec: { restartPolicy: "Never", containers: [{ name: "main", image: "busybox" }] },
        },
      },
    },
  },
  {
    kind: "ConfigMap",
    path: (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`,
    end: { apiVersion: "v1" },
  },
];

/** Object that is written when all is over, so that a watch that shows it has shown everything. */
const END = "timeline-end-";

/** Watches a namespace while `use` runs, and returns the lives that began in it, in order. */
export async function timeline(namespace: string, use: () => Promise<void>): Promise<Life[]> {
  const transport = new Transport(await loadConnection());
  try {
    const finish = await Promise.all(
      COLLECTIONS.map((collection) => record(transport, namespace, collection)),
    );
    await use();
    const lives = await Promise.all(finish.map((each) => each()));
    return lives.flat()
      .filter(({ name }) => name !== "kube-root-ca.crt" && !name.startsWith(END))
      .sort((a, b) => a.created - b.created);
  } finally {
    transport.close();
  }
}

/** Watches one collection; the returned function waits until it has shown everything, and ends it. */
async function record(
  transport: Transport,
  namespace: string,
  { kind, path: pathOf, end }: typeof COLLECTIONS[number],
): Promise<() => Promise<Life[]>> {
  const path = pathOf(namespace);
  const { metadata } = await transport.json<{ metadata: { resourceVersion: string } }>({
    method: "GET",
    path,
  });
  const query = { watch: "1", resourceVersion: metadata.resourceVersion };
  const stream = await transport.stream({ method: "GET", path, query });
  const marker = END + crypto.randomUUID();
  const lives = read(stream.body, kind, marker);
  return async () => {
    const body = { ...end, kind, metadata: { name: marker } };
    await transport.send({ method: "POST", path, body });
    try {
      return await lives;
    } finally {
      stream.close();
      await transport.send({ method: "DELETE", path: `${path}/${marker}` });
    }
  };
}

async function read(
  body: ReadableStream<Uint8Array>,
  kind: string,
  marker: string,
): Promise<Life[]> {
  const lives = new Map<string, Life>();
  for await (const { type, object } of watchEvents(body)) {
    if (object.metadata.name === marker) break;
    note(type, kind, object, lives);
  }
  return [...lives.values()];
}

function note(type: string, kind: string, object: KubeObject, lives: Map<string, Life>): void {
  const { uid = "", name, resourceVersion } = object.metadata;
  const at = Number(resourceVersion);
  let life = lives.get(uid);
  if (life === undefined) {
    if (type !== "ADDED") return; // was there before
    lives.set(uid, life = { kind, name, created: at });
  }
  const end = conditionsOf(object).find(({ type, status }) =>
    (type === "Complete" || type === "Failed") && status === "True"
  );
  if (end !== undefined && life.ended === undefined) {
    life.ended = at;
    life.failed = end.type === "Failed";
  }
  if (type === "DELETED") life.deleted = at;
}

function conditionsOf(object: KubeObject): { type: string; status: string }[] {
  const status = object["status"] as
    | { conditions?: { type: string; status: string }[] }
    | undefined;
  return status?.conditions ?? [];
}

/** The most Jobs that ran at once. */
export function mostAtOnce(lives: readonly Life[]): number {
  const moments = lives.flatMap(({ created, ended }) =>
    ended === undefined ? [] : [{ at: created, by: 1 }, { at: ended, by: -1 }]
  ).sort((a, b) => a.at - b.at);
  let now = 0, most = 0;
  for (const { by } of moments) most = Math.max(most, now += by);
  return most;
}
