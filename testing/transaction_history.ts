/**
 * Random histories of connections and their expected outcome: the same texts sent explicitly over a separate
 * connection, with a BEGIN ahead of each statement outside a transaction.
 *
 * @module
 */
import fc from "npm:fast-check@^4";
import type { DriverConnection } from "../lib/engine/driver.ts";
import { driver } from "../lib/engine/drivers/pg.ts";
import { DatabaseError } from "../lib/engine/errors.ts";
import type { IsolationLevel } from "../lib/engine/transaction_options.ts";
import { EngineUrl } from "../lib/engine/url.ts";
import { cases } from "./cases.ts";

/** An action on a connection: texts are sent without waiting in between. `close` continues on another connection. */
export type Step = { readonly texts: readonly string[] } | "commit" | "rollback" | "close";

/** A history, and how the transactions of its connections begin. */
export interface History {
  readonly steps: readonly Step[];
  readonly isolationLevel: IsolationLevel | undefined;
}

/** The table written by the texts. */
export const TABLE = "written";
/** The table with the expected rows, written step by step. */
const WANTED = "wanted";

/** Recreates both tables. */
export const TABLES = [TABLE, WANTED].map((name) => `DROP TABLE IF EXISTS ${name}; CREATE TABLE ${name} (n serial)`)
  .join("; ");

/** Number of random histories per test; use `CASES=500` after a change. */
export const CASES = cases(40);

const COMMANDS = [
  "begin",
  "begin read only",
  "start transaction isolation level serializable",
  "commit",
  "end",
  "rollback",
  "abort",
  "commit and chain",
  "rollback and chain",
  "savepoint a",
  "savepoint b",
  "rollback to a",
  "ROLLBACK TO SAVEPOINT b",
  "release a",
  "select 1",
  "select 1 / 0",
  "nonsense",
];
const COMMENTS = ["", "-- back TO the start\n", "/* COMMIT */ ", "/* ROLLBACK TO a; */ "];

const command = fc.oneof(
  fc.constantFrom(...COMMANDS),
  fc.constant(`insert into ${TABLE} default values`), // more frequent than the others, because it can be lost
);
const text = fc.tuple(fc.constantFrom(...COMMENTS), fc.array(command, { minLength: 1, maxLength: 3 }))
  .map(([comment, commands]) => comment + commands.join("; "));
const alone = text.map((only) => ({ texts: [only] }));
const together = fc.array(text, { minLength: 2, maxLength: 3 }).map((texts) => ({ texts }));
const end = fc.constantFrom<Step>("commit", "rollback", "close");
const step = fc.oneof({ arbitrary: alone, weight: 5 }, { arbitrary: together, weight: 1 }, {
  arbitrary: end,
  weight: 2,
});

/** Arbitrary histories. */
export const histories: fc.Arbitrary<History> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 14 }),
  isolationLevel: fc.constantFrom(undefined, "AUTOCOMMIT" as const),
});

/** Outcome of a step: an SQLSTATE, or `"fine"`. */
export type Outcome = string;

/**
 * Returns the outcome of a promise or call.
 * @throws errors that are not from the server.
 */
export function outcomeOf(settled: PromiseSettledResult<unknown>): Outcome {
  if (settled.status === "fulfilled") return "fine";
  if (settled.reason instanceof DatabaseError) return settled.reason.sqlstate;
  throw settled.reason;
}

/** Performs explicitly what a connection must do implicitly. */
export class ByHand implements AsyncDisposable {
  readonly #connection: DriverConnection;
  /** If true, no BEGIN is sent. */
  isAutocommit = false;

  private constructor(connection: DriverConnection) {
    this.#connection = connection;
  }

  static async connect(url: string): Promise<ByHand> {
    const settings = { application_name: "test: by hand" };
    const connecting = {
      url: EngineUrl.parse(url),
      settings,
      connectTimeout: 10_000,
      prepare: true,
      nonblocking: false,
    };
    return new ByHand(await driver.connect(connecting));
  }

  /** Transaction status reported by the server. */
  get isInTransaction(): boolean {
    return this.#connection.transactionStatus !== "idle";
  }

  /** @returns an outcome for each text, or one. */
  async do(step: Step): Promise<Outcome[]> {
    if (typeof step !== "string") return await this.#run(step.texts);
    if (!this.isInTransaction) return ["fine"];
    if (step !== "commit") return [await this.#outcome("ROLLBACK")];
    const failed = this.#connection.transactionStatus === "failed";
    const outcome = await this.#outcome("COMMIT");
    return [failed ? "25P02" : outcome];
  }

  async #run(texts: readonly string[]): Promise<Outcome[]> {
    if (!this.isInTransaction && !this.isAutocommit) await this.#outcome("BEGIN");
    const outcomes: Outcome[] = [];
    for (const text of texts) outcomes.push(await this.#outcome(text.replaceAll(TABLE, WANTED)));
    return outcomes;
  }

  async #outcome(sql: string): Promise<Outcome> {
    const [settled] = await Promise.allSettled([this.#connection.query({ sql, parameters: [] })]);
    return outcomeOf(settled);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection.close();
  }
}

const ROWS = "SELECT array_agg(n ORDER BY n)";
/** SQL that tests whether both tables contain the same rows. */
export const SAME = `SELECT (${ROWS} FROM ${TABLE}) IS NOT DISTINCT FROM (${ROWS} FROM ${WANTED})`;
/** SQL that tests whether no transaction was open before this statement. */
export const IS_FIRST = "SELECT now() = statement_timestamp()";
/** SQL that tests whether a server process is in a transaction. */
export const IN_TRANSACTION = "SELECT state LIKE 'idle in transaction%' FROM pg_stat_activity WHERE pid = $1";
