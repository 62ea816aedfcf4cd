/**
 * What a release's fields say, rendered where they are templates.
 *
 * @module
 */
import { messageOf } from "../../errors.ts";
import { folderOf } from "../../files.ts";
import { isMap } from "../../template/value.ts";
import type { GoMap } from "../../template/value.ts";
import { literal } from "./code.ts";
import { renderText } from "./render.ts";
import type { HelmfileState, Reader } from "./state.ts";

/** A release of a helmfile, with all that it inherits. */
export class ReleaseText {
  readonly name: string;
  readonly namespace: string | undefined;
  /** The folder that its paths start from. */
  readonly folder: string;

  constructor(
    readonly reader: Reader,
    readonly state: HelmfileState,
    readonly raw: GoMap,
  ) {
    this.folder = folderOf(state.path);
    this.name = this.text(raw["name"]);
    // The helmfile's own is meant to be stronger than a release's.
    const namespace = state.document["namespace"] || raw["namespace"];
    this.namespace = namespace ? this.text(namespace) : undefined;
  }

  /** A scalar as text. */
  text(value: unknown, event = ""): string {
    const text = typeof value === "string" ? value : literal(value);
    return text.includes("{{") ? this.render(this.state.path, text, event) : text;
  }

  /** Any value with the texts in it rendered. */
  deep(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.deep(item));
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.deep(item)]));
  }

  /** The text of the file at `path`, rendered; as it is where that fails. */
  render(path: string, text: string, event = ""): string {
    const { environment, values } = this.state;
    const { raw } = this;
    const plain = (value: unknown) =>
      typeof value === "string" && value.includes("{{") ? "" : value ?? "";
    const release = {
      Name: this.name ?? plain(raw["name"]),
      Namespace: this.namespace ?? plain(raw["namespace"]),
      Chart: plain(raw["chart"]),
      ChartVersion: plain(raw["version"]),
      Labels: isMap(raw["labels"]) ? raw["labels"] : {},
      KubeContext: plain(raw["kubeContext"]),
    };
    try {
      return renderText(this.reader.files, path, text, {
        environment,
        values,
        release,
        event,
        namespace: this.namespace,
        kubeContext: this.state.environmentContext,
        left: this.reader.left,
      });
    } catch (error) {
      this.leave(`${path === this.state.path ? JSON.stringify(text) : path}: ${messageOf(error)}`);
      return text;
    }
  }

  /** Notes what is not carried over. */
  leave(what: string): void {
    this.reader.left.add(`release ${this.name}: ${what}`);
  }
}

/** A path that Capstan takes for a folder or a file. */
export function asPath(path: string): string {
  return /^[./]/.test(path) ? path : `./${path}`;
}

/** A list, or none. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
