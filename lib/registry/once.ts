/**
 * Work that many ask for and that is done once.
 *
 * @module
 */

/** The value under a key, made on first use; a failure is not kept. */
export function once<T>(
  map: Map<string, Promise<T>>,
  key: string,
  make: () => Promise<T>,
): Promise<T> {
  let made = map.get(key);
  if (made === undefined) {
    made = make();
    map.set(key, made);
    made.catch(() => map.delete(key));
  }
  return made;
}
