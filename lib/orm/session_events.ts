/**
 * Events of sessions: the seam for an audit log, a search index, or attributes that are computed.
 *
 * @module
 */
import { Listeners, type SubscribeOptions, type Subscription } from "../engine/listeners.ts";
import { step, type Steps } from "../engine/steps.ts";
import { AfterCommitError } from "./errors.ts";
import type { Entity } from "./identity_map.ts";
import type { ObjectState } from "./object_state.ts";
import type { Snapshot } from "./snapshot.ts";

/** The fields of each event of a session, by its type. */
export interface SessionEventFields {
  /**
   * There are changes that are about to be sent: listeners may add, change and delete objects, which the same flush
   * writes. If one throws, the flush fails, and nothing was sent.
   */
  beforeFlush: object;
  /**
   * The transaction was committed, and the connection returned. Savepoints are no transactions; what bulk statements
   * and SQL wrote is not told. All listeners are called; if one throws, the call that committed throws an
   * `AfterCommitError`.
   */
  afterCommit: Written;
  /** An object was made from a row; its relations are not loaded yet. If a listener throws, the query fails. */
  load: { readonly object: object };
}

/** The objects that a transaction wrote. */
export interface Written {
  /** Those that got a row. */
  readonly inserted: readonly object[];
  /** Those whose row changed, or a collection. */
  readonly updated: readonly object[];
  /** Those whose row was deleted. */
  readonly deleted: readonly object[];
}

/** The types of events: `"beforeFlush"`, `"afterCommit"`, `"load"`. */
export type SessionEventType = keyof SessionEventFields;

/** The event of one type; `session` is where it happened. */
export type SessionEventOf<Type extends SessionEventType, Session> =
  & { readonly type: Type; readonly session: Session }
  & SessionEventFields[Type];

/**
 * Receives events. It cannot use the session for calls that send statements, which are refused: one runs already. A
 * listener of a blocking session, and one to `load`, must not be async; others are awaited.
 */
export type SessionListener<Type extends SessionEventType, Session, Answer> = (
  event: SessionEventOf<Type, Session>,
) => Type extends "load" ? NotAwaited : Answer;

/** Anything but a promise that a listener may return; it is ignored. `void` alone would permit a promise. */
export type NotAwaited = void | null | undefined | boolean | number | string;

/** Any listener. */
type AnyListener = (event: object) => unknown;

/** The events of a session, or of all sessions of a session maker. */
export class SessionEvents<Session = unknown, Answer = NotAwaited | Promise<unknown>> {
  readonly #listeners = new Listeners<SessionEventType, AnyListener>();
  readonly #shared: SessionEvents<Session, Answer> | undefined;

  /**
   * @ignore
   * @param shared those of the session maker, whose listeners are called first.
   */
  constructor(shared?: SessionEvents<Session, Answer>) {
    this.#shared = shared;
  }

  /**
   * Calls `listener` for each event of one type, in the order of subscription.
   *
   * ```ts ignore
   * getSession.events.on("beforeFlush", ({ session }) => {
   *   for (const hero of session.deleted) session.add(new AuditLine({ what: `deleted ${hero.id}` }));
   * });
   * getSession.events.on("afterCommit", async ({ inserted, updated }) => await index([...inserted, ...updated]));
   * ```
   *
   * @returns a function that ends the subscription; so do the `signal`, and `using` at the end of its block.
   */
  on<Type extends SessionEventType>(
    type: Type,
    listener: SessionListener<Type, Session, Answer>,
    options?: SubscribeOptions,
  ): Subscription {
    return this.#listeners.add(type, listener as AnyListener, options);
  }

  /** @ignore */
  has(type: SessionEventType): boolean {
    return this.#listeners.has(type) || (this.#shared?.has(type) ?? false);
  }

  /** @ignore Returns the listeners of a type. */
  of(type: SessionEventType): AnyListener[] {
    return [...this.#shared?.of(type) ?? [], ...this.#listeners.of(type)];
  }
}

/** Emits the events of one session. */
export class SessionEmitter<Session = unknown, Answer = unknown> {
  #events: SessionEvents<Session, Answer> | undefined;
  readonly #shared: SessionEvents<Session, Answer> | undefined;
  readonly #blocks: boolean;
  /** The session; set by its constructor. */
  session: Session | undefined;

  /**
   * @param shared the events of its session maker.
   * @param blocks true for a blocking session, which cannot await a listener.
   */
  constructor(shared: SessionEvents<Session, Answer> | undefined, blocks: boolean) {
    this.#shared = shared;
    this.#blocks = blocks;
  }

  /** The events of the session; most sessions have no listeners of their own. */
  get events(): SessionEvents<Session, Answer> {
    return this.#events ??= new SessionEvents(this.#shared);
  }

  /** True if a type has listeners. */
  has(type: SessionEventType): boolean {
    return (this.#events ?? this.#shared)?.has(type) ?? false;
  }

  /** Tells that a flush begins. */
  *beforeFlush(): Steps<void> {
    for (const listener of this.events.of("beforeFlush")) yield* this.#call(listener, "beforeFlush", {});
  }

  /**
   * Tells that a transaction was committed.
   *
   * @throws {AfterCommitError} when listeners throw, after all were called.
   */
  *afterCommit(written: Written): Steps<void> {
    const errors: unknown[] = [];
    for (const listener of this.events.of("afterCommit")) {
      try {
        yield* this.#call(listener, "afterCommit", written);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AfterCommitError(errors);
  }

  /** Tells that an object was made from a row. */
  load(object: Entity): void {
    for (const listener of this.events.of("load")) {
      refuse(listener({ type: "load", session: this.session, object }), '"load"');
    }
  }

  *#call(listener: AnyListener, type: SessionEventType, fields: object): Steps<void> {
    const answer = listener({ type, session: this.session, ...fields });
    if (this.#blocks) refuse(answer, `"${type}" of a blocking session`);
    yield* step(answer);
  }
}

/** @throws {TypeError} for a promise. */
function refuse(answer: unknown, what: string): void {
  if (!(answer instanceof Promise)) return;
  answer.catch(() => {}); // it fails as a consequence of this error
  throw new TypeError(`A listener to ${what} must not be async: nobody would wait for it.`);
}

/** Returns the objects that a transaction wrote: what it inserted and deleted is neither. */
export function writtenBy(snapshots: readonly Snapshot[]): Written {
  const wasNew = new Map<ObjectState, boolean>();
  for (const { state, isNew } of snapshots) if (!wasNew.has(state)) wasNew.set(state, isNew);
  const inserted: object[] = [], updated: object[] = [], deleted: object[] = [];
  for (const [{ entity, loaded }, isNew] of wasNew) {
    if (loaded) (isNew ? inserted : updated).push(entity);
    else if (!isNew) deleted.push(entity);
  }
  return { inserted, updated, deleted };
}
