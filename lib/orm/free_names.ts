/**
 * Names that a statement gives to tables and columns of its own, beside those of the model, which may be any.
 *
 * @module
 */

/** Maximum length of a name in bytes: PostgreSQL cuts off the rest, and with it what tells two names apart. */
const MOST_BYTES = 63;
const encoder = new TextEncoder();

/** The names of one statement. */
export class FreeNames {
  readonly #taken: Set<string>;

  /** @param taken the names that the statement has from the model. */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** Takes a name, with a number where it is taken. */
  take(name: string): string {
    const whole = cut(name, MOST_BYTES);
    if (this.#taken.has(whole)) return this.number(name, 2);
    this.#taken.add(whole);
    return whole;
  }

  /**
   * Takes a name with a number, as SQLAlchemy does: `toys_1`.
   *
   * @param first the lowest number.
   */
  number(name: string, first = 1): string {
    for (let number = first;; number++) {
      const ending = `_${number}`;
      const numbered = cut(name, MOST_BYTES - ending.length) + ending;
      if (this.#taken.has(numbered)) continue;
      this.#taken.add(numbered);
      return numbered;
    }
  }
}

/** Returns the beginning of a name, at most so many bytes of whole characters. */
function cut(name: string, bytes: number): string {
  if (name.length * 3 <= bytes || encoder.encode(name).length <= bytes) return name;
  const characters = [...name];
  while (encoder.encode(characters.join("")).length > bytes) characters.pop();
  return characters.join("");
}
