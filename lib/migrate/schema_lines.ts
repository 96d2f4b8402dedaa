/** Describes a schema as lines of text, which dry runs compare. @module */
import type { Connection } from "../engine/connection.ts";

/**
 * Lists tables, columns, comments, constraints, indexes, enums, routines, triggers, policies, extended statistics and the
 * tables of publications, one line each.
 *
 * @param versionTable name of the version table, which is left out with its log
 */
export async function schemaLines(connection: Connection, versionTable: string = "schema_version"): Promise<string[]> {
  return (await connection.execute<{ line: string }>(LINES, [versionTable])).scalars().all();
}

/**
 * Compares two lists of lines.
 *
 * @returns the lines that are only in `before`, prefixed with `- `, then those only in `after`, prefixed with `+ `
 */
export function lineChanges(before: readonly string[], after: readonly string[]): string[] {
  const [old, now] = [new Set(before), new Set(after)];
  return [
    ...before.filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}

/** Query; excludes system schemas, objects of extensions and the tables of migrations. */
const LINES = `
WITH named AS (
  SELECT c.oid, c.relkind, c.oid::regclass::text AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relname NOT IN ($1::text, $1 || '_log', $1 || '_log_id_seq')
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
), lines AS (
  SELECT 1 AS kind, name || CASE relkind WHEN 'v' THEN ' view: ' || pg_get_viewdef(oid)
                                         WHEN 'm' THEN ' materialized view: ' || pg_get_viewdef(oid)
                                         WHEN 'S' THEN ' sequence' ELSE ' table' END AS line
    FROM named WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 2, format('%s column %I %s%s%s%s', name, attname, format_type(atttypid, atttypmod),
                   CASE WHEN attcollation <> typcollation THEN ' collate ' || attcollation::regcollation::text END,
                   CASE WHEN attnotnull THEN ' not null' END,
                   CASE WHEN attidentity <> '' THEN CASE attidentity WHEN 'a' THEN ' always' ELSE ' by default' END
                          || ' as identity'
                        WHEN attgenerated <> '' THEN CASE attgenerated WHEN 's' THEN ' stored ' ELSE ' virtual ' END
                          || pg_get_expr(adbin, adrelid)
                        ELSE ' default ' || pg_get_expr(adbin, adrelid) END)
    FROM named JOIN pg_attribute a ON a.attrelid = named.oid AND attnum > 0 AND NOT attisdropped
    JOIN pg_type ON pg_type.oid = atttypid
    LEFT JOIN pg_attrdef ON adrelid = named.oid AND adnum = attnum
   WHERE relkind IN ('r', 'p', 'f')
  UNION ALL
  SELECT 8, format('%s comment %L', concat_ws(' column ', name, quote_ident(attname)), description)
    FROM named JOIN pg_description ON classoid = 'pg_class'::regclass AND objoid = named.oid
    LEFT JOIN pg_attribute ON objsubid > 0 AND attrelid = named.oid AND attnum = objsubid
   WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
  UNION ALL
  SELECT 3, format('%s constraint %I %s', name, conname, pg_get_constraintdef(c.oid))
    FROM named JOIN pg_constraint c ON conrelid = named.oid WHERE contype <> 'n'
  UNION ALL
  SELECT 4, pg_get_indexdef(indexrelid) || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END
    FROM named JOIN pg_index ON indrelid = named.oid
   WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  UNION ALL
  SELECT 5, format('trigger %s', pg_get_triggerdef(t.oid))
    FROM named JOIN pg_trigger t ON tgrelid = named.oid WHERE NOT tgisinternal
  UNION ALL
  SELECT 6, format('%s type: %s', enumtypid::regtype, string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder))
    FROM pg_enum GROUP BY enumtypid
  UNION ALL
  SELECT 7, format('%s routine: %s', p.oid::regprocedure, pg_get_functiondef(p.oid))
    FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
   WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND prokind <> 'a'
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 9, format('%s policy %I %s for %s to %s%s%s', name, polname,
                   CASE WHEN polpermissive THEN 'permissive' ELSE 'restrictive' END, polcmd,
                   ARRAY(SELECT CASE role WHEN 0 THEN 'public' ELSE role::regrole::text END FROM unnest(polroles) role),
                   ' using ' || pg_get_expr(polqual, polrelid), ' check ' || pg_get_expr(polwithcheck, polrelid))
    FROM named JOIN pg_policy ON polrelid = named.oid
  UNION ALL
  SELECT 10, pg_get_statisticsobjdef(s.oid) FROM named JOIN pg_statistic_ext s ON stxrelid = named.oid
  UNION ALL
  SELECT 11, format('%s publication %I%s%s', name, p.pubname, CASE WHEN to_jsonb(r)->>'prattrs' <> '' THEN ' columns ' || (to_jsonb(t)->>'attnames') END,
                    ' where ' || (to_jsonb(t)->>'rowfilter')) -- columns of the view that PostgreSQL 14 lacks
    FROM named JOIN pg_publication_rel r ON prrelid = named.oid JOIN pg_publication p ON p.oid = prpubid
    LEFT JOIN pg_publication_tables t ON t.pubname = p.pubname
                                     AND to_regclass(format('%I.%I', t.schemaname, t.tablename)) = named.oid
)
SELECT line FROM lines ORDER BY split_part(line, ' ', 1) COLLATE "C", kind, line COLLATE "C"`;
