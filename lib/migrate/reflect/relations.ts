/** Reads tables, views, sequences and other relations from the catalogs. @module */
import { isTableName } from "../../base/naming.ts";
import { hasSettings } from "./columns.ts";

/** A row of {@linkcode RELATIONS}. */
export interface RelationRow {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  /** `pg_class.relkind`: r table, p partitioned table, v view, … */
  readonly kind: string;
  readonly comment: string | null;
  readonly inherits: boolean;
  /** Features of an ordinary table that models cannot describe. */
  readonly features: readonly string[];
  readonly triggers: readonly string[];
  readonly policies: readonly string[];
}

/**
 * SQL condition: a row of pg_class is a parent or child in an inheritance tree.
 *
 * @param relation alias of pg_class
 */
export function inherits(relation: string): string {
  return `EXISTS (SELECT FROM pg_inherits i WHERE ${relation}.oid IN (i.inhrelid, i.inhparent))`;
}

/** Query; `$1` is the list of schemas. Excludes objects of extensions and sequences of columns. */
export const RELATIONS = `
SELECT c.oid::text AS id, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
       obj_description(c.oid, 'pg_class') AS comment,
       ${inherits("c")} AS inherits,
       array_remove(ARRAY[
         CASE c.relpersistence WHEN 'u' THEN 'it is unlogged' WHEN 't' THEN 'it is temporary' END,
         CASE WHEN c.relrowsecurity OR c.relforcerowsecurity THEN 'it has row-level security' END,
         CASE WHEN c.reloptions IS NOT NULL THEN 'it has storage parameters' END,
         CASE WHEN c.reloftype <> 0 THEN 'it is of a type' END,
         CASE WHEN c.relkind = 'r' AND EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid) THEN 'it has a rule' END,
         CASE WHEN c.relkind = 'r' AND c.relreplident <> 'd' THEN 'it has a replica identity' END,
         CASE WHEN EXISTS (SELECT FROM pg_index x WHERE x.indrelid = c.oid AND x.indisclustered)
              THEN 'it is clustered' END,
         CASE WHEN c.relkind = 'r' AND EXISTS (
                SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND ${hasSettings("a", "t")})
              THEN 'it has columns with storage or statistics settings' END,
         CASE WHEN EXISTS (
                SELECT FROM pg_index x JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = x.indexrelid
                 WHERE x.indrelid = c.oid
                UNION ALL
                SELECT FROM pg_constraint k
                  JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
                 WHERE k.conrelid = c.oid) THEN 'it has comments on indexes or constraints' END
       ], NULL) AS features,
       ARRAY(SELECT t.tgname::text COLLATE "C" FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
              ORDER BY 1) AS triggers,
       ARRAY(SELECT p.polname::text COLLATE "C" FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY 1) AS policies
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0))
 ORDER BY c.relname COLLATE "C"`;

/** Names of the kinds other than ordinary tables. */
export const RELATION_KINDS: Readonly<Record<string, string>> = {
  p: "partitioned table",
  v: "view",
  m: "materialized view",
  f: "foreign table",
  S: "sequence",
  c: "composite type",
};

/** Whether models can describe a relation, by its kind, inheritance and name. */
export function isOrdinary({ kind, inherits, name }: Pick<RelationRow, "kind" | "inherits" | "name">): boolean {
  return kind === "r" && !inherits && isTableName(name);
}

/** Whether models need to give the name of a table, which is then not one that they have forgotten. */
export function isNamedOtherwise(name: string): boolean {
  return /[\p{Lu}\s]/u.test(name);
}
