/** Detects queries that a revision does not await. @module */

/**
 * The unfinished queries of a revision. Once closed, the promise of such a query stays pending: its rejection would be
 * unhandled, and end the program before it reports the revision.
 */
export class OpenQueries {
  readonly #open = new Set<Promise<unknown>>();
  #isClosed = false;
  /** SQL of the first query that was unfinished at `close()`, or started later. */
  unawaited: string | undefined;

  /**
   * Returns the answer to a query.
   *
   * @param sql text of the query, for the message
   * @param send sends it; not called after `close()`
   */
  async answer<Answer>(sql: string, send: () => Promise<Answer>): Promise<Answer> {
    if (this.#isClosed) return await this.#leavePending(sql);
    const answer = send();
    this.#open.add(answer);
    await Promise.allSettled([answer]);
    this.#open.delete(answer);
    return await (this.#isClosed ? this.#leavePending(sql) : answer);
  }

  #leavePending(sql: string): Promise<never> {
    this.unawaited ??= sql;
    return new Promise(() => {});
  }

  /** Rejects further queries and waits for the running ones. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#open);
    await new Promise((resolve) => setTimeout(resolve)); // Kysely sends a query only after a few microtasks
  }
}
