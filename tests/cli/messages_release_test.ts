/** Errors of releases on a cluster: of what others hold, what the server refuses, and what records say. */
import { leaseObject } from "../../lib/kube/lease_object.ts";
import type { Fault } from "../../lib/apiserver/faults.ts";
import { withStatus } from "../../lib/release/release.ts";
import type { ReleaseStatus } from "../../lib/release/release.ts";
import { tarball } from "../chart/tarball.ts";
import { chartFiles, CONFIG, hookJob } from "../harness.ts";
import { atWork } from "./cluster.ts";
import type { Workplace } from "./cluster.ts";
import { holdToGolden, played } from "./golden.ts";
import type { Scene } from "./golden.ts";

const SECRET =
  "---\napiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}}\nstringData: {a: b}\n";
const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;
const FILES = {
  ...chartFiles("web", { "c.yaml": CONFIG }),
  ...chartFiles("more", { "c.yaml": CONFIG + SECRET }),
  ...chartFiles("hooks", { "c.yaml": CONFIG + hookJob("mig", "pre-install", { fail: true }) }),
  ...chartFiles("crds", {}),
  "crds/crds/w.yaml": CRD,
  ...chartFiles("badcrd", {}),
  "badcrd/crds/w.yaml": "kind: Widget\n",
  ...chartFiles("ask", { "c.yaml": 'a: {{ lookup "nope/v1" "Wigdet" "" "x" }}\n' }),
  ...chartFiles("svc", {
    "s.yaml":
      "apiVersion: v1\nkind: Service\nmetadata: {name: {{ .Release.Name }}}\nspec: {clusterIP: {{ .Values.ip }}, ports: [{port: 80}]}\n",
  }),
  "newer/Chart.yaml": "apiVersion: v9\nname: newer\nversion: 0.1.0\n",
  ...chartFiles("secretly", {
    "c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, labels: {a: 1}}\n",
  }),
};

Deno.test("errors of releases say to which one, what was refused, and what to do next", async () => {
  await atWork(FILES, async (work) => {
    await Deno.writeFile(
      `${work.folder}/huge.tgz`,
      await tarball({
        "huge/Chart.yaml": "apiVersion: v2\nname: huge\nversion: 1.0.0\n",
        "huge/files/data": "x".repeat(6_000_000),
      }),
    );
    await Deno.writeFile(`${work.folder}/out.tgz`, await tarball({ "out/../../etc/cron": "" }));
    await Deno.mkdir(`${work.folder}/web/files`, { recursive: true });
    await holdToGolden("messages_release.txt", await played(work, SCENES));
  });
});

const CONFLICT = 'Apply failed with 1 conflict: conflict with "kubectl-edit" using v1: .data.a';
const FORBIDDEN =
  'secrets "web" is forbidden: User "ann" cannot do this to resource "secrets" in API group "" in the namespace "default"';

/** A request that the server refuses until the next scene. */
const refusing = (fault: Omit<Fault, "status">, status = 403) => ({ server }: Workplace) => {
  server.inject({ status, times: 1, message: FORBIDDEN, ...fault });
};

/** Leaves a release as an operation does that was killed in the middle. */
const leaving = (name: string, status: ReleaseStatus, lock = false) => async (work: Workplace) => {
  const { storage, api } = work;
  const [entry] = (await storage.history({ name, namespace: "default" })).slice(-1);
  const release = (await storage.get(entry!))!;
  const lease = `capstan.release.v1.${name}`;
  if (lock) {
    const holder = { id: "other", purpose: `capstan upgrade ${name}`, host: "ci-9", pid: 77 };
    await api.create(
      leaseObject({ name: lease, namespace: "default", holder, duration: 60 }, Date.now()),
    );
  }
  await storage.update(
    withStatus(
      { ...release, ...(lock ? { lock: `default/${lease}/other` } : {}) },
      status,
      "under way",
    ),
  );
};

const SCENES: readonly Scene[] = [
  { command: "install web ./more", goesWell: true },
  { command: "upgrade web ./web", before: refusing({ method: "DELETE", path: "secrets/web" }) },
  {
    command: "upgrade web ./more",
    before: refusing({ method: "PATCH", path: "secrets/web", message: CONFLICT }, 409),
  },
  { command: "upgrade web ./more --server-side=false", before: refusing({ path: "secrets/web" }) },
  { command: "uninstall web", before: refusing({ method: "DELETE", path: "configmaps/web" }) },
  { command: "install new ./web", before: refusing({ method: "POST", path: "/secrets" }) },
  {
    command: "install new ./web",
    before: refusing({ path: "/api/v1/namespaces/default", message: "Unauthorized" }, 401),
  },
  {
    command: "install crds ./crds",
    before: refusing({ method: "POST", path: "customresourcedefinitions" }),
  },
  { command: "install badcrd ./badcrd" },
  { command: "template ask ./ask --dry-run=server" },
  { command: "install labels ./secretly" },
  { command: "template huge ./huge.tgz --helm-version v3" },
  { command: "template out ./out.tgz" },
  {
    command: "template web ./web -f values.yaml",
    before: ({ write }) => write({ "values.yaml": `a: ${"x".repeat(11_000_000)}\n` }),
  },
  { command: "template newer ./newer" },
  { command: "install svc ./svc --set ip=10.0.0.1", goesWell: true },
  { command: "upgrade svc ./svc --set ip=10.0.0.2" },
  {
    command: "template taken ./web --dry-run=server",
    before: ({ api }) =>
      api.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "taken" } }),
  },
  { command: "install broken ./hooks" },
  { command: "install broken2 ./hooks --rollback-on-failure" },
  { command: "status web", env: { HELM_DRIVER: "sql" } },
  { command: "install held ./web", goesWell: true },
  { command: "upgrade held ./web", before: leaving("held", "pending-upgrade") },
  { command: "rollback held", before: leaving("held", "pending-upgrade") },
  { command: "upgrade held ./web", before: leaving("held", "pending-upgrade", true) },
  { command: "rollback held" },
  { command: "uninstall held" },
  { command: "install kept ./web", goesWell: true },
  { command: "uninstall kept --keep-history", goesWell: true },
  { command: "uninstall kept --keep-history" },
  { command: "rollback kept 7" },
  {
    command: "install large ./web",
    before: async ({ folder }) =>
      await Deno.writeFile(`${folder}/web/files/data`, noise(1_500_000)),
  },
  {
    command: "status svc",
    before: async ({ api }) => {
      const ref = { apiVersion: "v1", kind: "Secret", name: "sh.helm.release.v1.svc.v2" };
      const secret = (await api.get(ref))!;
      await api.replace({ ...secret, data: { release: btoa("damaged") } });
    },
  },
  { command: "list -a" },
];

/** Bytes that cannot be packed. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}
