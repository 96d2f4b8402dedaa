/**
 * A query read through a cursor of the server: DECLARE, FETCH, CLOSE, which every driver can send
 * (https://www.postgresql.org/docs/current/sql-declare.html). A cursor lives as long as its transaction; where every
 * statement is for itself, the stream has a transaction of its own.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { TransactionStateError } from "./errors.ts";
import { type Eventual, runAwaiting, runBlocking, step, type Steps } from "./steps.ts";
import { mayGoUnawaited } from "./unawaited.ts";
import { Limit, type LimitOptions } from "./limit.ts";
import type { Query } from "./kysely/compilable.ts";

/** Settings of a stream. */
export interface StreamOptions extends LimitOptions {
  /** Cancels what the server does for the stream and ends the loop with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for each partition. */
  readonly timeout?: number | undefined;
}

/** What `stream()` takes: a SELECT, the parameters of one that is a text, settings. */
export type StreamArguments<Row> = [query: Query<Row>, parameters?: readonly unknown[], options?: StreamOptions];

/** What a cursor needs of a connection, which awaits or blocks. */
interface CursorConnection<Answer> {
  /** Nobody need await it when it fails. */
  execute(sql: string, parameters?: readonly unknown[], options?: StreamOptions): Eventual<Answer>;
  begin(options: StreamOptions): Eventual<void>;
  commit(options: StreamOptions): Eventual<void>;
  rollback(options: StreamOptions): Eventual<void>;
}

/** A query and how it is read. */
interface Reading {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Rows at a time. */
  readonly size: number;
  /** The transaction that is open, if one is: another one is another value. */
  readonly transaction: () => unknown;
  /** True: a statement begins no transaction by itself. */
  readonly isAutocommit: boolean;
}

/** The names of the cursors that are open, by connection. */
const OPEN = new WeakMap<object, Set<string>>();

/** A name that is free: the same ones again and again, so that a query is the same text each time it is streamed. */
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

/** A cursor of the server, in steps. */
class Cursor<Answer extends { readonly rowCount: number }> {
  readonly #connection: CursorConnection<Answer>;
  readonly #reading: Reading;
  readonly #options: StreamOptions;
  readonly #asksAhead: boolean;
  readonly #isOwn: boolean;
  readonly #names: Set<string>;
  readonly #name: string;
  readonly #sql: ReturnType<typeof statements>;
  /** The time of all that the first partition needs; each further one is a single statement with a time of its own. */
  #limit: Limit | undefined;
  /** The transaction in which the cursor lives. */
  #transaction: unknown;
  /** The answer to the FETCH that is under way. */
  #next: Eventual<Answer> | undefined;
  #isOver = false;
  /** True while something is asked for, and when that has failed. */
  #isBroken = true;

  /** @param asksAhead true: the next FETCH is sent while the rows before it are looked at. */
  constructor(
    connection: CursorConnection<Answer>,
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

  /** BEGIN, DECLARE and, where it asks ahead, the first FETCH travel together. */
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

  /** The next rows; `undefined` after the last ones. */
  *next(): Steps<Answer | undefined> {
    this.#isBroken = true;
    this.#options.signal?.throwIfAborted();
    if (!this.#isOver) requireOpen(this.#isOpen);
    const answer = this.#isOver ? undefined : yield* this.#partition();
    this.#isBroken = false; // whatever happens outside while the rows are looked at
    return answer;
  }

  *#partition(): Steps<Answer> {
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
    const isAborted = signal?.aborted ?? false; // in between: then the transaction may be as well as before
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

  #fetch(): Eventual<Answer> {
    return this.#connection.execute(this.#sql.fetch, [], this.#limits);
  }
}

/**
 * The answers to a query, so many rows at a time; the last one may be empty. BEGIN, DECLARE and the first FETCH travel
 * together; each further FETCH is on its way while the rows before it are looked at.
 *
 * @throws {DatabaseError} @throws {TransactionStateError} when the transaction ends before the rows do.
 */
export async function* cursorAnswers<Answer extends { readonly rowCount: number }>(
  connection: CursorConnection<Answer>,
  reading: Reading,
  options: StreamOptions = {},
): AsyncGenerator<Answer, void> {
  options.signal?.throwIfAborted();
  const cursor = new Cursor(connection, reading, options, true);
  try {
    await runAwaiting(cursor.open());
    for (let answer; (answer = await runAwaiting(cursor.next()));) yield answer;
  } finally {
    await runAwaiting(cursor.close());
  }
}

/** As `cursorAnswers()`, without promises, and so without asking ahead. */
export function* syncCursorAnswers<Answer extends { readonly rowCount: number }>(
  connection: CursorConnection<Answer>,
  reading: Reading,
  options: Pick<StreamOptions, "timeout"> = {},
): Generator<Answer, void> {
  const cursor = new Cursor(connection, reading, options, false);
  try {
    runBlocking(cursor.open());
    for (let answer; (answer = runBlocking(cursor.next()));) yield answer;
  } finally {
    runBlocking(cursor.close());
  }
}

/** A turn of the event loop: a driver that blocks would let nobody else have one. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function requireOpen(isOpen: boolean): void {
  if (!isOpen) throw new TransactionStateError("A stream lasts as long as its transaction, and that one is over.");
}
