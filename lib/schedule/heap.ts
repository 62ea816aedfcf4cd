/**
 * A priority queue whose members know where they are, so that one can be raised or taken out.
 *
 * @module
 */

/** What a {@linkcode Heap} holds. Higher priority comes first, then the lower sequence number. */
export interface Queued {
  priority: number;
  readonly sequence: number;
  /** The queue that holds it, and the place in it. The heap writes both. */
  queue: Heap<Queued> | undefined;
  place: number;
}

/** A binary heap. An item is in one heap at most. */
export class Heap<T extends Queued> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The first item, left in the queue. */
  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    item.queue = this as unknown as Heap<Queued>;
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes out an item that is in this heap. */
  remove(item: T): void {
    const last = this.#items.pop()!;
    const place = item.place;
    item.queue = undefined;
    if (last === item) return;
    this.#rise(last, place);
    if (last.place === place) this.#sink(last, place);
  }

  /** Puts an item of this heap in its place after its priority rose. */
  raised(item: T): void {
    this.#rise(item, item.place);
  }

  #rise(item: T, place: number): void {
    const items = this.#items;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above]!;
      if (!before(item, parent)) break;
      items[place] = parent;
      parent.place = place;
      place = above;
    }
    items[place] = item;
    item.place = place;
  }

  #sink(item: T, place: number): void {
    const items = this.#items;
    for (let child = 2 * place + 1; child < items.length; child = 2 * place + 1) {
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      const lower = items[child]!;
      if (!before(lower, item)) break;
      items[place] = lower;
      lower.place = place;
      place = child;
    }
    items[place] = item;
    item.place = place;
  }
}

/** Whether `a` comes before `b`. */
export function before(a: Queued, b: Queued): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.sequence < b.sequence);
}
