/**
 * `--post-renderer`: a program of the user's that is given the manifests and returns others.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";

/** A program with its arguments. */
export interface PostRendererCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * A function that runs the program: manifests to its standard input, its standard output back.
 *
 * @throws {CapstanError} When Capstan may not run programs, or there is none of this name.
 */
export async function postRenderer(
  { command, args }: PostRendererCommand,
): Promise<(manifest: string, signal?: AbortSignal) => Promise<string>> {
  const { state } = await Deno.permissions.query({ name: "run", command });
  if (state !== "granted") {
    throw new CapstanError(
      `cannot run the post-renderer ${command}: running programs is not allowed`,
      {
        code: "post-renderer/permission",
        hint:
          `start Capstan with --allow-run=${command}; a stack file can take a TypeScript function instead`,
      },
    );
  }
  return async (manifest, signal) => {
    const { success, code, stdout, stderr } = await output({ command, args }, manifest, signal);
    const decoder = new TextDecoder();
    if (!success) {
      throw new CapstanError(
        `error while running post render on files: error while running command ${command}. error output:\n${
          decoder.decode(stderr)
        }: exit status ${code}`,
        {
          code: "post-renderer/failed",
          hint: `try it by itself: capstan template … | ${command}`,
        },
      );
    }
    const text = decoder.decode(stdout);
    if (text.trim() !== "") return text;
    throw new CapstanError(
      `error while running post render on files: post-renderer ${
        JSON.stringify(command)
      } produced empty output`,
      {
        code: "post-renderer/failed",
        hint: "a post-renderer prints all manifests, changed or not",
      },
    );
  };
}

async function output(
  { command, args }: PostRendererCommand,
  input: string,
  signal: AbortSignal | undefined,
): Promise<Deno.CommandOutput> {
  const child = start({ command, args }, signal);
  const writer = child.stdin.getWriter();
  // A program may end before it has read everything; its exit code says whether that was right.
  const fed = writer.write(new TextEncoder().encode(input)).then(() => writer.close())
    .catch(() => {});
  const [result] = await Promise.all([child.output(), fed]);
  return result;
}

function start(
  { command, args }: PostRendererCommand,
  signal: AbortSignal | undefined,
): Deno.ChildProcess {
  try {
    return new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      ...(signal === undefined ? {} : { signal }),
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CapstanError(`unable to find binary at ${command}: no such program`, {
      code: "post-renderer/missing",
      hint: "name a program that is on the PATH, or by its path from here, such as ./render.sh",
      cause: error,
    });
  }
}
