/**
 * Comparators: how a program teaches autogenerate a kind of object that models cannot describe, such as views or
 * extended statistics. As Alembic's `comparators.dispatch_for()`, and the entities of alembic_utils.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";

/** An object of the database, in the words of the server. */
export interface LiveObject {
  /** Its name, unique in its kind. It is no longer ignored if `check` calls it so: `active_heroes`, `heroes.touch`. */
  readonly name: string;
  /** Statement that creates it, as `pg_get_viewdef()` and the like print it. It is compared, and a downgrade runs it. */
  readonly create: string;
  /** Statement that drops it. */
  readonly drop: string;
  /**
   * What `pg_describe_object()` returns for it (default: kind and name, right for views and routines without quotes). By
   * this the object is known as one that depends on a column or on another object.
   */
  readonly description?: string;
}

/**
 * Compares the objects of a kind in the main schema. The statements of `wanted` run in a scratch schema, which holds the
 * tables of the models and is rolled back; `live` reads them from there as it reads those of the database, so that both
 * are in the words of the server. A dropped object loses its privileges and its comment.
 *
 * ```ts ignore
 * export const comparators: Comparator[] = [{
 *   kind: "view",
 *   wanted: { active_heroes: "CREATE VIEW active_heroes AS SELECT id, name FROM heroes WHERE active" },
 *   async live(connection, schema) {
 *     const views = await connection.execute<LiveObject>(
 *       `SELECT relname::text AS name, format('CREATE VIEW %I AS %s', relname, pg_get_viewdef(oid)) AS create,
 *               format('DROP VIEW %I', relname) AS drop
 *          FROM pg_class WHERE relkind = 'v' AND relnamespace = $1::regnamespace ORDER BY relname`,
 *       [schema],
 *     );
 *     return views.all();
 *   },
 * }];
 * ```
 */
export interface Comparator {
  /** What such an object is called in summaries: `view`, `statistics`. */
  readonly kind: string;
  /**
   * The wanted objects: by name the statement that creates each, without the name of the main schema. They are created
   * in this order, those of earlier comparators first.
   */
  readonly wanted: Readonly<Record<string, string>>;
  /**
   * Reads the objects of a schema.
   *
   * @param connection connection in a transaction, with the schema first in its search path
   * @param schema the main schema, or the scratch schema
   * @returns all of the kind, also those that are not wanted
   */
  live(connection: Connection, schema: string): Promise<readonly LiveObject[]>;
  /** Drops objects that are not wanted (default: they are ignored). */
  readonly dropsUnknown?: boolean;
}
