/**
 * Whether downloaded bytes are the chart archive that they should be. What is not is never kept.
 *
 * @module
 */
import { gunzip, isGzip, unpackTar } from "../chart/archive.ts";
import { chartLimits } from "../chart/limits.ts";
import { CapstanError, messageOf } from "../errors.ts";
import { sha256 } from "./cache.ts";
import { withoutSecrets } from "./http.ts";

/** What is known of an archive. */
export interface ExpectedArchive {
  readonly chart: string;
  readonly url: string;
  /** SHA-256 that it must have, hex; empty where it is not known. */
  readonly digest: string;
}

/** @throws {CapstanError} Where it is another, or is cut short. */
export async function checkArchive(data: Uint8Array, expected: ExpectedArchive): Promise<void> {
  const { chart, digest } = expected;
  const url = withoutSecrets(expected.url);
  const got = digest === "" ? "" : await sha256(data);
  if (got !== digest) {
    throw new CapstanError(
      `cannot take chart ${chart} from ${url}: its digest is sha256:${got}, not sha256:${digest}`,
      {
        code: "registry/digest",
        hint: "it was changed after it was published, or on the way: ask who publishes it",
      },
    );
  }
  try {
    if (!isGzip(data)) throw new Error("it is not a gzip archive");
    unpackTar(await gunzip(data, chartLimits()), chartLimits());
  } catch (error) {
    throw new CapstanError(
      `cannot take chart ${chart} from ${url}: the archive is broken: ${messageOf(error)}`,
      {
        code: "registry/archive",
        hint: "fetch it again; if it stays so, the copy there is broken",
        cause: error,
      },
    );
  }
}
