/** What both kinds of session offer without asking the server. @module */
import type { Step } from "./dml.ts";
import type { Entity } from "./identity_map.ts";
import type { AnyModel, KeyOf } from "./model.ts";
import { checkGetOptions, type GetOptions, keyValues } from "./session_options.ts";
import type { SessionState } from "./session_state.ts";
import type { SessionSteps } from "./session_steps.ts";

/** The objects of a session. */
export abstract class SessionBase {
  readonly #steps: SessionSteps;

  /** @ignore Made by `sessionmaker()` and `syncSessionmaker()`. */
  constructor(steps: SessionSteps) {
    this.#steps = steps;
  }

  /** `idle`, `active`, `failed` or `closed`: see `session_state.ts`. */
  get state(): SessionState {
    return this.#steps.transaction.state;
  }

  /** The objects that the next flush inserts. */
  get new(): ReadonlySet<object> {
    return this.#steps.tracker.objects("new");
  }

  /** The objects that the next flush updates. */
  get dirty(): ReadonlySet<object> {
    return this.#steps.tracker.objects("dirty");
  }

  /** The objects that the next flush deletes. */
  get deleted(): ReadonlySet<object> {
    return this.#steps.tracker.objects("deleted");
  }

  /** Puts a new object into the session, with the objects that it refers to; written with the next flush. */
  add(object: object): void {
    this.#steps.transaction.assert("work");
    this.#steps.tracker.add(object as Entity);
  }

  /** Puts several new objects into the session. */
  addAll(objects: Iterable<object>): void {
    for (const object of objects) this.add(object);
  }

  /** Marks an object whose row the next flush deletes. @throws {DetachedObjectError} when it is not in this session. */
  delete(object: object): void {
    this.#steps.transaction.assert("work");
    this.#steps.tracker.delete(object as Entity);
  }

  /** Takes an object out of the session: its changes are not written, and the next query makes another object. */
  expunge(object: object): void {
    this.#steps.tracker.expunge(object as Entity);
  }

  /** The next query or `get()` that meets an object's row reads its values anew. Without an object: all of them. */
  expire(object?: object): void {
    this.#steps.tracker.expire(object as Entity | undefined);
  }

  /**
   * The statements of the next flush as data, in their order, with their parameters as far as they are known.
   *
   * @throws {MissingValueError} when a new object lacks a value that it needs.
   */
  diff(): Step[] {
    this.#steps.transaction.assert("work");
    return this.#steps.tracker.plan();
  }
}

/** What the end of a savepoint is to the state of its session. */
export const SAVEPOINT_ENDS = { commit: "work", rollback: "rollbackNested" } as const;

/** What `get()` looks for. */
interface Sought<M extends AnyModel> {
  /** The object, if the session knows it and need not lock its row. */
  readonly known: InstanceType<M> | undefined;
  /** The values of the key. */
  readonly key: readonly unknown[];
}

/** Looks for the object of a key in the identity map. @throws {TypeError} @throws {EncodingError} for wrong arguments. */
export function lookUp<M extends AnyModel>(
  { tracker, transaction }: SessionSteps,
  model: M,
  key: KeyOf<M>,
  options: GetOptions,
): Sought<M> {
  checkGetOptions(options);
  const values = keyValues(model, key);
  transaction.assert("work");
  const known = options.withForUpdate ? undefined : tracker.find(model, values) as InstanceType<M> | undefined;
  return { known, key: values };
}
