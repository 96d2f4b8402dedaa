/** Reads the constraints of ordinary tables from the catalogs. @module */
import type { ReferentialAction } from "../../schema/columns.ts";
import type { ForeignKeySchema, KeySchema, ObjectName, PartSchema } from "../database_schema.ts";
import { inherits, isNamedOtherwise, isOrdinary } from "./relations.ts";

/** A row of {@linkcode CONSTRAINTS}. */
export interface ConstraintRow {
  /** The oid of its table. */
  readonly table: string;
  readonly name: string;
  /** `pg_constraint.contype`: p primary key, u unique, f foreign key, c check, x exclusion, t constraint trigger. */
  readonly kind: "p" | "u" | "f" | "c" | "x" | "t";
  readonly columns: readonly string[];
  /** Columns of its index that are not in `columns`: included ones, and those in expressions. */
  readonly more_columns: readonly string[];
  /** Condition of a check. */
  readonly expression: string | null;
  readonly to_schema: string | null;
  readonly to_name: string | null;
  readonly to_kind: string | null;
  readonly to_inherits: boolean;
  readonly referred: readonly string[];
  readonly on_delete: string;
  readonly on_update: string;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  /** `pg_get_constraintdef()`. */
  readonly definition: string;
  /** Features that only the definition says. */
  readonly features: readonly string[];
}

/**
 * Query; `$1` is the list of schemas. The columns of `newer` that a server lacks come from `older`, which is farther
 * outside: names are looked up from the inside.
 */
export const CONSTRAINTS = `
SELECT c.conrelid::text AS table, c.conname::text AS name, c.contype::text AS kind,
       ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (number, position)
               JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number ORDER BY k.position) AS columns,
       CASE WHEN c.contype = 'x' OR i.indnatts > i.indnkeyatts THEN ARRAY(
         SELECT DISTINCT a.attname::text COLLATE "C"
           FROM pg_depend d JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = d.refobjsubid
          WHERE (d.classid, d.objid) IN (('pg_class'::regclass, i.indexrelid), ('pg_constraint'::regclass, c.oid))
            AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.conrelid
            AND a.attnum <> ALL(c.conkey) ORDER BY 1) ELSE '{}' END AS more_columns,
       CASE WHEN c.contype = 'c' THEN pg_get_expr(c.conbin, c.conrelid, true) END AS expression,
       fn.nspname::text AS to_schema, f.relname::text AS to_name, f.relkind::text AS to_kind,
       ${inherits("f")} AS to_inherits,
       ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k (number, position)
               JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number ORDER BY k.position) AS referred,
       c.confdeltype::text AS on_delete, c.confupdtype::text AS on_update, c.condeferrable AS deferrable,
       c.condeferred AS deferred, pg_get_constraintdef(c.oid) AS definition,
       array_remove(ARRAY[
         CASE WHEN c.condeferrable THEN 'deferrable' END,
         CASE WHEN NOT c.convalidated THEN 'not validated' END,
         CASE WHEN NOT newer.conenforced THEN 'not enforced' END,
         CASE WHEN newer.conperiod THEN 'over periods of time' END,
         CASE WHEN c.contype = 'c' AND c.connoinherit THEN 'not inherited' END,
         CASE WHEN c.contype = 'f' AND c.confmatchtype <> 's' THEN 'not of the kind MATCH SIMPLE' END,
         CASE WHEN newer.confdelsetcols IS NOT NULL THEN 'sets some of the columns' END,
         CASE WHEN newer_index.indnullsnotdistinct THEN 'nulls not distinct' END,
         CASE WHEN i.indnatts > i.indnkeyatts THEN 'with included columns' END
       ], NULL) AS features
  FROM (VALUES (true, false, NULL::int2[], false)) AS older (conenforced, conperiod, confdelsetcols, indnullsnotdistinct)
 CROSS JOIN pg_constraint c
 CROSS JOIN LATERAL (SELECT conenforced, conperiod, confdelsetcols FROM pg_constraint x WHERE x.oid = c.oid) AS newer
  JOIN pg_class t ON t.oid = c.conrelid AND t.relkind = 'r'
  JOIN pg_namespace n ON n.oid = t.relnamespace
  LEFT JOIN pg_class f ON f.oid = c.confrelid
  LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
  LEFT JOIN pg_index i ON i.indexrelid = c.conindid AND c.contype IN ('p', 'u', 'x')
  LEFT JOIN LATERAL (SELECT indnullsnotdistinct FROM pg_index x WHERE x.indexrelid = i.indexrelid) AS newer_index ON true
 WHERE n.nspname = ANY($1) AND c.contype <> 'n'
 ORDER BY c.conname COLLATE "C"`;

/** Names of the kinds. */
export const CONSTRAINT_KINDS: Readonly<Record<ConstraintRow["kind"], string>> = {
  p: "primary key",
  u: "unique constraint",
  f: "foreign key",
  c: "check",
  x: "exclusion constraint",
  t: "constraint trigger",
};

const ACTIONS: Readonly<Record<string, ReferentialAction>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

/** Name and columns of a constraint. */
export function nameAndUse({ name, columns, more_columns: more }: ConstraintRow): Pick<PartSchema, "name" | "uses"> {
  return { name, uses: [...columns, ...more] };
}

/** Converts a row into a primary key or unique constraint. */
export function keyOf(row: ConstraintRow): KeySchema {
  return { ...nameAndUse(row), columns: row.columns, ...deferrable(row), ...leftAlone(row) };
}

/**
 * Converts a row into a foreign key.
 *
 * @param nameOf returns the name of a table in a schema
 */
export function foreignKeyOf(
  row: ConstraintRow,
  nameOf: (schema: string, name: string) => ObjectName,
): ForeignKeySchema {
  return {
    ...keyOf(row),
    to: nameOf(row.to_schema!, row.to_name!),
    referred: row.referred,
    onDelete: ACTIONS[row.on_delete],
    onUpdate: ACTIONS[row.on_update],
  };
}

function deferrable({ deferrable, deferred }: ConstraintRow): Pick<KeySchema, "deferrable"> {
  return deferrable ? { deferrable: deferred ? "deferred" : true } : {};
}

/**
 * Reason to ignore a constraint that the models do not have, and its definition, if the other fields do not say
 * everything.
 */
export function leftAlone(row: ConstraintRow): Pick<PartSchema, "leftAlone" | "definition"> {
  const { features, to_name: name, to_kind: kind, to_inherits: inherits } = row;
  const isToOdd = name !== null && kind !== null && !isOrdinary({ name, kind, inherits });
  const reasons = [
    ...features,
    ...(isToOdd ? [`references ${name}, which models cannot describe`] : []),
    ...(name !== null && isNamedOtherwise(name) ? [`references ${name}, whose name is not in snake_case`] : []),
  ];
  const isDeferrable = row.kind !== "p" && row.kind !== "c" && String(features) === "deferrable";
  const isSaid = !isToOdd && (features.length === 0 || isDeferrable);
  return {
    ...(reasons.length > 0 ? { leftAlone: reasons.join(", ") } : {}),
    ...(reasons.length > 0 && !isSaid ? { definition: row.definition } : {}),
  };
}
