/**
 * A flush: fixes, checks and sends the pending changes of a session.
 *
 * @module
 */
import type { LimitOptions } from "../engine/limit.ts";
import type { Result } from "../engine/result.ts";
import { type Eventual, settled, step, type Steps } from "../engine/steps.ts";
import { encodeParameters } from "../values/parameters.ts";
import { KeyChangedError, StaleDataError } from "./errors.ts";
import { decodeRows } from "./column_value.ts";
import { keyOf, mapKey } from "./key.ts";
import { type ObjectState, stateOf } from "./object_state.ts";
import { propagateKeys } from "./reference.ts";
import { applyReturned } from "./returned_rows.ts";
import type { SessionConnection } from "./session_transaction.ts";
import type { Snapshot } from "./snapshot.ts";
import type { CascadedRows, Tracker } from "./tracker.ts";
import type { WriteStatement } from "./write_statement.ts";

/** The pending changes as statements. Their values are fixed and checked: an error leaves the session unchanged. */
export class Flush {
  readonly #tracker: Tracker;
  readonly #statements: readonly WriteStatement[];
  readonly #snapshots: ReadonlyMap<ObjectState, Snapshot>;
  /** The statements sent, with their results. */
  readonly #sent: [WriteStatement, Eventual<Result<unknown>>][] = [];
  /** The rows that statements returned which were found by their foreign keys. */
  readonly #cascaded: CascadedRows[] = [];
  #isReceived = false;

  /**
   * @throws {EncodingError} when a value cannot be sent.
   * @throws {MissingValueError} when a row lacks a value that it requires.
   */
  constructor(tracker: Tracker) {
    this.#tracker = tracker;
    this.#statements = tracker.plan().map(withFixedValues);
    tracker.endLost();
    this.#snapshots = this.isEmpty ? new Map() : tracker.beginFlush(this.#statements);
    if (this.isEmpty) tracker.endEmptyFlush();
  }

  get isEmpty(): boolean {
    return this.#statements.length === 0;
  }

  /** True when the results must be checked before COMMIT is sent. */
  get mustReceiveBeforeCommit(): boolean {
    return this.#statements.some(({ rowCountChecked, awaitsKeys }) => rowCountChecked || awaitsKeys);
  }

  /**
   * Sends the statements without waiting in between, except where one needs generated keys.
   *
   * @param time the time left for each statement.
   */
  *send(connection: SessionConnection, time: { readonly limits: LimitOptions }): Steps<void> {
    for (const statement of this.#statements) {
      if (statement.awaitsKeys) {
        yield* this.#receiveSent();
        for (const entity of statement.entities) propagateKeys(entity);
      }
      const result = connection.execute(statement.sql, statement.parameters(), time.limits);
      this.#sent.push([statement, result]);
    }
  }

  /** Waits for the results and updates the objects to match their rows. */
  *receive(): Steps<void> {
    if (this.#isReceived) return;
    yield* this.#receiveSent();
    this.#tracker.endFlush(this.#statements, this.#snapshots, this.#cascaded);
    this.#isReceived = true;
  }

  *#receiveSent(): Steps<void> {
    const sent = this.#sent.splice(0);
    yield* settled(sent.map(([_, result]) => result)); // V8's stack does not name who awaits a promise late
    for (const [statement, result] of sent) {
      const answer = yield* step(result);
      if (statement.isCascade) this.#cascaded.push([statement, answer.tuples().all()]);
      else applyResult(statement, answer, this.#snapshots);
    }
  }
}

/**
 * Checks the result of a statement and copies returned values into its objects.
 *
 * @throws {StaleDataError} when a row was not found.
 * @throws {KeyChangedError} when new rows have other keys than generated.
 */
function applyResult(
  statement: WriteStatement,
  result: Result<unknown>,
  snapshots: ReadonlyMap<ObjectState, Snapshot>,
): void {
  const rows = result.tuples().all();
  if (statement.rowCountChecked && result.rowCount !== statement.entities.length) {
    throw statement.withPositions ? new KeyChangedError(statement.table.name) : staleData(statement, rows);
  }
  applyReturned(statement, rows, snapshots);
}

/** Names the rows that a statement did not find, and expires their objects. */
function staleData({ table, kind, entities, replaced }: WriteStatement, rows: unknown[][]): StaleDataError {
  decodeRows(table.primaryKey, rows);
  const found = new Set(rows.map((row) => mapKey(row.slice(0, table.primaryKey.length))));
  const keyed = (replaced ?? entities).map((entity) => {
    const state = stateOf(entity);
    return { state, key: state.status === "deleted" ? state.rowKey : keyOf(table, entity) };
  });
  const stale = keyed.filter(({ key }) => !found.has(mapKey(key)));
  for (const { state } of stale) state.isExpired = true;
  return new StaleDataError(table, kind, stale.map(({ key }) => key));
}

/**
 * Fixes and checks the values of a statement; those of one that awaits keys are read again when it is sent.
 *
 * Encoding here only checks: the connection encodes again when it sends. Passing the encoded texts on was measured and
 * saves no time.
 */
function withFixedValues(statement: WriteStatement): WriteStatement {
  const values = statement.parameters();
  if (!statement.awaitsKeys) {
    encodeParameters(values, statement.sql);
    return { ...statement, parameters: () => values };
  }
  encodeParameters(withoutAwaited(values), statement.sql);
  return statement;
}

/** Replaces keys that are still awaited by NULL. */
function withoutAwaited(values: readonly unknown[]): unknown[] {
  const orNull = (value: unknown) => value === undefined ? null : value;
  return values.map((value) => Array.isArray(value) ? value.map(orNull) : orNull(value));
}
