/**
 * The objects of one partition of a stream, which the session forgets afterwards.
 *
 * @module
 */
import type { Entity } from "./identity_map.ts";
import type { ObjectSource } from "./loading.ts";
import { lastNumber, type ObjectState, stateOf } from "./object_state.ts";
import type { AnyModel } from "./relation.ts";

/** The part of a tracker that a partition needs. */
interface ForgettingSource extends ObjectSource {
  forget(states: Iterable<ObjectState>): void;
}

/** Loads objects into a session and records which of them are new to it. */
export class PartitionObjects implements ObjectSource {
  readonly #source: ForgettingSource;
  readonly #added: ObjectState[] = [];

  constructor(source: ForgettingSource) {
    this.#source = source;
  }

  find(model: AnyModel, key: readonly unknown[]): Entity | undefined {
    return this.#source.find(model, key);
  }

  load(model: AnyModel, row: unknown[], refresh?: boolean): Entity {
    const before = lastNumber;
    const entity = this.#source.load(model, row, refresh);
    const state = stateOf(entity);
    if (state.number > before) this.#added.push(state);
    return entity;
  }

  /** Detaches the recorded objects from the session, except those with pending changes. */
  forget(): void {
    this.#source.forget(this.#added);
  }
}
