/**
 * Errors of sessions.
 *
 * @module
 */
import { EngineError } from "../base/error.ts";
import type { ForeignKey, Table } from "../schema/table.ts";

/** A relation was read before it was loaded. */
export class NotLoadedError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "NOT_LOADED";

  /** @ignore */
  constructor(model: string, relation: string) {
    super(
      `${model}.${relation} is not loaded; relations are never loaded implicitly. Load it with the query: ` +
        `select(${model}).options(selectinload("${relation}")).`,
    );
  }
}

/** A collection that holds only some of its objects, because it was loaded with a condition, was to be changed. */
export class FilteredCollectionError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "FILTERED_COLLECTION";

  /** @ignore */
  constructor(model: string, relation: string) {
    super(
      `${model}.${relation} was loaded with a condition: it holds only some of its objects and cannot be changed. ` +
        `Load it without one to change it: select(${model}).options(selectinload("${relation}")).`,
    );
  }
}

/** The transaction is committed, and a listener to `afterCommit` threw; `cause` is its error, `errors` are all. */
export class AfterCommitError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "AFTER_COMMIT";

  /** @ignore */
  constructor(readonly errors: readonly unknown[]) {
    const [cause] = errors;
    super(
      `The transaction is committed; ${errors.length} listener(s) to "afterCommit" failed: ` +
        `${cause instanceof Error ? cause.message.split("\n")[0] : cause}. Do not repeat the transaction.`,
      { cause },
    );
  }
}

/** A statement does not return what objects of a model need. */
export class InvalidStatementError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_STATEMENT";

  /** @ignore */
  constructor(model: string, problem: string) {
    super(`This statement cannot give objects of ${model}: ${problem}.`);
  }
}

/** An object lacks a value that its column requires, or would lose it; nothing was sent. */
export class MissingValueError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_VALUE";

  /**
   * @ignore
   * @param key the primary key of a row that is there; a new row has none.
   * @param isReference whether the value is missing because the row lost the object that it refers to.
   */
  constructor(readonly table: string, readonly attribute: string, key?: readonly unknown[], isReference?: boolean) {
    const row = `The row of "${table}" with the key ${key?.map(String).join(", ")}`;
    super(
      key === undefined
        ? `A row of "${table}" needs a value for "${attribute}", which is not nullable and has no default. ` +
          "Assign one before flush() or commit()."
        : isReference
        ? `${row} was taken out of a relation, and its foreign key "${attribute}" is not nullable. Add the object to ` +
          "another one, or delete() it, before flush() or commit()."
        : `${row} would lose its value of "${attribute}", which is not nullable. Assign another one before flush() or ` +
          "commit().",
    );
  }
}

/** An association row cannot connect two objects: its keys share a column, of which these have different values. */
export class InvalidLinkError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_LINK";

  /** @ignore */
  constructor(table: string, [one, other]: readonly ForeignKey[]) {
    const shared = one.columns.filter((column) => other.columns.includes(column));
    super(
      `A row of "${table}" cannot connect a row of "${one.to.name}" with one of "${other.to.name}" that differs in ` +
        `"${shared.map(({ attribute }) => attribute).join('", "')}". Remove it from the collection; nothing was sent.`,
    );
  }
}

/** New rows refer to each other in a circle, and none can be inserted first; nothing was sent. */
export class ReferenceCircleError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "REFERENCE_CIRCLE";

  /** @ignore */
  constructor(keys: readonly ForeignKey[]) {
    const columns = keys.map(({ from, column }) => `"${from.name}"."${column.attribute}"`).join(", ");
    super(
      `New rows refer to each other in a circle by ${columns}, so that none can be inserted first. Make one of these ` +
        "columns nullable; or make its foreign key deferrable, and give the rows that it refers to their keys.",
    );
  }
}

/** Rows exchange unique values, and none can give up its value first; nothing was sent. */
export class UniqueCircleError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "UNIQUE_CIRCLE";

  /** @ignore */
  constructor(table: string, attributes: readonly string[]) {
    super(
      `Rows of "${table}" exchange values of "${
        attributes.join('", "')
      }", which no two rows may share at any moment. ` +
        "Make a UNIQUE constraint of it deferrable, or a column of it nullable; or flush() a temporary value first.",
    );
  }
}

/** A session was used by two tasks at the same time. */
export class ConcurrentUseError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "CONCURRENT_USE";

  /** @ignore */
  constructor(running: string, refused: string) {
    super(
      `This session is running ${running}; ${refused} cannot run at the same time. Await the first call before the ` +
        "second, or use a separate session for each task.",
    );
  }
}

/** A method needs an object of this session and was given another one. */
export class DetachedObjectError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "DETACHED_OBJECT";

  /** @ignore */
  constructor(model: string, action: string) {
    super(
      `Cannot ${action} this ${model}: it is not in this session. Load it with get() or a query, or add() it first.`,
    );
  }
}

/** An object was added to a session although it, or another object of its row, is in one. */
export class AttachedObjectError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "ATTACHED_OBJECT";

  /** @ignore */
  constructor(model: string) {
    super(
      `This ${model}, or another object of its row, is already in a session. An object can be in one session only: ` +
        "expunge() it from that one, or load it here with get().",
    );
  }
}

/** A flush failed; the session accepts only `rollback()`. */
export class PendingRollbackError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "PENDING_ROLLBACK";

  /** @ignore */
  constructor(cause?: Error) {
    super(
      `This transaction cannot continue because a flush failed (${cause?.message.split("\n")[0]}). ` +
        "Call session.rollback(), then start over.",
      { cause },
    );
  }
}

/** `begin()` was called while a transaction is open. */
export class TransactionBegunError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "TRANSACTION_BEGUN";

  constructor() {
    super(
      "A transaction is already open: a session begins one with its first statement. Call begin() before any statement, " +
        "or commit() or rollback() first.",
    );
  }
}

/** The session was used after `close()`. */
export class SessionClosedError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "SESSION_CLOSED";

  constructor() {
    super("This session is closed. Make a new one with the session maker.");
  }
}

const MOST_KEYS = 5;

/**
 * An UPDATE or DELETE did not find a row as loaded: it was deleted or, if the model has a version, changed. The
 * transaction has to be rolled back.
 */
export class StaleDataError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "STALE_DATA";

  /** The table that the statement wrote to. */
  readonly table: string;

  /**
   * @ignore
   * @param action `update` or `delete`.
   * @param keys the primary keys of the missing rows, their values in the order of the columns.
   */
  constructor({ name, primaryKey, version }: Table, action: string, readonly keys: readonly (readonly unknown[])[]) {
    const keyText = (values: readonly unknown[]) =>
      primaryKey.map((column, index) => `${column.name} ${values[index]}`).join(", ");
    const listed = keys.slice(0, MOST_KEYS).map(keyText).join("; ");
    const more = keys.length > MOST_KEYS ? ` and ${keys.length - MOST_KEYS} more` : "";
    super(
      `Cannot ${action} in "${name}": ${listed}${more}. ` +
        `These rows were ${version ? "changed or deleted" : "deleted"} after they were loaded. ` +
        "Call rollback(), then load the objects again and repeat the work.",
    );
    this.table = name;
  }
}

/** New rows have other keys than the server generated for them, so that their objects cannot be identified. */
export class KeyChangedError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "KEY_CHANGED";

  /** @ignore */
  constructor(table: string) {
    super(
      `New rows of "${table}" did not keep their generated keys: a trigger changes them. Generate the keys in the ` +
        "program, or flush such objects one at a time.",
    );
  }
}
