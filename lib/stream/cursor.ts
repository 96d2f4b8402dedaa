/**
 * A query read through a cursor of the server: DECLARE, FETCH, CLOSE, which every driver can send
 * (https://www.postgresql.org/docs/current/sql-declare.html). A cursor lives as long as its transaction; where every
 * statement is for itself, the stream has a transaction of its own.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { TransactionStateError } from "../engine/errors.ts";
import { mayGoUnawaited } from "../engine/unawaited.ts";
import type { LimitOptions } from "../engine/limit.ts";
import type { Query } from "../kysely/compilable.ts";

/** Settings of a stream. */
export interface StreamOptions extends LimitOptions {
  /** Cancels what the server does for the stream and ends the loop with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for each partition. */
  readonly timeout?: number | undefined;
}

/** What `stream()` takes: a SELECT, the parameters of one that is a text, settings. */
export type StreamArguments<Row> = [query: Query<Row>, parameters?: readonly unknown[], options?: StreamOptions];

/** What a cursor needs of a connection. */
interface CursorConnection<Answer> {
  /** Nobody need await it when it fails. */
  execute(sql: string, parameters?: readonly unknown[], options?: StreamOptions): Promise<Answer>;
  begin(options: StreamOptions): Promise<void>;
  commit(options: StreamOptions): Promise<void>;
  rollback(options: StreamOptions): Promise<void>;
}

/** What a cursor needs of a connection without promises. */
interface SyncCursorConnection<Answer> {
  execute(sql: string, parameters?: readonly unknown[], options?: Pick<StreamOptions, "timeout">): Answer;
  begin(options: Pick<StreamOptions, "timeout">): void;
  commit(options: Pick<StreamOptions, "timeout">): void;
  rollback(options: Pick<StreamOptions, "timeout">): void;
}

/** A query and how it is read. */
interface Cursor {
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

function statements({ sql, size }: Cursor, name: string) {
  return {
    declare: `DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`,
    fetch: `FETCH FORWARD ${size} FROM ${name}`,
    close: `CLOSE ${name}`,
  };
}

/**
 * The answers to a query, so many rows at a time; the last one may be empty. BEGIN, DECLARE and the first FETCH travel
 * together; each further FETCH is on its way while the rows before it are looked at.
 *
 * @throws {DatabaseError} @throws {TransactionStateError} when the transaction ends before the rows do.
 */
export async function* cursorAnswers<Answer extends { readonly rowCount: number }>(
  connection: CursorConnection<Answer>,
  cursor: Cursor,
  options: StreamOptions = {},
): AsyncGenerator<Answer, void> {
  const { parameters, size, transaction, isAutocommit } = cursor;
  const { timeout } = options;
  options.signal?.throwIfAborted();
  const isOwn = isAutocommit && transaction() === undefined;
  const open = OPEN.getOrInsertComputed(connection, () => new Set());
  const name = nameFor(open);
  const { declare, fetch, close } = statements(cursor, name);
  let current: unknown;
  let isBroken = true;
  try {
    const begun = isOwn ? mayGoUnawaited(connection.begin(options)) : undefined;
    const declared = connection.execute(declare, parameters, options);
    let next: Promise<Answer> | undefined = connection.execute(fetch, [], options);
    current = transaction();
    await begun;
    await declared;
    while (next) {
      const answer: Answer = await next;
      await new Promise((resolve) => setImmediate(resolve)); // else a driver that blocks lets nobody else have a turn
      next = answer.rowCount < size ? undefined : connection.execute(fetch, [], options);
      isBroken = false; // whatever happens outside while the rows are looked at
      yield answer;
      isBroken = true;
      options.signal?.throwIfAborted();
      if (next) requireOpen(transaction() === current);
    }
    isBroken = false;
  } finally {
    open.delete(name);
    if (current !== undefined && transaction() === current) {
      const isAborted = options.signal?.aborted ?? false; // in between: then the transaction may be as well as before
      const closed = isBroken && !isAborted ? undefined : connection.execute(close, [], { timeout });
      await (isAborted ? closed?.catch(() => {}) : closed);
      if (isOwn) await (isBroken ? connection.rollback({ timeout }) : connection.commit({ timeout }));
    }
  }
}

/** As `cursorAnswers()`, without promises, and so without asking ahead. */
export function* syncCursorAnswers<Answer extends { readonly rowCount: number }>(
  connection: SyncCursorConnection<Answer>,
  cursor: Cursor,
  options: Pick<StreamOptions, "timeout"> = {},
): Generator<Answer, void> {
  const { parameters, size, transaction, isAutocommit } = cursor;
  const isOwn = isAutocommit && transaction() === undefined;
  const open = OPEN.getOrInsertComputed(connection, () => new Set());
  const name = nameFor(open);
  const { declare, fetch, close } = statements(cursor, name);
  let current: unknown;
  let isBroken = true;
  try {
    if (isOwn) connection.begin(options);
    connection.execute(declare, parameters, options);
    current = transaction();
    for (let count = size; count === size;) {
      requireOpen(transaction() === current);
      const answer = connection.execute(fetch, [], options);
      count = answer.rowCount;
      isBroken = false;
      yield answer;
      isBroken = true;
    }
    isBroken = false;
  } finally {
    open.delete(name);
    if (isOwn ? transaction() !== undefined : transaction() === current) {
      if (!isBroken) connection.execute(close, [], options);
      if (isOwn) isBroken ? connection.rollback(options) : connection.commit(options);
    }
  }
}

function requireOpen(isOpen: boolean): void {
  if (!isOpen) throw new TransactionStateError("A stream lasts as long as its transaction, and that one is over.");
}
