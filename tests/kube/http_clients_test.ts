import { deepEqual, equal, throws } from "node:assert/strict";
import { createHttpClient, HttpClients } from "../../lib/kube/http_clients.ts";

function counted() {
  const closed: number[] = [];
  let made = 0;
  const clients = new HttpClients(() => {
    const id = ++made;
    return { close: () => closed.push(id) } as unknown as Deno.HttpClient;
  });
  return { clients, closed, made: () => made };
}

Deno.test("HttpClients makes nothing before it is needed", () => {
  const { clients, made } = counted();
  equal(made(), 0);
  equal(clients.requests, clients.requests);
  equal(made(), 1);
  clients.close();
});

Deno.test("HttpClients lends at most 90 streams of one client, none of the requests' own", () => {
  const { clients, made, closed } = counted();
  const requests = clients.requests;
  const leases = Array.from({ length: 200 }, () => clients.lease());
  deepEqual(clients.streams, [90, 90, 20]);
  equal(made(), 4);
  equal(leases.some(({ client }) => client === requests), false);
  for (const lease of leases.slice(180)) lease.release();
  deepEqual(clients.streams, [90, 90]);
  deepEqual(closed, [4]);
  leases[0]!.release();
  leases[0]!.release(); // a second time is no second stream
  deepEqual(clients.streams, [89, 90]);
  clients.lease();
  deepEqual(clients.streams, [90, 90]);
  clients.close();
  deepEqual(closed, [4, 1, 2, 3]);
});

Deno.test("createHttpClient() says whose certificates are unusable", () => {
  const tls = { cert: "-----BEGIN NONSENSE-----", key: "x" };
  throws(() => createHttpClient({ server: "https://c.test", namespace: "default", tls }), {
    name: "CapstanError",
    message: "cannot use the certificates for https://c.test: Unable to decode certificate",
  });
});
