/** Reads types and routines from the catalogs. @module */

/** A row of {@linkcode TYPES}. */
export interface TypeRow {
  readonly schema: string;
  readonly name: string;
  /** `pg_type.typtype`: e enum, d domain, r range. */
  readonly kind: "e" | "d" | "r";
  readonly values: readonly string[];
  /** Dependent objects other than columns, defaults, constraints and indexes of ordinary tables in these schemas. */
  readonly used_by: readonly string[];
}

/** Query; `$1` is the list of schemas. Excludes objects of extensions. */
export const TYPES = `
SELECT n.nspname::text AS schema, t.typname::text AS name, t.typtype::text AS kind,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS values,
       ARRAY(SELECT DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid) COLLATE "C"
               FROM pg_depend d
              WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray) AND d.deptype <> 'i'
                AND t.typtype = 'e'
                AND d.classid NOT IN ('pg_attrdef'::regclass, 'pg_constraint'::regclass)
                AND NOT (d.classid = 'pg_class'::regclass AND EXISTS (
                  SELECT FROM pg_class c JOIN pg_namespace cn ON cn.oid = c.relnamespace
                   WHERE c.oid = d.objid AND (c.relkind = 'i' OR c.relkind = 'r' AND cn.nspname = ANY($1))))
              ORDER BY 1) AS used_by
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
 WHERE n.nspname = ANY($1) AND t.typtype IN ('e', 'd', 'r')
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
 ORDER BY t.typname COLLATE "C"`;

/** Names of the kinds. */
export const TYPE_KINDS: Readonly<Record<TypeRow["kind"], string>> = { e: "enum", d: "domain", r: "range type" };

/** A row of {@linkcode ROUTINES}. */
export interface RoutineRow {
  readonly kind: string;
  readonly name: string;
}

/** Query; `$1` is the list of schemas. Excludes objects of extensions and the constructors of range types. */
export const ROUTINES = `
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
       p.oid::regprocedure::text COLLATE "C" AS name
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = ANY($1)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
 ORDER BY 2`;
