/**
 * The rows that everybody reads and writes. Their keys follow from their numbers, so that a contestant in another process
 * or language knows them without asking.
 *
 * @module
 */

/** How many of each there are before a turn begins. */
export const counts = { heroes: 1_000, users: 100, toysOfUser: 3, toys: 100, notes: 3_000, samples: 10_000 } as const;

/** Rows of `samples` when it is streamed, and how many are asked for at a time. */
export const stream = { rows: 1_000_000, batch: 1_000 } as const;

/** The key of the row with this number. */
export function key(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** A row to be inserted; who inserts it makes its key. */
export interface NewRow {
  readonly name: string;
  readonly points: number;
}

/** The rows that are inserted. */
export function newRows(count: number): NewRow[] {
  return Array.from({ length: count }, (_, number) => ({ name: `new ${number}`, points: number }));
}

const heroKeys = Array.from({ length: counts.heroes }, (_, number) => key(number));

/** Hands out the keys to work on: each hero and user in turn, each note once. */
export class Keys {
  #hero = 0;
  #user = 0;
  #note = 0;
  #step = 0;

  hero(): string {
    return heroKeys[this.#hero++ % counts.heroes];
  }

  /** Of all heroes, in order. */
  heroes(): readonly string[] {
    return heroKeys;
  }

  heroName(): string {
    return `hero ${this.#hero++ % counts.heroes}`;
  }

  user(): string {
    return key(this.#user++ % counts.users);
  }

  /**
   * The key of a note that is still there.
   * @throws {RangeError} when all were handed out.
   */
  note(): number {
    if (this.#note === counts.notes) throw new RangeError("More notes were deleted in one turn than there are.");
    return ++this.#note;
  }

  /** A number that was not written yet: what is changed is set to it. */
  step(): number {
    return ++this.#step;
  }

  /** The notes are all there again. */
  reset(): void {
    this.#note = 0;
  }
}

/** The keys of this process. */
export const keys: Keys = new Keys();
