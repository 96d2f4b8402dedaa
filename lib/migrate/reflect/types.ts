/** Reads types and routines from the catalogs. @module */

/** A row of {@linkcode TYPES}. */
export interface TypeRow {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  /** `pg_type.typtype`: e enum, d domain, r range. */
  readonly kind: "e" | "d" | "r";
  readonly values: readonly string[];
}

/** Query; `$1` is the list of schemas. Excludes objects of extensions. */
export const TYPES = `
SELECT t.oid::text AS id, n.nspname::text AS schema, t.typname::text AS name, t.typtype::text AS kind,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS values
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
