/**
 * Log of applied revisions: the table `schema_version_log`. The row of a revision is written in its transaction. A
 * revision that runs outside a transaction has a row before it finishes.
 *
 * @module
 */
import { quote } from "../base/quote.ts";
import type { Connection } from "../engine/connection.ts";
import type { Revision } from "./revision_file.ts";

/** Action of a log entry. */
export type LogDirection = "up" | "down" | "stamp";

/** A row of the log. */
export interface LogEntry {
  /** Id of the revision. */
  readonly revision: string;
  /** Whether it was applied, undone or stamped. */
  readonly direction: LogDirection;
  /** Checksum of the revision file at that time. */
  readonly checksum: string;
  /** Start of the run. */
  readonly startedAt: Date;
  /** Duration; `null` if it has not finished, failed or was killed. */
  readonly milliseconds: number | null;
  /** Role that ran it. */
  readonly userName: string;
  /** `application_name` of its connection. */
  readonly applicationName: string;
}

/** The columns of the log with their types. */
export const LOG_COLUMNS: readonly string[] = [
  "id bigint",
  "revision text",
  "direction text",
  "checksum text",
  "started_at timestamp with time zone",
  "milliseconds double precision",
  "begun text[]",
  "user_name text",
  "application_name text",
];

/**
 * Returns the statement that creates the log.
 *
 * @param table quoted name, with the schema if known
 * @param name its name without schema and quotes
 */
export function createLogSql(table: string, name: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ${quote(`pk_${name}`)} PRIMARY KEY,
  revision text NOT NULL,
  direction text NOT NULL,
  checksum text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  milliseconds double precision,
  begun text[] NOT NULL DEFAULT '{}',
  user_name text NOT NULL DEFAULT current_user,
  application_name text NOT NULL DEFAULT current_setting('application_name')
)`;
}

/**
 * Returns the statement that adds entries for revisions that finished just now.
 *
 * @param table quoted name
 * @param first number of its first parameter: ids, then checksums, the direction and the duration in milliseconds
 */
export function recordSql(table: string, first: number): string {
  const [ids, checksums, direction, milliseconds] = [0, 1, 2, 3].map((index) => `$${first + index}`);
  return `INSERT INTO ${table} (revision, direction, checksum, started_at, milliseconds)
SELECT revision, ${direction}, checksum, clock_timestamp() - ${milliseconds}::float8 * interval '1 ms',
       ${milliseconds}::float8
  FROM unnest(${ids}::text[], ${checksums}::text[]) AS done (revision, checksum)`;
}

/** The log of a schema. */
export class VersionLog {
  readonly #connection: Connection;
  readonly #table: string;
  readonly #exists: boolean;

  /**
   * @param table quoted name with its schema
   * @param exists whether it existed at first
   */
  constructor(connection: Connection, table: string, exists: boolean) {
    this.#connection = connection;
    this.#table = table;
    this.#exists = exists;
  }

  /**
   * Adds the entry of a revision that starts to run outside a transaction.
   *
   * @returns the statements that {@linkcode note} recorded in its failed or killed runs
   */
  async begin({ id, checksum }: Revision, direction: LogDirection): Promise<string[]> {
    const left = await this.#connection.execute<{ begun: string[] }>(
      `SELECT begun FROM ${this.#table} WHERE revision = $1 AND direction = $2 AND milliseconds IS NULL`,
      [id, direction],
    );
    await this.#connection.execute(
      `INSERT INTO ${this.#table} (revision, direction, checksum) VALUES ($1, $2, $3)`,
      [id, direction, checksum],
    );
    return left.scalars().all().flat();
  }

  /** Records a statement before it runs outside a transaction. */
  async note({ id }: Revision, direction: LogDirection, statement: string): Promise<void> {
    await this.#connection.execute(
      `UPDATE ${this.#table} SET begun = begun || $3::text
        WHERE revision = $1 AND direction = $2 AND milliseconds IS NULL`,
      [id, direction, statement],
    );
  }

  /** Completes the entry of a revision that ran outside a transaction, and deletes those of its failed runs. */
  async finish({ id }: Revision, direction: LogDirection, milliseconds: number): Promise<void> {
    await this.#connection.execute(
      `DELETE FROM ${this.#table} AS earlier
        WHERE revision = $1 AND direction = $2 AND milliseconds IS NULL
          AND id < (SELECT max(id) FROM ${this.#table} WHERE revision = $1 AND direction = $2)`,
      [id, direction],
    );
    await this.#connection.execute(
      `UPDATE ${this.#table} SET milliseconds = $3 WHERE revision = $1 AND direction = $2 AND milliseconds IS NULL`,
      [id, direction, milliseconds],
    );
  }

  /** Returns all entries, oldest first; none if the log did not exist at first. */
  async entries(): Promise<LogEntry[]> {
    if (!this.#exists) return [];
    const answer = await this.#connection.execute<LogEntry>(
      `SELECT revision, direction, checksum, started_at AS "startedAt", milliseconds, user_name AS "userName",
              application_name AS "applicationName"
         FROM ${this.#table} ORDER BY id`,
    );
    return answer.all();
  }
}

/** Returns the last entry that applied or stamped each revision, by id. */
export function lastApplied(entries: readonly LogEntry[]): Map<string, LogEntry> {
  const finished = entries.filter(({ direction, milliseconds }) => direction !== "down" && milliseconds !== null);
  return new Map(finished.map((entry) => [entry.revision, entry]));
}
