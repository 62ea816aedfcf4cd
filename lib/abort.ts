/**
 * Giving up work that may not listen to a signal itself.
 *
 * @module
 */

/**
 * What the work comes to, unless the signal is aborted first: then its reason is thrown, and whatever the work does
 * from there on is nobody's concern.
 */
export async function orAborted<T>(
  work: T | Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
