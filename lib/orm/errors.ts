/** The errors of sessions. @module */
import { EngineError } from "../base/error.ts";
import type { Table } from "../schema/table.ts";

/** A relation was read that nobody loaded. */
export class NotLoadedError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "NOT_LOADED";

  constructor(model: string, relation: string) {
    super(
      `${model}.${relation} was not loaded, and is not loaded behind your back. Load it with the query: ` +
        `select(${model}).options(selectinload("${relation}")).`,
    );
  }
}

/** A statement cannot give objects of a model. */
export class InvalidStatementError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "INVALID_STATEMENT";

  constructor(model: string, problem: string) {
    super(`This statement cannot give objects of ${model}: ${problem}.`);
  }
}

/** An object lacks a value that its column requires; nothing was sent. */
export class MissingValueError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "MISSING_VALUE";

  constructor(readonly table: string, readonly attribute: string) {
    super(
      `A new row of "${table}" needs a value for "${attribute}", which is neither nullable nor has a default. ` +
        "Give it one before flush() or commit().",
    );
  }
}

/** Two tasks used one session at the same time. */
export class ConcurrentUseError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "CONCURRENT_USE";

  constructor(running: string, refused: string) {
    super(
      `This session is busy with ${running}; ${refused} was refused. A session is for one task at a time: await the ` +
        "first call before the second, or give each task a session of its own.",
    );
  }
}

/** An object that the session does not know was given to a method that needs one it knows. */
export class DetachedObjectError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "DETACHED_OBJECT";

  constructor(model: string, what: string) {
    super(`Cannot ${what} this ${model}: it is not in this session. Load it with get() or a query, or add() it first.`);
  }
}

/** An object that is in one session was put into another. */
export class AttachedObjectError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "ATTACHED_OBJECT";

  constructor(model: string) {
    super(
      `This ${model}, or another object of its row, is in a session already. An object belongs to one: expunge() it ` +
        "there, or load it here with get().",
    );
  }
}

/** A flush failed; the session refuses further work until `rollback()`. */
export class PendingRollbackError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "PENDING_ROLLBACK";

  constructor(cause?: Error) {
    super(
      `An earlier flush failed (${cause?.message.split("\n")[0]}), so nothing of this transaction can be kept. ` +
        "Call session.rollback() and begin again.",
      { cause },
    );
  }
}

/** A transaction was to begin where one is open. */
export class TransactionBegunError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "TRANSACTION_BEGUN";

  constructor() {
    super("A transaction is open: it began by itself with the first statement. Call begin() before any other work.");
  }
}

/** The session was used after `close()`. */
export class SessionClosedError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "SESSION_CLOSED";

  constructor() {
    super("This session was closed. Make a new one with the session maker.");
  }
}

/**
 * An UPDATE or DELETE did not find a row as its object knows it: someone deleted it or, where the model has a version,
 * changed it. Nothing of the flush is kept.
 */
export class StaleDataError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "STALE_DATA";

  readonly table: string;

  /** @param keys of the rows that were not found: the values of the primary key in the order of its columns. */
  constructor({ name, primaryKey, version }: Table, what: string, readonly keys: readonly (readonly unknown[])[]) {
    const key = (values: readonly unknown[]) => primaryKey.map((column, i) => `${column.name} ${values[i]}`).join(", ");
    const more = keys.length > 5 ? ` and ${keys.length - 5} more` : "";
    const happened = version ? "changed or deleted" : "deleted";
    super(
      `Cannot ${what} in "${name}": ${
        keys.slice(0, 5).map(key).join("; ")
      }${more}. Someone ${happened} what was loaded. ` +
        "Nothing of this flush is kept: rollback(), load the objects anew and decide again.",
    );
    this.table = name;
  }
}

/** New rows came back with other keys than the server had made for them: which belongs to which object is unknown. */
export class KeyChangedError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "KEY_CHANGED";

  constructor(table: string) {
    super(
      `New rows of "${table}" did not keep the keys that were made for them; a trigger changes them. Make the keys in ` +
        "the program, or flush such objects one at a time.",
    );
  }
}
