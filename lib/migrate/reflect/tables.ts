/** Converts catalog rows into tables. @module */
import {
  fullName,
  type ObjectName,
  type PartKind,
  type PartSchema,
  partsOf,
  type TableSchema,
  type UnmodelledObject,
} from "../database_schema.ts";
import { columnOf, type ColumnRow } from "./columns.ts";
import { CONSTRAINT_KINDS, type ConstraintRow, foreignKeyOf, keyOf, leftAlone, nameAndUse } from "./constraints.ts";
import { type DependentRow, withDependents } from "./dependents.ts";
import { indexOf, type IndexRow } from "./indexes.ts";
import { isNamedOtherwise, RELATION_KINDS, type RelationRow } from "./relations.ts";

/** Returns the name of a table in a schema. */
export type NameOf = (schema: string, name: string) => ObjectName;

/** Catalog rows of a table. */
export interface TableRows {
  readonly relation: RelationRow;
  readonly columns: readonly ColumnRow[];
  readonly constraints: readonly ConstraintRow[];
  readonly indexes: readonly IndexRow[];
  readonly dependents: readonly DependentRow[];
}

/** Names of the parts of a table. */
const PART_WORDS: Readonly<Record<PartKind, string>> = {
  column: "column",
  primaryKey: CONSTRAINT_KINDS.p,
  unique: CONSTRAINT_KINDS.u,
  check: CONSTRAINT_KINDS.c,
  foreignKey: CONSTRAINT_KINDS.f,
  index: "index",
  constraint: CONSTRAINT_KINDS.x,
};

/** Converts a relation that models cannot describe. */
export function oddRelation({ kind, schema, name, inherits }: RelationRow, nameOf: NameOf): UnmodelledObject {
  const object = { kind: RELATION_KINDS[kind] ?? "table", name: fullName(nameOf(schema, name)) };
  if (kind !== "r") return object;
  return { ...object, reason: inherits ? "it is part of an inheritance tree" : oddName(name) };
}

function oddName(name: string): string {
  return name.includes(".") ? "its name contains a dot" : "its name has blanks at its ends";
}

/** Converts an ordinary table, with its features that models cannot describe. */
export function readTable(
  { relation, columns, constraints, indexes, dependents }: TableRows,
  main: string,
  nameOf: NameOf,
): { readonly table: TableSchema; readonly unmodelled: readonly UnmodelledObject[] } {
  const ofKind = (...kinds: ConstraintRow["kind"][]) => constraints.filter(({ kind }) => kinds.includes(kind));
  const [ofColumn, ofPart] = [
    Map.groupBy(dependents, ({ column }) => column),
    Map.groupBy(dependents, ({ part }) => part),
  ];
  const used = <Part extends PartSchema>(part: Part) => withDependents(part, ofPart.get(part.name) ?? []);
  const table: TableSchema = withDependents({
    ...nameOf(relation.schema, relation.name),
    comment: relation.comment,
    columns: columns.map((row) => withDependents(columnOf(row, main), ofColumn.get(row.name) ?? [])),
    primaryKey: ofKind("p").map((row) => used(keyOf(row))).at(0) ?? null,
    uniques: ofKind("u").map((row) => used(keyOf(row))),
    checks: ofKind("c").map((row) => ({ ...nameAndUse(row), expression: row.expression!, ...leftAlone(row) })),
    foreignKeys: ofKind("f").map((row) => foreignKeyOf(row, nameOf)),
    indexes: indexes.map((row) => used(indexOf(row))),
    others: ofKind("x").map((row) => ({
      ...nameAndUse(row),
      definition: row.definition,
      leftAlone: CONSTRAINT_KINDS.x,
    })),
  }, dependents.filter(({ of }) => of !== relation.id));
  const name = fullName(table);
  const parts = (Object.keys(PART_WORDS) as PartKind[]).flatMap((kind) =>
    partsOf(table, kind).flatMap((part): UnmodelledObject[] => {
      const object = { kind: PART_WORDS[kind], name: `${name}.${part.name}`, part: { table, kind, part } };
      if (part.leftAlone === undefined) return [];
      return [part.leftAlone === object.kind ? object : { ...object, reason: part.leftAlone }];
    })
  );
  const unmodelled: UnmodelledObject[] = [
    ...(table.primaryKey ? [] : [{ kind: "table", name, reason: "it has no primary key" }]),
    ...relation.features.map((reason) => ({ kind: "table", name, reason })),
    ...parts,
    ...ofKind("t").map((row) => ({ kind: CONSTRAINT_KINDS.t, name: `${name}.${row.name}` })),
    ...attached(relation, name),
  ];
  const reasons = [
    ...(isNamedOtherwise(relation.name) ? ["its name is not in snake_case"] : []),
    ...unmodelled.map((object) => about(object, name)),
    ...(table.dependents ?? []).map(({ name }) => `${name} depends on it`),
  ];
  return { table: reasons.length > 0 ? { ...table, leftAlone: reasons.join("; ") } : table, unmodelled };
}

/**
 * Lists the triggers and policies of a relation.
 *
 * @param table qualified name of the relation
 */
export function attached({ triggers, policies }: RelationRow, table: string): UnmodelledObject[] {
  return [
    ...triggers.map((name) => ({ kind: "trigger", name: `${table}.${name}` })),
    ...policies.map((name) => ({ kind: "policy", name: `${table}.${name}` })),
  ];
}

function about({ kind, name, reason }: UnmodelledObject, table: string): string {
  if (kind === "table") return reason!;
  return `it has the ${kind} ${name.slice(table.length + 1)}${reason === undefined ? "" : ` (${reason})`}`;
}
