/**
 * Reports statements to the listeners of an engine.
 *
 * @module
 */
import type { RawResult } from "./driver.ts";
import { DatabaseError } from "./errors.ts";
import { type EngineEvents, since } from "./events.ts";

/** The role of a statement in its transaction. */
export type Role = "begin" | "commit" | "rollback";

/** A statement as the caller wrote it. */
interface Written {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Reports one statement from the moment it is sent: emits `send`, `query`, and the event of the transaction. */
export class StatementReport {
  readonly #events: EngineEvents;
  readonly #statement: Written & { readonly connection: number };
  readonly #role: Role | undefined;
  readonly #at = performance.now();
  #firstByte: number | undefined;

  /** @param connection its number in the events. */
  constructor(events: EngineEvents, connection: number, { sql, parameters }: Written, role?: Role) {
    this.#events = events;
    this.#statement = { sql, parameters, connection };
    this.#role = role;
    events.emit({ type: "send", at: this.#at, ...this.#statement });
  }

  /** Records the arrival of the first byte of the answer. */
  firstByte(): void {
    this.#firstByte = performance.now() - this.#at;
  }

  /** Emits the events of a statement that was answered, or failed. */
  end(answer: Pick<RawResult, "command" | "rowCount"> | undefined, error: Error | undefined): void {
    const time = { ...since(this.#at), connection: this.#statement.connection };
    this.#events.emit({
      type: "query",
      ...time,
      ...this.#statement,
      rowCount: answer?.rowCount ?? 0,
      ...(this.#firstByte === undefined ? {} : { firstByte: this.#firstByte }),
      ...(error ? { error } : {}),
    });
    // a COMMIT that fails, or is answered with ROLLBACK, has rolled back
    const isUndone = error instanceof DatabaseError || answer?.command === "ROLLBACK";
    const became = this.#role === "commit" && isUndone ? "rollback" : answer && this.#role;
    if (became) this.#events.emit({ type: became, ...time });
  }
}
