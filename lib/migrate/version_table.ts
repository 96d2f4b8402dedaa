/**
 * Where a database stands: the table `schema_version`, one row a head, in the first schema of the search path. The
 * statements name that schema, because a revision may change the search path.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import { DatabaseError } from "../engine/errors.ts";
import { MissingPrivilegeError, MissingSchemaError, VersionTableChangedError } from "./errors.ts";
import { VersionLog } from "./version_log.ts";

/** The statement that makes the table. @param table its name, quoted, with its schema where that is known. */
export function createVersionTableSql(table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (revision text CONSTRAINT pk_schema_version PRIMARY KEY)`;
}

/** The version table of one schema, over one connection. */
export class VersionTable {
  /** The schema in which the migrations run. */
  readonly schema: string;
  /** What ran when. */
  readonly log: VersionLog;
  readonly #name: string;
  readonly #connection: Connection;

  private constructor(connection: Connection, schema: string, name: string) {
    this.#connection = connection;
    this.schema = schema;
    this.#name = name;
    this.log = new VersionLog(connection, `${name}_log`);
  }

  /** The table, which need not exist yet, for the search path of this connection. @throws {MissingSchemaError} */
  static async of(connection: Connection): Promise<VersionTable> {
    const answer = await connection.execute<{ schema: string | null; name: string; path: string }>(
      `SELECT current_schema() AS schema, quote_ident(current_schema()) || '.schema_version' AS name,
              current_setting('search_path') AS path`,
    );
    const { schema, name, path } = answer.one();
    if (schema === null) throw new MissingSchemaError(path);
    return new VersionTable(connection, schema, name);
  }

  /** Makes the table and the log where they do not exist. @throws {MissingPrivilegeError} */
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

  /** The heads of the database, in the order of their ids; none: it is at base. */
  async heads(): Promise<string[]> {
    if (!await this.#exists()) return [];
    const answer = await this.#connection.execute<{ revision: string }>(
      `SELECT revision FROM ${this.#name} ORDER BY revision COLLATE "C"`,
    );
    return answer.scalars().all();
  }

  /** Replaces the heads `before` by the heads `after`. @throws {VersionTableChangedError} */
  async move(before: readonly string[], after: readonly string[]): Promise<void> {
    const gone = before.filter((id) => !after.includes(id));
    const come = after.filter((id) => !before.includes(id));
    const sql = `DELETE FROM ${this.#name} WHERE revision = ANY($1::text[])`;
    const deleted = await this.#connection.execute(sql, [gone]);
    if (deleted.rowCount !== gone.length) throw new VersionTableChangedError(this.#name);
    await this.#connection.execute(`INSERT INTO ${this.#name} SELECT unnest($1::text[])`, [come]);
  }

  /** Replaces whatever rows there are. */
  async replace(heads: readonly string[]): Promise<void> {
    await this.#connection.execute(`DELETE FROM ${this.#name}`);
    await this.#connection.execute(`INSERT INTO ${this.#name} SELECT unnest($1::text[])`, [heads]);
  }

  async #exists(): Promise<boolean> {
    return (await this.#connection.execute("SELECT to_regclass($1) IS NOT NULL", [this.#name])).scalarOne<boolean>();
  }
}
