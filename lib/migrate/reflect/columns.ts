/** Reads the columns of ordinary tables from the catalogs. @module */
import { isColumnType } from "../../values/types.ts";
import type { ColumnSchema } from "../database_schema.ts";

/** A row of {@linkcode COLUMNS}. */
export interface ColumnRow {
  /** The oid of its table. */
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly default: string | null;
  /** `pg_attribute.attidentity`: `a` for always, `d` for by default. */
  readonly identity: string;
  /** `pg_attribute.attgenerated`: `s` for stored, `v` for virtual. */
  readonly generated: string;
  readonly serial: boolean;
  /** The sequence that numbers the rows, with its options where they are not the usual ones. */
  readonly sequence: string | null;
  readonly sequence_options: readonly string[] | null;
  /** Whether it has storage or statistics settings. */
  readonly settings: boolean;
  readonly collation: string | null;
  /** Schema of the type or element type if it is an enum, else `null`. */
  readonly enum_schema: string | null;
  readonly comment: string | null;
}

/**
 * SQL condition: a column has storage or statistics settings, which models cannot describe. Of its options only those
 * that a statement sets count: servers keep their own there.
 *
 * @param column alias of pg_attribute
 * @param type alias of pg_type
 */
export function hasSettings(column: string, type: string): string {
  return `(${column}.attstorage <> ${type}.typstorage OR ${column}.attcompression <> ''
           OR ${column}.attoptions::text LIKE '%n_distinct%' OR coalesce(${column}.attstattarget, -1) <> -1)`;
}

/** The sequence of a column: with any option START is said, too, which the others may exclude. */
const SEQUENCE = `
SELECT s.relname::text AS name,
       CASE WHEN o.options <> '{}' OR q.seqstart <> 1 THEN o.options || ('START WITH ' || q.seqstart) END AS options
  FROM pg_depend p
  JOIN pg_class s ON s.oid = p.objid AND s.relkind = 'S'
  JOIN pg_sequence q ON q.seqrelid = s.oid
 CROSS JOIN LATERAL (
   SELECT array_remove(ARRAY[
            CASE WHEN q.seqincrement <> 1 THEN 'INCREMENT BY ' || q.seqincrement END,
            CASE WHEN q.seqmin <> 1 THEN 'MINVALUE ' || q.seqmin END,
            CASE WHEN q.seqmax < 2::numeric ^ (t.typlen * 8 - 1) - 1 THEN 'MAXVALUE ' || q.seqmax END,
            CASE WHEN q.seqcache <> 1 THEN 'CACHE ' || q.seqcache END,
            CASE WHEN q.seqcycle THEN 'CYCLE' END], NULL) AS options) o
 WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass AND p.refobjid = a.attrelid
   AND p.refobjsubid = a.attnum AND p.deptype IN ('a', 'i') AND (a.attidentity <> '' OR d.oid IS NOT NULL)
 ORDER BY s.oid LIMIT 1`;

/** Query; `$1` is the list of schemas. */
export const COLUMNS = `
SELECT a.attrelid::text AS table, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
       NOT a.attnotnull AS nullable, pg_get_expr(d.adbin, d.adrelid, true) AS default,
       a.attidentity::text AS identity, a.attgenerated::text AS generated,
       CASE WHEN d.oid IS NOT NULL THEN EXISTS (
         SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass
            AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum AND o.deptype = 'a'
            AND (SELECT s.relkind FROM pg_class s WHERE s.oid = o.objid) = 'S') ELSE false END AS serial,
       q.name AS sequence, q.options AS sequence_options, ${hasSettings("a", "t")} AS settings,
       CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation,
       (SELECT en.nspname::text FROM pg_type e JOIN pg_namespace en ON en.oid = e.typnamespace
         WHERE e.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
           AND e.typtype = 'e') AS enum_schema,
       m.description AS comment
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN LATERAL (${SEQUENCE}) q ON true
  LEFT JOIN pg_description m ON m.classoid = 'pg_class'::regclass AND m.objoid = a.attrelid AND m.objsubid = a.attnum
 WHERE n.nspname = ANY($1) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum`;

/**
 * Converts a row into a column.
 *
 * @param enumSchema schema of the enum types that models can name
 */
export function columnOf(row: ColumnRow, enumSchema: string): ColumnSchema {
  const { name, type, nullable, comment, collation, serial } = row;
  const isNumbered = row.identity !== "" || serial && row.default !== null;
  return {
    name,
    type,
    nullable,
    default: row.generated === "" ? row.default : null,
    identity: row.identity === "" ? null : row.identity === "a" ? "always" : "by default",
    comment,
    ...(row.generated === "s" ? { generated: row.default! } : {}),
    ...(collation === null ? {} : { collation }),
    ...(serial && row.default !== null ? { isSerial: true } : {}),
    ...(isNumbered && row.sequence_options !== null
      ? { sequence: { name: row.sequence!, options: row.sequence_options } }
      : {}),
    ...(isOrdinaryType(row, enumSchema) ? {} : { isSqlType: true }),
    ...(row.generated === "v" ? { isFixed: true } : {}),
    ...leftAlone(row, enumSchema),
  };
}

function isOrdinaryType({ type, enum_schema }: ColumnRow, enumSchema: string): boolean {
  return isColumnType(type) || enum_schema === enumSchema;
}

/** Reason to keep a column that the models do not have, and not to touch what stands on it. */
function leftAlone(row: ColumnRow, enumSchema: string): { leftAlone?: string } {
  const reason = /\p{Lu}/u.test(row.name)
    ? "its name contains capital letters"
    : row.generated !== ""
    ? "its value is generated"
    : row.serial
    ? "it is serial"
    : row.identity === "a"
    ? "it is GENERATED ALWAYS AS IDENTITY"
    : !isOrdinaryType(row, enumSchema)
    ? `its type is ${row.type}`
    : row.collation !== null
    ? "it has a collation"
    : row.settings
    ? "it has storage or statistics settings"
    : undefined;
  return reason === undefined ? {} : { leftAlone: reason };
}
