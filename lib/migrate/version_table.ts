/**
 * Version table `schema_version`, one row per head, in the first schema of the search path. Statements qualify its
 * name, because a revision may change the search path.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import { DatabaseError } from "../engine/errors.ts";
import { MissingPrivilegeError, MissingSchemaError, VersionTableChangedError } from "./errors.ts";
import { VersionLog } from "./version_log.ts";

/**
 * Returns the statement that creates the table.
 *
 * @param table quoted name, with the schema if known
 */
export function createVersionTableSql(table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (revision text CONSTRAINT pk_schema_version PRIMARY KEY)`;
}

/** The version table of a schema. */
export class VersionTable {
  /** Schema in which the migrations run. */
  readonly schema: string;
  /** Log of applied revisions. */
  readonly log: VersionLog;
  readonly #name: string;
  readonly #connection: Connection;

  private constructor(connection: Connection, schema: string, name: string) {
    this.#connection = connection;
    this.schema = schema;
    this.#name = name;
    this.log = new VersionLog(connection, `${name}_log`);
  }

  /**
   * Returns the version table for the search path of a connection. It need not exist.
   *
   * @throws {MissingSchemaError} when no schema of the search path exists
   */
  static async of(connection: Connection): Promise<VersionTable> {
    const answer = await connection.execute<{ schema: string | null; name: string; path: string }>(
      `SELECT current_schema() AS schema, quote_ident(current_schema()) || '.schema_version' AS name,
              current_setting('search_path') AS path`,
    );
    const { schema, name, path } = answer.one();
    if (schema === null) throw new MissingSchemaError(path);
    return new VersionTable(connection, schema, name);
  }

  /**
   * Creates the table and the log if they do not exist.
   *
   * @throws {MissingPrivilegeError} when the role cannot create tables in the schema
   */
  async create(): Promise<void> {
    try {
      if (!await this.#exists()) await this.#connection.execute(createVersionTableSql(this.#name));
      await this.log.create();
    } catch (error) {
      if (!(error instanceof DatabaseError && error.sqlstate === "42501")) throw error;
      const role = await this.#connection.execute("SELECT current_user::text").catch(() => undefined);
      throw new MissingPrivilegeError(role?.scalarOne<string>() ?? "of the URL", this.schema, { cause: error });
    }
  }

  /** Returns the heads of the database, sorted by id; none at base. */
  async heads(): Promise<string[]> {
    if (!await this.#exists()) return [];
    const answer = await this.#connection.execute<{ revision: string }>(
      `SELECT revision FROM ${this.#name} ORDER BY revision COLLATE "C"`,
    );
    return answer.scalars().all();
  }

  /**
   * Replaces the heads `before` with the heads `after`.
   *
   * @throws {VersionTableChangedError} when a row of `before` is missing
   */
  async move(before: readonly string[], after: readonly string[]): Promise<void> {
    const gone = before.filter((id) => !after.includes(id));
    const come = after.filter((id) => !before.includes(id));
    const sql = `DELETE FROM ${this.#name} WHERE revision = ANY($1::text[])`;
    const deleted = await this.#connection.execute(sql, [gone]);
    if (deleted.rowCount !== gone.length) throw new VersionTableChangedError(this.#name);
    await this.#connection.execute(`INSERT INTO ${this.#name} SELECT unnest($1::text[])`, [come]);
  }

  /** Replaces all rows. */
  async replace(heads: readonly string[]): Promise<void> {
    await this.#connection.execute(`DELETE FROM ${this.#name}`);
    await this.#connection.execute(`INSERT INTO ${this.#name} SELECT unnest($1::text[])`, [heads]);
  }

  async #exists(): Promise<boolean> {
    return (await this.#connection.execute("SELECT to_regclass($1) IS NOT NULL", [this.#name])).scalarOne<boolean>();
  }
}
