/** A flush: what waits in a session is fixed, checked and sent. @module */
import type { Connection } from "../engine/connection.ts";
import { encodeParameters } from "../engine/drivers/parameters.ts";
import type { LimitOptions } from "../engine/limit.ts";
import type { Result } from "../engine/result.ts";
import { applyReturned, type Step } from "../schema/dml.ts";
import { keyOf, mapKey } from "../schema/key.ts";
import { KeyChangedError, StaleDataError } from "./errors.ts";
import { type ObjectState, stateOf } from "./object_state.ts";
import { propagateKeys } from "./relations.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Tracker } from "./tracker.ts";

/** What waits, with every value fixed and checked: what fails here leaves the session as it was. */
export class Flush {
  readonly #tracker: Tracker;
  readonly steps: readonly Step[];
  readonly #sent: ReadonlyMap<ObjectState, Snapshot>;

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

  /** Sends the statements together, as far as they need not wait for keys, and takes over what the server made. */
  async send(connection: Connection, limits: () => LimitOptions): Promise<void> {
    const answers: { step: Step; answer: Promise<Result<unknown>> }[] = [];
    const settle = async () => {
      const sent = answers.splice(0);
      await Promise.allSettled(sent.map(({ answer }) => answer)); // who is awaited late is not found by V8's stack
      for (const { step, answer } of sent) takeOver(step, await answer);
    };
    for (const step of this.steps) {
      if (step.waits) {
        await settle();
        for (const entity of step.entities) propagateKeys(entity);
      }
      answers.push({ step, answer: connection.execute(step.sql, step.parameters(), limits()) });
    }
    await settle();
    this.done();
  }

  /** Every step was sent and taken over: the objects are as their rows. */
  done(): void {
    this.#tracker.flushed(this.steps, this.#sent);
  }
}

/** What a step returned goes into its objects. @throws {StaleDataError} @throws {KeyChangedError} for other rows than meant. */
export function takeOver(step: Step, result: Result<unknown>): void {
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
