/**
 * Reads a query through a server-side cursor: DECLARE, FETCH, CLOSE, which every driver can send
 * (https://www.postgresql.org/docs/current/sql-declare.html). A cursor lives as long as its transaction; in autocommit
 * the stream has a transaction of its own.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { TransactionStateError } from "./errors.ts";
import { type Eventual, runAwaiting, runBlocking, step, type Steps } from "./steps.ts";
import { mayGoUnawaited } from "./unawaited.ts";
import { Limit, type LimitOptions } from "./limit.ts";
import type { Query } from "./kysely/compilable.ts";

/** Options of a stream. */
export interface StreamOptions extends LimitOptions {
  /** Cancels the running statement of the stream; the loop then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for each partition. */
  readonly timeout?: number | undefined;
}

/** Arguments of `stream()`: a SELECT, the parameters of SQL text, options. */
export type StreamArguments<Row> = [query: Query<Row>, parameters?: readonly unknown[], options?: StreamOptions];

/** The part of a connection that a cursor uses, promise-based or blocking. */
interface CursorConnection<Batch> {
  /** Returns a promise that need not be awaited if it is rejected. */
  execute(sql: string, parameters?: readonly unknown[], options?: StreamOptions): Eventual<Batch>;
  begin(options: StreamOptions): Eventual<void>;
  commit(options: StreamOptions): Eventual<void>;
  rollback(options: StreamOptions): Eventual<void>;
}

/** A query and how to read it. */
interface Reading {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Rows per partition. */
  readonly size: number;
  /** Returns the open transaction, if there is one; each transaction is a different value. */
  readonly transaction: () => unknown;
  /** True if statements do not begin a transaction. */
  readonly isAutocommit: boolean;
}

/** Names of open cursors, by connection. */
const OPEN = new WeakMap<object, Set<string>>();

/** Returns a free name. Names are reused, so that a query has the same text each time it is streamed. */
function nameFor(open: Set<string>): string {
  let number = 1;
  while (open.has(`stream_${number}`)) number++;
  open.add(`stream_${number}`);
  return `stream_${number}`;
}

function statements({ sql, size }: Reading, name: string) {
  return {
    declare: `DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`,
    fetch: `FETCH FORWARD ${size} FROM ${name}`,
    close: `CLOSE ${name}`,
  };
}

/** A server-side cursor, in steps. */
class Cursor<Batch extends { readonly rowCount: number }> {
  readonly #connection: CursorConnection<Batch>;
  readonly #reading: Reading;
  readonly #options: StreamOptions;
  readonly #asksAhead: boolean;
  readonly #isOwn: boolean;
  readonly #names: Set<string>;
  readonly #name: string;
  readonly #sql: ReturnType<typeof statements>;
  /** The time of all that the first partition needs; each further one is a single statement with a time of its own. */
  #limit: Limit | undefined;
  /** The transaction of the cursor. */
  #transaction: unknown;
  /** The answer to the FETCH in flight. */
  #next: Eventual<Batch> | undefined;
  #isOver = false;
  /** True while a statement is in flight, and after one has failed. */
  #isBroken = true;

  /** @param asksAhead true to send the next FETCH while the current rows are processed. */
  constructor(
    connection: CursorConnection<Batch>,
    reading: Reading,
    options: StreamOptions,
    asksAhead: boolean,
  ) {
    this.#connection = connection;
    this.#reading = reading;
    this.#options = options;
    this.#asksAhead = asksAhead;
    this.#isOwn = reading.isAutocommit && reading.transaction() === undefined;
    this.#names = OPEN.getOrInsertComputed(connection, () => new Set());
    this.#name = nameFor(this.#names);
    this.#sql = statements(reading, this.#name);
  }

  /** Sends BEGIN, DECLARE and, when fetching ahead, the first FETCH together. */
  *open(): Steps<void> {
    const sent: Eventual<unknown>[] = [];
    this.#limit = Limit.of(this.#options);
    try {
      if (this.#isOwn) {
        const begun = this.#connection.begin(this.#limits);
        sent.push(begun && mayGoUnawaited(begun));
      }
      sent.push(this.#connection.execute(this.#sql.declare, this.#reading.parameters, this.#limits));
      if (this.#asksAhead) this.#next = this.#fetch();
    } finally {
      this.#transaction = this.#reading.transaction();
    }
    for (const each of sent) yield* step(each);
  }

  /** Returns the next rows; `undefined` after the last ones. */
  *next(): Steps<Batch | undefined> {
    this.#isBroken = true;
    this.#options.signal?.throwIfAborted();
    if (!this.#isOver) requireOpen(this.#isOpen);
    const answer = this.#isOver ? undefined : yield* this.#partition();
    this.#isBroken = false; // an error in the loop's body does not concern the cursor
    return answer;
  }

  *#partition(): Steps<Batch> {
    const answer = yield* step(this.#next ?? this.#fetch());
    if (this.#asksAhead) yield* step(turn());
    this.#limit = undefined;
    this.#isOver = answer.rowCount < this.#reading.size;
    this.#next = this.#asksAhead && !this.#isOver ? this.#fetch() : undefined;
    return answer;
  }

  *close(): Steps<void> {
    this.#names.delete(this.#name);
    if (this.#transaction === undefined || !this.#isOpen) return;
    const { signal, timeout } = this.#options;
    const limit = Limit.of({ timeout });
    const isAborted = signal?.aborted ?? false; // between two partitions: the transaction may be intact
    if (!this.#isBroken || isAborted) yield* this.#closeCursor(limit?.rest, isAborted);
    if (!this.#isOwn) return;
    const rest = limit?.rest ?? {};
    yield* step(this.#isBroken ? this.#connection.rollback(rest) : this.#connection.commit(rest));
  }

  *#closeCursor(time: StreamOptions | undefined, mayFail: boolean): Steps<void> {
    try {
      yield* step(this.#connection.execute(this.#sql.close, [], time));
    } catch (error) {
      if (!mayFail) throw error;
    }
  }

  get #limits(): StreamOptions {
    return this.#limit?.rest ?? this.#options;
  }

  get #isOpen(): boolean {
    return this.#reading.transaction() === this.#transaction;
  }

  #fetch(): Eventual<Batch> {
    return this.#connection.execute(this.#sql.fetch, [], this.#limits);
  }
}

/**
 * Yields the results of a query, `size` rows each; the last one may be empty. BEGIN, DECLARE and the first FETCH are
 * sent together; each further FETCH is in flight while the previous rows are processed.
 *
 * @throws {DatabaseError}
 * @throws {TransactionStateError} if the transaction ends before the rows do.
 */
export async function* cursorAnswers<Batch extends { readonly rowCount: number }>(
  connection: CursorConnection<Batch>,
  reading: Reading,
  options: StreamOptions = {},
): AsyncGenerator<Batch, void> {
  options.signal?.throwIfAborted();
  const cursor = new Cursor(connection, reading, options, true);
  try {
    await runAwaiting(cursor.open());
    for (let answer; (answer = await runAwaiting(cursor.next()));) yield answer;
  } finally {
    await runAwaiting(cursor.close());
  }
}

/** Like `cursorAnswers()`, blocking, and so without fetching ahead. */
export function* syncCursorAnswers<Batch extends { readonly rowCount: number }>(
  connection: CursorConnection<Batch>,
  reading: Reading,
  options: Pick<StreamOptions, "timeout"> = {},
): Generator<Batch, void> {
  const cursor = new Cursor(connection, reading, options, false);
  try {
    runBlocking(cursor.open());
    for (let answer; (answer = runBlocking(cursor.next()));) yield answer;
  } finally {
    runBlocking(cursor.close());
  }
}

/** Waits for one turn of the event loop, which a driver that blocks the thread would otherwise prevent. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function requireOpen(isOpen: boolean): void {
  if (!isOpen) throw new TransactionStateError("A stream cannot outlive its transaction, which has ended.");
}
