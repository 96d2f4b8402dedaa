/** Objects that pass through a session: it knows them for a while, and then forgets them. @module */
import type { Entity } from "./identity_map.ts";
import type { ObjectSource } from "./loading.ts";
import { lastNumber, type ObjectState, stateOf } from "./object_state.ts";
import type { AnyModel } from "./relation.ts";

/** What is needed of the objects of a session. */
interface Objects extends ObjectSource {
  forget(states: Iterable<ObjectState>): void;
}

/** Loads objects into a session, and notes which of them it did not know before. */
export class Passing implements ObjectSource {
  readonly #objects: Objects;
  readonly #fresh: ObjectState[] = [];

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  find(model: AnyModel, key: readonly unknown[]): Entity | undefined {
    return this.#objects.find(model, key);
  }

  load(model: AnyModel, row: unknown[], refresh?: boolean): Entity {
    const before = lastNumber;
    const entity = this.#objects.load(model, row, refresh);
    const state = stateOf(entity);
    if (state.number > before) this.#fresh.push(state);
    return entity;
  }

  /** Has the session forget them, but for those with changes that wait to be written. */
  forget(): void {
    this.#objects.forget(this.#fresh);
  }
}
