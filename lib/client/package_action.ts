/**
 * helm-sdkpy's `Package` as a class.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { ChartError } from "../chart/chart.ts";
import { packageFolder } from "../registry/package_folder.ts";
import { Action } from "./actions.ts";
import { inFamily } from "./errors.ts";

/** Options of {@linkcode Package}. */
export interface PackageCallOptions {
  /** Folder for the archive; it is made where it is missing. @default the working folder */
  readonly destDir?: string | undefined;
  /** Takes the place of the chart's version. */
  readonly version?: string | undefined;
  /** Takes the place of the chart's appVersion. */
  readonly appVersion?: string | undefined;
  /** When the files were changed, in seconds since 1970: equal charts at equal times are equal bytes. @default now */
  readonly time?: number | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Packs charts.
 *
 * @example Usage
 * ```ts
 * import { Package } from "@capstan/capstan";
 *
 * const destDir = await Deno.makeTempDir();
 * const path = await new Package().run("examples/shop/charts/redis", { destDir, version: "9.9.9" });
 * await Deno.remove(destDir, { recursive: true });
 * if (path !== `${destDir}/redis-9.9.9.tgz`) throw new Error(path);
 * ```
 */
export class Package extends Action {
  /**
   * Packs the chart in a folder, and returns the archive's path.
   *
   * @throws {ChartError} When it is no chart, lacks a dependency, or the archive cannot be written.
   */
  async run(path: string, options: PackageCallOptions = {}): Promise<string> {
    const { destDir = ".", time = Math.floor(Date.now() / 1000), ...rest } = options;
    const { fileName, archive } = await inFamily(packageFolder(path, { ...rest, time }));
    const target = `${destDir.replace(/(?<=.)\/+$/, "")}/${fileName}`;
    try {
      await Deno.mkdir(destDir, { recursive: true });
      await Deno.writeFile(target, archive);
    } catch (error) {
      throw new ChartError(`cannot write ${target}: ${messageOf(error)}`, {
        code: "chart/unwritable",
        hint: error instanceof Deno.errors.NotCapable
          ? `add --allow-write=${destDir}`
          : "name another folder with `destDir`",
        cause: error,
      });
    }
    return target;
  }
}
