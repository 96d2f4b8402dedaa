/**
 * Version table `schema_version`, one row per head. Statements qualify its name, because a revision may change the
 * search path.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import { DatabaseError } from "../engine/errors.ts";
import { MissingPrivilegeError, VersionTableChangedError } from "./errors.ts";
import type { Revision } from "./revision_file.ts";
import { createLogSql, type LogDirection, recordSql, VersionLog } from "./version_log.ts";
import { readVersionState, type VersionState } from "./version_state.ts";
import type { VersionTableNames } from "./version_table_name.ts";
import { quote } from "../base/quote.ts";

/**
 * Returns the statement that creates the table.
 *
 * @param table quoted name, with the schema if known
 * @param name its name without schema and quotes
 */
export function createVersionTableSql(table: string, name: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (revision text CONSTRAINT ${quote(`pk_${name}`)} PRIMARY KEY)`;
}

/** The version table of a schema. */
export class VersionTable {
  /** Log of applied revisions. */
  readonly log: VersionLog;
  readonly #state: VersionState;
  readonly #names: VersionTableNames;
  readonly #connection: Connection;

  private constructor(connection: Connection, state: VersionState, names: VersionTableNames) {
    this.#connection = connection;
    this.#state = state;
    this.#names = names;
    this.log = new VersionLog(connection, state.log, state.hasLog);
  }

  /**
   * Returns the version table, which need not exist.
   *
   * @throws {MissingSchemaError} when its schema, or each of the search path, does not exist
   * @throws {ForeignVersionTableError} when a relation with its name, or that of the log, is none of this tool
   */
  static async of(connection: Connection, names: VersionTableNames): Promise<VersionTable> {
    return new VersionTable(connection, await readVersionState(connection, names), names);
  }

  /** Names of the table and the log. */
  get names(): VersionTableNames {
    return { ...this.#names, schema: this.#state.schema };
  }

  /** Schema in which the migrations run: the first of the search path. */
  get main(): string {
    return this.#state.main;
  }

  /** Whether the server process held the migration lock when the state was read. */
  get isLocked(): boolean {
    return this.#state.held;
  }

  /**
   * Creates the table and the log, unless they existed at first.
   *
   * @throws {MissingPrivilegeError} when the role cannot create tables in the schema
   */
  async create(): Promise<void> {
    const { table, log, hasTable, hasLog, schema } = this.#state;
    const missing = [
      ...hasTable ? [] : [createVersionTableSql(table, this.#names.table)],
      ...hasLog ? [] : [createLogSql(log, this.#names.log)],
    ];
    if (missing.length === 0) return;
    try {
      await this.#connection.execute(missing.join(";\n"));
    } catch (error) {
      if (!(error instanceof DatabaseError && error.sqlstate === "42501")) throw error;
      const role = await this.#connection.execute("SELECT current_user::text").catch(() => undefined);
      throw new MissingPrivilegeError(role?.scalarOne<string>() ?? "of the URL", schema, { cause: error });
    }
  }

  /** Returns the heads that the database had at first, sorted by id; none at base. */
  async heads(): Promise<string[]> {
    const { table, hasTable } = this.#state;
    if (!hasTable) return [];
    const answer = await this.#connection.execute<{ revision: string }>(
      `SELECT revision FROM ${table} ORDER BY revision COLLATE "C"`,
    );
    return answer.scalars().all();
  }

  /**
   * Replaces the heads `before` with the heads `after`, and records a revision in the log.
   *
   * @param milliseconds duration of the revision; `undefined` to leave the log as it is
   * @throws {VersionTableChangedError} when a row of `before` is missing
   */
  async move(
    before: readonly string[],
    after: readonly string[],
    record?: { readonly revision: Revision; readonly direction: LogDirection; readonly milliseconds: number },
  ): Promise<void> {
    const { table, log } = this.#state;
    const gone = before.filter((id) => !after.includes(id));
    const come = after.filter((id) => !before.includes(id));
    const logged = record && { ...record, revisions: [record.revision] };
    const deleted = await this.#connection.execute(
      `WITH gone AS (DELETE FROM ${table} WHERE revision = ANY($1::text[]) RETURNING revision),
     come AS (INSERT INTO ${table} SELECT unnest($2::text[]))${logged ? `,\n     logged AS (${recordSql(log, 3)})` : ""}
SELECT count(*)::int FROM gone`,
      [gone, come, ...logged ? recordParameters(logged) : []],
    );
    if (deleted.scalarOne<number>() !== gone.length) throw new VersionTableChangedError(table);
  }

  /** Replaces all rows, and records revisions as stamped. */
  async stamp(heads: readonly string[], revisions: readonly Revision[]): Promise<void> {
    const { table, log } = this.#state;
    await this.#connection.execute(
      `WITH gone AS (DELETE FROM ${table} WHERE revision <> ALL($1::text[])),
     come AS (INSERT INTO ${table} SELECT unnest($1::text[]) EXCEPT SELECT revision FROM ${table})
${recordSql(log, 2)}`,
      [heads, ...recordParameters({ revisions, direction: "stamp", milliseconds: 0 })],
    );
  }
}

/** Parameters of {@linkcode recordSql}. */
function recordParameters({ revisions, direction, milliseconds }: {
  readonly revisions: readonly Revision[];
  readonly direction: LogDirection;
  readonly milliseconds: number;
}): unknown[] {
  return [revisions.map(({ id }) => id), revisions.map(({ checksum }) => checksum), direction, milliseconds];
}
