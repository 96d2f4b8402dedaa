/**
 * The members that awaiting and blocking sessions share: those that send nothing.
 *
 * @module
 */
import type { Entity } from "./identity_map.ts";
import type { AnyModel, KeyOf } from "./model.ts";
import { checkGetOptions, type GetOptions, keyValues } from "./session_options.ts";
import type { SessionEvents } from "./session_events.ts";
import type { SessionState } from "./session_state.ts";
import type { SessionSteps } from "./session_steps.ts";
import type { WriteStatement } from "./write_statement.ts";

/** The objects of a session, and its events. */
export abstract class SessionBase<Self, Answer> {
  readonly #steps: SessionSteps;

  /** @ignore Made by `sessionmaker()` and `syncSessionmaker()`. */
  constructor(steps: SessionSteps) {
    this.#steps = steps;
    steps.emitter.session = this;
  }

  /** Its events, as `session.events.on("beforeFlush", …)`; those of the session maker are told of every session. */
  get events(): SessionEvents<Self, Answer> {
    return this.#steps.emitter.events as SessionEvents<Self, Answer>;
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

  /**
   * Adds an object, with the objects that it refers to; the next flush inserts new ones.
   *
   * @throws {AttachedObjectError} when the object, or another one of its row, is in a session.
   */
  add(object: object): void {
    this.#steps.transaction.assert("work");
    this.#steps.tracker.add(object as Entity);
  }

  /** Adds several objects. */
  addAll(objects: Iterable<object>): void {
    for (const object of objects) this.add(object);
  }

  /**
   * Marks an object as deleted; the next flush deletes its row, or gives it to a new object that has its key: `ON DELETE`
   * actions and delete triggers then do not run.
   * The relations of its model say what becomes of the objects that refer to it (`cascade`).
   *
   * @throws {DetachedObjectError} when the object is not in this session.
   */
  delete(object: object): void {
    this.#steps.transaction.assert("work");
    this.#steps.tracker.delete(object as Entity);
  }

  /**
   * Removes an object from the session: its changes are not written, and the next query makes another object.
   *
   * @throws {DetachedObjectError} when the object is not in this session.
   */
  expunge(object: object): void {
    this.#steps.tracker.expunge(object as Entity);
  }

  /**
   * Expires an object, or all of them: the next query or `get()` that returns the row reads the values again. Pending
   * changes are discarded.
   *
   * @throws {DetachedObjectError} when the object is not in this session.
   */
  expire(object?: object): void {
    this.#steps.tracker.expire(object as Entity | undefined);
  }

  /**
   * Returns the statements of the next flush as data, in order, with their parameters as far as they are known. New
   * objects get their defaults.
   *
   * @throws {MissingValueError} when a new object lacks a value that it needs.
   */
  diff(): WriteStatement[] {
    this.#steps.transaction.assert("work");
    return this.#steps.tracker.plan();
  }
}

/** The actions of a session that end a savepoint. */
export const SAVEPOINT_ENDS = { commit: "work", rollback: "rollbackNested" } as const;

/** The result of a lookup in the identity map. */
interface Lookup<M extends AnyModel> {
  /** The object, if the session has it and its row need not be locked. */
  readonly known: InstanceType<M> | undefined;
  /** The values of the key. */
  readonly key: readonly unknown[];
}

/**
 * Looks up the object with a key in the identity map.
 *
 * @throws {TypeError} when an argument has the wrong type.
 * @throws {EncodingError} when the key cannot be a parameter.
 */
export function lookUp<M extends AnyModel>(
  { tracker, transaction }: SessionSteps,
  model: M,
  key: KeyOf<M>,
  options: GetOptions,
): Lookup<M> {
  checkGetOptions(options);
  const values = keyValues(model, key);
  transaction.assert("work");
  const known = options.withForUpdate ? undefined : tracker.find(model, values) as InstanceType<M> | undefined;
  return { known, key: values };
}
