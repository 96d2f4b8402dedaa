/**
 * The prepared statements of a connection, and their names.
 *
 * Behind a transaction pooler, connections share server processes. A name that another connection also uses would run
 * its SQL; a unique name is merely unknown to the process (SQLSTATE 26000).
 *
 * @module
 */

/**
 * Maximum number of prepared statements per connection; further ones are sent unnamed, so that generated SQL cannot
 * exhaust the server's memory.
 */
export const MOST_PREPARED = 500;

/** The prepared statements of one connection, by SQL text. `T` is the driver's record of a statement. */
export class PreparedStatements<T> {
  /** Unique to this connection, across processes. PostgreSQL truncates names to 63 bytes. */
  readonly #prefix = `s${crypto.getRandomValues(new Uint8Array(8)).toHex()}_`;
  readonly #make: (name: string) => T;
  readonly #known = new Map<string, T>();
  #counter = 0;
  /** Number of forgotten statements that still exist on the server. */
  #left = 0;

  /** @param make creates the driver's record of a statement to be prepared under this name. */
  constructor(make: (name: string) => T) {
    this.#make = make;
  }

  /** Returns the statement with this text, if it is prepared or being prepared. */
  get(sql: string): T | undefined {
    return this.#known.get(sql);
  }

  /** Adds a statement under a new name; returns `undefined` if the limit is reached: it is then sent unnamed. */
  add(sql: string): T | undefined {
    if (this.#known.size + this.#left >= MOST_PREPARED) return undefined;
    const made = this.#make(`${this.#prefix}${++this.#counter}`);
    this.#known.set(sql, made);
    return made;
  }

  /** Forgets a statement that the server has not prepared, unless its text has since been added again. */
  forget(sql: string, made: T): void {
    if (this.#known.get(sql) === made) this.#known.delete(sql);
  }

  /**
   * Records the error of a prepared statement. If the statement may no longer match its tables or types, or no longer
   * exists, it is forgotten and will be prepared again under another name.
   */
  failed(sql: string, made: T, sqlstate: string | undefined): void {
    if (this.#known.get(sql) !== made || !/^(0A|26|42|XX)/.test(sqlstate ?? "")) return;
    this.#known.delete(sql);
    if (sqlstate !== "26000") this.#left++; // 26000: the server does not have it
  }
}
