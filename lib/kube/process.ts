/**
 * Which process this is, so that another on the same machine can tell whether it still runs.
 *
 * @module
 */

/** What names a process beyond its number. */
export interface ProcessIdentity {
  /** Name of the machine, for people; absent where it may not be asked for. */
  readonly host?: string | undefined;
  /** The process's number, for people. */
  readonly pid: number;
  /**
   * Boot, process namespace, number and start of the process; absent where they cannot be known
   * (not Linux, or without `--allow-all`, which Deno wants for /proc). A container with the same
   * host name and numbers has another namespace, and a process that got a number again another start.
   */
  readonly process?: string | undefined;
}

/** This process. Asks for no permission that was not given. */
export async function thisProcess(): Promise<ProcessIdentity> {
  const { state } = await Deno.permissions.query({ name: "sys", kind: "hostname" });
  return {
    pid: Deno.pid,
    ...(state === "granted" ? { host: Deno.hostname() } : {}),
    ...processOf(await placeOf(), Deno.pid, await startOf(Deno.pid)),
  };
}

/**
 * Whether a process is known to have ended: it ran under this very kernel and process namespace, and
 * there is none of its number and start. `false` when that cannot be told.
 */
export async function isGone({ process }: Pick<ProcessIdentity, "process">): Promise<boolean> {
  const place = await placeOf();
  if (process === undefined || place === undefined) return false;
  if (!process.startsWith(`${place}/`)) return false;
  const pid = Number(process.slice(place.length + 1).split("/")[0]);
  return `${place}/${pid}/${await startOf(pid)}` !== process;
}

function processOf(place: string | undefined, pid: number, start: string | undefined) {
  return place === undefined || start === undefined ? {} : { process: `${place}/${pid}/${start}` };
}

/** Where numbers of processes mean the same. */
async function placeOf(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  try {
    const boot = await Deno.readTextFile("/proc/sys/kernel/random/boot_id");
    const namespace = await Deno.readLink("/proc/self/ns/pid");
    return `${boot.trim()}/${namespace.replace(/\D+/g, "")}`;
  } catch {
    return undefined; // Not permitted: nothing is claimed then.
  }
}

/** When a process began, in the kernel's ticks since boot (proc_pid_stat(5), field 22). */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    // The command in parentheses may itself hold blanks and parentheses.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // One that nobody has waited for yet is dead all the same.
    return state === "Z" || state === "X" ? undefined : rest[18];
  } catch {
    return undefined;
  }
}
