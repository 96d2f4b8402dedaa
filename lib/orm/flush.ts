/** A flush: what waits in a session is fixed, checked and sent. @module */
import { encodeParameters } from "../values/parameters.ts";
import type { LimitOptions } from "../engine/limit.ts";
import type { Result } from "../engine/result.ts";
import { type Eventual, settled, step, type Steps } from "../engine/steps.ts";
import { applyReturned, type Step } from "./dml.ts";
import { keyOf, mapKey } from "./key.ts";
import { KeyChangedError, StaleDataError } from "./errors.ts";
import { type ObjectState, stateOf } from "./object_state.ts";
import { propagateKeys } from "./relations.ts";
import type { SessionConnection } from "./session_transaction.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Tracker } from "./tracker.ts";

/** What waits, with every value fixed and checked: what fails here leaves the session as it was. */
export class Flush {
  readonly #tracker: Tracker;
  readonly steps: readonly Step[];
  readonly #sent: ReadonlyMap<ObjectState, Snapshot>;
  readonly #answers: [Step, Eventual<Result<unknown>>][] = [];
  #isReceived = false;

  /** @throws {EncodingError} @throws {MissingValueError} */
  constructor(tracker: Tracker) {
    this.#tracker = tracker;
    this.steps = tracker.plan().map(fixed);
    this.#sent = this.isEmpty ? new Map() : tracker.flushing(this.steps);
  }

  get isEmpty(): boolean {
    return this.steps.length === 0;
  }

  /** True when COMMIT must wait until the answers were looked at. */
  get isChecked(): boolean {
    return this.steps.some(({ counted, waits }) => counted || waits);
  }

  /**
   * Sends the statements together, as far as they need not wait for keys.
   *
   * @param time the time that is left for each statement.
   */
  *send(connection: SessionConnection, time: { readonly limits: LimitOptions }): Steps<void> {
    for (const each of this.steps) {
      if (each.waits) {
        yield* this.#settle();
        for (const entity of each.entities) propagateKeys(entity);
      }
      this.#answers.push([each, connection.execute(each.sql, each.parameters(), time.limits)]);
    }
  }

  /** Waits for the answers and takes over what the server made: the objects are then as their rows. */
  *receive(): Steps<void> {
    if (this.#isReceived) return;
    yield* this.#settle();
    this.#tracker.flushed(this.steps, this.#sent);
    this.#isReceived = true;
  }

  *#settle(): Steps<void> {
    const answers = this.#answers.splice(0);
    yield* settled(answers.map(([_, answer]) => answer)); // V8's stack does not name who awaits a promise late
    for (const [sent, answer] of answers) takeOver(sent, yield* step(answer));
  }
}

/** What a step returned goes into its objects. @throws {StaleDataError} @throws {KeyChangedError} for other rows than meant. */
function takeOver(step: Step, result: Result<unknown>): void {
  const rows = result.tuples().all();
  if (step.counted && result.rowCount !== step.entities.length) {
    throw step.numbered ? new KeyChangedError(step.table.name) : staleData(step, rows);
  }
  applyReturned(step, rows);
}

/** Names the rows that a step did not find; their objects are read anew once the transaction was rolled back. */
function staleData({ table, kind, entities }: Step, rows: readonly unknown[][]): StaleDataError {
  const found = new Set(rows.map((row) => mapKey(row.slice(0, table.primaryKey.length))));
  const keyed = entities.map((entity) => {
    const state = stateOf(entity);
    return { state, key: state.status === "deleted" ? state.rowKey : keyOf(table, entity) };
  });
  const stale = keyed.filter(({ key }) => !found.has(mapKey(key)));
  for (const { state } of stale) state.isExpired = true;
  return new StaleDataError(table, kind, stale.map(({ key }) => key));
}

/**
 * A step whose values do not change any more, but for keys that the server has yet to make. They are encoded to be
 * checked, and once more to be sent: keeping the texts was measured and saves nothing.
 */
function fixed(step: Step): Step {
  const values = step.parameters();
  const known = (value: unknown) => value === undefined ? null : value;
  const toCheck = step.waits ? values.map((each) => Array.isArray(each) ? each.map(known) : known(each)) : values;
  encodeParameters(toCheck, step.sql);
  return step.waits ? step : { ...step, parameters: () => values };
}
