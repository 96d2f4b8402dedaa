/** Reads the indexes of ordinary tables from the catalogs. @module */
import type { IndexSchema } from "../database_schema.ts";

/** A row of {@linkcode INDEXES}. */
export interface IndexRow {
  /** The oid of its table. */
  readonly table: string;
  readonly name: string;
  readonly unique: boolean;
  readonly method: string;
  readonly keys: readonly string[];
  readonly where: string | null;
  /** Columns in keys, expressions and the condition. */
  readonly uses: readonly string[];
  /** `pg_get_indexdef()` from the method on, if the other fields may not say everything. */
  readonly definition: string | null;
  /** Features that only the definition says. */
  readonly features: readonly string[];
}

/**
 * Query; `$1` is the list of schemas. Excludes indexes of constraints. PostgreSQL 14 lacks the column of `newer`, which
 * then comes from `older`.
 */
export const INDEXES = `
SELECT found.*, CASE WHEN features <> '{}' THEN
         substr(pg_get_indexdef(oid), 1 + length(format('CREATE %sINDEX %I ON %I.%I USING ',
           CASE WHEN found.unique THEN 'UNIQUE ' END, name, table_schema, table_name))) END AS definition
  FROM (
SELECT i.indexrelid AS oid, n.nspname AS table_schema, t.relname AS table_name, i.indrelid::text AS table, x.relname::text AS name, i.indisunique AS unique, m.amname::text AS method,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true) FROM generate_series(1, i.indnkeyatts) k) AS keys,
       pg_get_expr(i.indpred, i.indrelid, true) AS where,
       ARRAY(SELECT DISTINCT a.attname::text COLLATE "C"
               FROM pg_depend d JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid
              WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid ORDER BY 1) AS uses,
       array_remove(ARRAY[
         CASE WHEN NOT i.indisvalid THEN 'not valid' END,
         CASE WHEN i.indnatts > i.indnkeyatts THEN 'with included columns' END,
         CASE WHEN newer.indnullsnotdistinct THEN 'nulls not distinct' END,
         CASE WHEN 0 <> ANY(i.indoption::int2[]) THEN 'with a sort order' END,
         CASE WHEN i.indclass::oid[] && ARRAY(SELECT o.oid FROM pg_opclass o WHERE NOT o.opcdefault)
           THEN 'with an operator class' END,
         CASE WHEN EXISTS (
           SELECT FROM unnest(i.indkey::int2[], i.indcollation::oid[]) AS k (number, chosen)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
            WHERE k.chosen <> a.attcollation) THEN 'with a collation' END,
         CASE WHEN x.reloptions IS NOT NULL THEN 'with storage parameters' END
       ], NULL) AS features
  FROM (VALUES (false)) AS older (indnullsnotdistinct)
 CROSS JOIN pg_index i
 CROSS JOIN LATERAL (SELECT indnullsnotdistinct FROM pg_index y WHERE y.indexrelid = i.indexrelid) AS newer
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_am m ON m.oid = x.relam
  JOIN pg_class t ON t.oid = i.indrelid AND t.relkind = 'r'
  JOIN pg_namespace n ON n.oid = t.relnamespace
 WHERE n.nspname = ANY($1)
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
) AS found
 ORDER BY name COLLATE "C"`;

/** Converts a row into an index; with its definition, if the other fields do not say everything. */
export function indexOf({ name, unique, method, keys, where, uses, definition, features }: IndexRow): IndexSchema {
  const odd = features.length > 0 ? { leftAlone: features.join(", "), definition: definition! } : {};
  return { name, unique, method, keys, where, uses, ...odd };
}
