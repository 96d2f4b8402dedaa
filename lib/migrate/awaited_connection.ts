/** Notices queries of a revision that the revision does not wait for. @module */
import type { TransactionSettings } from "kysely";
import type { Part, RevisionConnection, StatementAnswer } from "./revision_kysely.ts";

/**
 * Sends the queries on, until it is closed. The promise of one that is not done by then stays open for ever: nobody would
 * catch its failure, and the program would end without having said which revision it was.
 */
export class AwaitedConnection implements RevisionConnection {
  readonly #connection: RevisionConnection;
  readonly #open = new Set<Promise<StatementAnswer>>();
  #isClosed = false;
  /** A query that was under way, or began, after the end. */
  forgotten: string | undefined;

  constructor(connection: RevisionConnection) {
    this.#connection = connection;
  }

  async execute(sql: string, parameters: readonly unknown[]): Promise<StatementAnswer> {
    if (this.#isClosed) return await this.#forget(sql);
    const answer = this.#connection.execute(sql, parameters);
    this.#open.add(answer);
    await Promise.allSettled([answer]);
    this.#open.delete(answer);
    return await (this.#isClosed ? this.#forget(sql) : answer);
  }

  #forget(sql: string): Promise<never> {
    this.forgotten ??= sql;
    return new Promise(() => {});
  }

  begin(settings: TransactionSettings): Promise<Part> {
    return this.#connection.begin(settings);
  }

  /** No query begins any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#open);
    await new Promise((resolve) => setTimeout(resolve)); // Kysely takes a few turns before it sends a query
  }
}
