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
  /** `pg_get_indexdef()` from the method on. */
  readonly definition: string;
  /** Features that only the definition says. */
  readonly features: readonly string[];
}

/**
 * Query; `$1` is the list of schemas. Excludes indexes of constraints. `to_jsonb()` reads a column that PostgreSQL 14
 * lacks.
 */
export const INDEXES = `
SELECT i.indrelid::text AS table, x.relname::text AS name, i.indisunique AS unique, m.amname::text AS method,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true) FROM generate_series(1, i.indnkeyatts) k) AS keys,
       pg_get_expr(i.indpred, i.indrelid, true) AS where,
       ARRAY(SELECT DISTINCT a.attname::text COLLATE "C"
               FROM pg_depend d JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid
              WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid ORDER BY 1) AS uses,
       substr(pg_get_indexdef(i.indexrelid), 1 + length(format('CREATE %sINDEX %I ON %I.%I USING ',
         CASE WHEN i.indisunique THEN 'UNIQUE ' END, x.relname, n.nspname, t.relname))) AS definition,
       array_remove(ARRAY[
         CASE WHEN NOT i.indisvalid THEN 'not valid' END,
         CASE WHEN i.indnatts > i.indnkeyatts THEN 'with included columns' END,
         CASE WHEN to_jsonb(i)->>'indnullsnotdistinct' = 'true' THEN 'nulls not distinct' END,
         CASE WHEN EXISTS (SELECT FROM unnest(i.indoption::int2[]) o WHERE o <> 0) THEN 'with a sort order' END,
         CASE WHEN EXISTS (SELECT FROM pg_opclass o WHERE o.oid = ANY(i.indclass::oid[]) AND NOT o.opcdefault)
           THEN 'with an operator class' END,
         CASE WHEN EXISTS (
           SELECT FROM unnest(i.indkey::int2[], i.indcollation::oid[]) AS k (number, chosen)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
            WHERE k.chosen <> a.attcollation) THEN 'with a collation' END,
         CASE WHEN x.reloptions IS NOT NULL THEN 'with storage parameters' END
       ], NULL) AS features
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_am m ON m.oid = x.relam
  JOIN pg_class t ON t.oid = i.indrelid AND t.relkind = 'r'
  JOIN pg_namespace n ON n.oid = t.relnamespace
 WHERE n.nspname = ANY($1)
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
 ORDER BY x.relname COLLATE "C"`;

/** Converts a row into an index; with its definition, if the other fields do not say everything. */
export function indexOf({ name, unique, method, keys, where, uses, definition, features }: IndexRow): IndexSchema {
  const capital = keys.find((key) => /^".*\p{Lu}.*"$/u.test(key));
  const reasons = [...features, ...(capital ? [`the column ${capital} contains capital letters`] : [])];
  const odd = reasons.length > 0 ? { leftAlone: reasons.join(", "), definition } : {};
  return { name, unique, method, keys, where, uses, ...odd };
}
