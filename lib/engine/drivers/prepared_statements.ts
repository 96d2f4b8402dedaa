/**
 * Which statements a connection has prepared, and under what names.
 *
 * Behind a transaction pooler a connection talks to a server process that others use too. A name that others make as well
 * would run their SQL; one that nobody else makes is unknown there (SQLSTATE 26000).
 *
 * @module
 */

/** Statements prepared per connection; more are sent unnamed, so that made-up SQL cannot fill the server. */
export const MOST_PREPARED = 500;

/** The prepared statements of one connection, by their SQL. `T` is what a driver keeps of each. */
export class PreparedStatements<T> {
  /** Of this connection and no other, in this process or another: a name has at most 63 bytes. */
  readonly #prefix = `s${crypto.getRandomValues(new Uint8Array(8)).toHex()}_`;
  readonly #make: (name: string) => T;
  readonly #known = new Map<string, T>();
  #counter = 0;
  /** Stale statements, which the server still has. */
  #left = 0;

  /** @param make what the driver keeps of a statement that is to be prepared under this name. */
  constructor(make: (name: string) => T) {
    this.#make = make;
  }

  /** The statement with this text, if it is prepared or being prepared. */
  get(sql: string): T | undefined {
    return this.#known.get(sql);
  }

  /** Takes a new name for this text; `undefined` when there are enough: then it is sent unnamed. */
  add(sql: string): T | undefined {
    if (this.#known.size + this.#left >= MOST_PREPARED) return undefined;
    const made = this.#make(`${this.#prefix}${++this.#counter}`);
    this.#known.set(sql, made);
    return made;
  }

  /** Forgets a text that the server did not come to prepare. Does nothing when it is known as another. */
  forget(sql: string, made: T): void {
    if (this.#known.get(sql) === made) this.#known.delete(sql);
  }

  /**
   * Takes note of the error that a prepared statement failed with. When it may not fit its tables or types any more, or
   * is gone, it is forgotten, and so prepared anew under another name.
   */
  failed(sql: string, made: T, sqlstate: string | undefined): void {
    if (this.#known.get(sql) !== made || !/^(0A|26|42|XX)/.test(sqlstate ?? "")) return;
    this.#known.delete(sql);
    if (sqlstate !== "26000") this.#left++; // else it is the server that does not have it
  }
}
