/** Detects queries that a revision does not await. @module */
import type { TransactionSettings } from "kysely";
import type { Part, RevisionConnection, StatementAnswer } from "./revision_kysely.ts";

/**
 * Forwards queries until it is closed. The promise of an unfinished query then stays pending: its rejection would be
 * unhandled, and end the program before it reports the revision.
 */
export class AwaitedConnection implements RevisionConnection {
  readonly #connection: RevisionConnection;
  readonly #open = new Set<Promise<StatementAnswer>>();
  #isClosed = false;
  /** SQL of the first query that was unfinished at `close()`, or started later. */
  unawaited: string | undefined;

  constructor(connection: RevisionConnection) {
    this.#connection = connection;
  }

  async execute(sql: string, parameters: readonly unknown[]): Promise<StatementAnswer> {
    if (this.#isClosed) return await this.#leavePending(sql);
    const answer = this.#connection.execute(sql, parameters);
    this.#open.add(answer);
    await Promise.allSettled([answer]);
    this.#open.delete(answer);
    return await (this.#isClosed ? this.#leavePending(sql) : answer);
  }

  #leavePending(sql: string): Promise<never> {
    this.unawaited ??= sql;
    return new Promise(() => {});
  }

  begin(settings: TransactionSettings): Promise<Part> {
    return this.#connection.begin(settings);
  }

  /** Rejects further queries and waits for the running ones. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#open);
    await new Promise((resolve) => setTimeout(resolve)); // Kysely sends a query only after a few microtasks
  }
}
