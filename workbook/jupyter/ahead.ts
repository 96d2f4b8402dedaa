/**
 * Work that is asked for item by item but done a few items at a time, as the tests of one file want it.
 *
 * @module
 */

/** Does the work of items in their order, and begins the next ones before anybody asks for them. */
export class Ahead<Item> {
  readonly #waiting: Item[];
  readonly #width: number;
  readonly #work: (item: Item) => Promise<void>;
  readonly #outcomes: Map<Item, PromiseWithResolvers<void>>;
  readonly #active = new Set<Promise<void>>();

  /** @param width How many items are worked on at a time. */
  constructor(items: readonly Item[], width: number, work: (item: Item) => Promise<void>) {
    this.#waiting = [...items];
    this.#width = width;
    this.#work = work;
    this.#outcomes = new Map(items.map((item) => [item, Promise.withResolvers<void>()]));
  }

  /**
   * Waits until the work of an item is done. Items before it that have not begun are left out: nobody asks for them.
   *
   * @throws What the work of this item threw.
   */
  async outcome(item: Item): Promise<void> {
    const place = this.#waiting.indexOf(item);
    if (place > 0) this.#waiting.splice(0, place);
    this.#fill();
    await this.#outcomes.get(item)!.promise;
  }

  /** Begins nothing more, and waits until what has begun is done. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    await Promise.all(this.#active);
  }

  #fill(): void {
    while (this.#active.size < this.#width && this.#waiting.length > 0) {
      const item = this.#waiting.shift()!;
      const { promise, resolve, reject } = this.#outcomes.get(item)!;
      promise.catch(() => {}); // thrown where it is asked for, which may be later
      const done = this.#work(item).then(resolve, reject).finally(() => {
        this.#active.delete(done);
        this.#fill();
      });
      this.#active.add(done);
    }
  }
}
