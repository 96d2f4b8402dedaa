/** Reads from the catalogs what depends on tables, their parts and types. @module */
import type { Dependent } from "../database_schema.ts";

/** A row of {@linkcode DEPENDENTS}. */
export interface DependentRow extends Dependent {
  /** The oid of the table on which the object depends, or to whose columns, keys, indexes or row type it refers. */
  readonly table: string | null;
  /** The column, if it depends on one, or on a sequence that belongs to one. */
  readonly column: string | null;
  /** The key or index. */
  readonly part: string | null;
  /** The oid of the type or element type, unless it is the row type of a table. */
  readonly type: string | null;
  /** The oid of the table to which the object belongs, such as that of a policy. */
  readonly of: string | null;
  /** Description of the relation of which it is a column, such as a view. */
  readonly relation: string | null;
}

/**
 * Query, one pass over pg_depend; `$1` is the list of schemas. Excludes what belongs to the same table and is read with
 * it: indexes, constraints, defaults and sequences of columns.
 */
export const DEPENDENTS = `
WITH looked_at AS (SELECT oid FROM pg_namespace WHERE nspname = ANY($1)),
found AS (
  SELECT DISTINCT d.classid, d.objid, d.objsubid,
         coalesce(o.refobjid, i.indrelid, k.conrelid, nullif(t.typrelid, 0), c.oid) AS table,
         coalesce(o.refobjsubid, CASE WHEN c.relkind = 'r' THEN d.refobjsubid END, 0) AS number,
         CASE WHEN c.relkind = 'i' THEN c.relname ELSE k.conname END AS part,
         CASE WHEN t.typrelid = 0 THEN t.oid END AS type
    FROM pg_depend d
    LEFT JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
    LEFT JOIN pg_index i ON c.relkind = 'i' AND i.indexrelid = c.oid
    LEFT JOIN pg_depend o ON c.relkind = 'S' AND o.classid = 'pg_class'::regclass AND o.objid = c.oid
                         AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
    LEFT JOIN pg_constraint k ON d.refclassid = 'pg_constraint'::regclass AND k.oid = d.refobjid
    LEFT JOIN pg_type a ON d.refclassid = 'pg_type'::regclass AND a.oid = d.refobjid
    LEFT JOIN pg_type t ON t.oid = CASE WHEN a.typelem <> 0 AND a.typlen = -1 THEN a.typelem ELSE a.oid END
   WHERE (d.deptype = 'n' AND (d.classid <> 'pg_class'::regclass OR d.objsubid > 0)
          OR d.deptype = 'a' AND (d.classid IN ('pg_statistic_ext'::regclass, 'pg_publication_rel'::regclass)
                                  OR d.classid = 'pg_class'::regclass AND d.objsubid > 0))
     AND coalesce(c.relkind, 'r') IN ('r', 'i', 'S')
     AND coalesce(c.relnamespace, k.connamespace, t.typnamespace) IN (SELECT oid FROM looked_at)
), known AS (
  SELECT found.*, coalesce(r.ev_class, f.adrelid, nullif(k.conrelid, 0), p.polrelid, g.tgrelid, c.oid) AS of,
         CASE found.classid
           WHEN 'pg_rewrite'::regclass THEN CASE WHEN r.rulename = '_RETURN' THEN 'view' ELSE 'rule' END
           WHEN 'pg_attrdef'::regclass THEN CASE WHEN b.attgenerated <> '' THEN 'generated column' ELSE 'default' END
           WHEN 'pg_constraint'::regclass THEN CASE WHEN k.contype = 'f' THEN 'foreign key' ELSE 'constraint' END
           WHEN 'pg_policy'::regclass THEN 'policy'
           WHEN 'pg_trigger'::regclass THEN 'trigger'
           WHEN 'pg_proc'::regclass THEN 'routine'
           WHEN 'pg_publication_rel'::regclass THEN 'publication'
           WHEN 'pg_statistic_ext'::regclass THEN 'statistics'
           WHEN 'pg_type'::regclass THEN 'type'
           WHEN 'pg_class'::regclass THEN CASE WHEN b.attgenerated <> '' THEN 'generated column' ELSE 'column' END
           ELSE 'other' END AS kind,
         f.adnum, b.attname
    FROM found
    LEFT JOIN pg_rewrite r ON found.classid = 'pg_rewrite'::regclass AND r.oid = found.objid
    LEFT JOIN pg_attrdef f ON found.classid = 'pg_attrdef'::regclass AND f.oid = found.objid
    LEFT JOIN pg_constraint k ON found.classid = 'pg_constraint'::regclass AND k.oid = found.objid
    LEFT JOIN pg_policy p ON found.classid = 'pg_policy'::regclass AND p.oid = found.objid
    LEFT JOIN pg_trigger g ON found.classid = 'pg_trigger'::regclass AND g.oid = found.objid
    LEFT JOIN pg_class c ON found.classid = 'pg_class'::regclass AND c.oid = found.objid
    LEFT JOIN pg_attribute b ON b.attrelid = coalesce(f.adrelid, c.oid)
                            AND b.attnum = coalesce(f.adnum, nullif(found.objsubid, 0))
   WHERE NOT (k.oid IS NOT NULL AND k.conrelid = found.table)
     AND NOT (f.oid IS NOT NULL AND f.adrelid = found.table AND f.adnum = found.number)
)
SELECT DISTINCT k.table::text, a.attname::text AS column, k.part::text, k.type::text, k.of::text, k.kind,
       CASE WHEN k.kind = 'generated column' AND k.of = k.table THEN k.attname::text END AS generated,
       CASE k.kind
         WHEN 'view' THEN pg_describe_object('pg_class'::regclass, k.of, 0)
         WHEN 'generated column'
           THEN 'generated ' || pg_describe_object('pg_class'::regclass, k.of, coalesce(k.adnum, k.objsubid))
         ELSE pg_describe_object(k.classid, k.objid, k.objsubid) END COLLATE "C" AS name,
       CASE k.kind WHEN 'column' THEN pg_describe_object('pg_class'::regclass, k.of, 0) END AS relation
  FROM known k
  LEFT JOIN pg_attribute a ON k.number > 0 AND a.attrelid = k.table AND a.attnum = k.number
 WHERE k.number > 0 OR k.part IS NOT NULL OR k.type IS NOT NULL OR k.of IS DISTINCT FROM k.table
 ORDER BY name`;

/**
 * Adds dependents to a table or part.
 *
 * @param rows rows that concern it
 */
export function withDependents<Part>(part: Part, rows: readonly DependentRow[]): Part {
  if (rows.length === 0) return part;
  const byName = new Map(rows.map(({ kind, name, generated }): [string, Dependent] => [
    name,
    generated === null || generated === undefined ? { kind, name } : { kind, name, generated },
  ]));
  return { ...part, dependents: [...byName.values()] };
}

/** A row of {@linkcode DEPENDENTS_OF_OBJECTS}: descriptions of an object, and of one that it needs. */
export interface ObjectDependentRow {
  readonly name: string;
  readonly needed: string;
}

/** Query; `$1` is a list of descriptions, as `pg_describe_object()` returns them. */
export const DEPENDENTS_OF_OBJECTS = `
WITH links AS (
  SELECT CASE WHEN r.rulename = '_RETURN' THEN pg_describe_object('pg_class'::regclass, r.ev_class, 0)
              ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END COLLATE "C" AS name,
         CASE WHEN t.typrelid <> 0 THEN pg_describe_object('pg_class'::regclass, t.typrelid, 0)
              ELSE pg_describe_object(d.refclassid, d.refobjid, 0) END AS needed
    FROM pg_depend d
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
   WHERE d.deptype IN ('n', 'a') AND d.refclassid <> 'pg_namespace'::regclass
)
SELECT DISTINCT name, needed FROM links WHERE needed = ANY($1) AND name <> needed ORDER BY name`;
