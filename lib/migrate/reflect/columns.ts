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
  readonly collation: string | null;
  /** Schema of the type or element type if it is an enum, else `null`. */
  readonly enum_schema: string | null;
  readonly comment: string | null;
}

/** Query; `$1` is the list of schemas. */
export const COLUMNS = `
SELECT a.attrelid::text AS table, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
       NOT a.attnotnull AS nullable, pg_get_expr(d.adbin, d.adrelid, true) AS default,
       a.attidentity::text AS identity, a.attgenerated::text AS generated,
       CASE WHEN d.oid IS NOT NULL THEN EXISTS (
         SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass
            AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum AND o.deptype = 'a'
            AND (SELECT s.relkind FROM pg_class s WHERE s.oid = o.objid) = 'S') ELSE false END AS serial,
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
    : undefined;
  return reason === undefined ? {} : { leftAlone: reason };
}
