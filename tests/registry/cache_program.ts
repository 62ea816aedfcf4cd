/** Fetches charts through a cache, for the test of many processes: FOLDER URL NAME… */
import { ChartCache } from "../../lib/registry/cache.ts";
import { RepositoryClient } from "../../lib/registry/repository.ts";

const [folder, url, ...names] = Deno.args;
const client = new RepositoryClient({ cache: new ChartCache(folder!) });
const charts = await Promise.all(names.map((name) => client.chart({ url: url! }, { name })));
await client.close();
await Deno.stdout.write(new TextEncoder().encode(`${charts.map(({ name }) => name).join(" ")}\n`));
