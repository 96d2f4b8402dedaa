/**
 * The statements for rows that refer to deleted ones, whether the session knows them or not: one for each relation, and
 * for each relation of what these delete in turn. Nothing here talks to a database.
 *
 * @module
 */
import { quote } from "../base/quote.ts";
import { InvalidModelError } from "../schema/errors.ts";
import type { Table, TableColumn } from "../schema/table.ts";
import { isHandled, type ReferringRows } from "./cascades.ts";
import { sentValue } from "./column_value.ts";
import { isServers, renewal, renewedColumns } from "./dml.ts";
import { FreeNames } from "./free_names.ts";
import { clearedColumns } from "./reference.ts";
import type { Relation } from "./relation.ts";
import { relationsOf } from "./relations.ts";
import { areEqual, isGiven } from "./selects.ts";
import { names, namesOf, returningList } from "./statement_parts.ts";
import type { WriteStatement } from "./write_statement.ts";

/** Which rows of a table are meant. */
interface Condition {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Returns the SQL and the values of the rows that refer to deleted ones, except those written otherwise. */
function conditionOf({ relation, keys, except }: ReferringRows): Condition {
  const { columns, referredColumns, from: { primaryKey } } = relation.key;
  const sent = (columns: readonly TableColumn[], rows: readonly (readonly unknown[])[]) =>
    columns.map((column, index) => rows.map((row) => sentValue(column, row[index])));
  const listOf = (columns: readonly TableColumn[]) => columns.map(({ name }) => quote(name));
  const given = isGiven(listOf(columns), referredColumns);
  if (except.length === 0) return { sql: given, parameters: sent(referredColumns, keys) };
  const others = isGiven(listOf(primaryKey), primaryKey, columns.length);
  return {
    sql: `${given} AND NOT (${others})`,
    parameters: [...sent(referredColumns, keys), ...sent(primaryKey, except)],
  };
}

/**
 * Writes what the deletion of rows entails, deepest first.
 *
 * @param isHeld whether the session holds objects of a table: the statement then returns the rows that it wrote.
 * @throws {InvalidModelError} when relations that delete rows of several tables form a circle.
 */
export function cascadeStatements(rows: ReferringRows, isHeld: (table: Table) => boolean): WriteStatement[] {
  return statementsFor(rows.relation, conditionOf(rows), isHeld, []);
}

function statementsFor(
  relation: Relation,
  where: Condition,
  isHeld: (table: Table) => boolean,
  path: readonly Relation[],
): WriteStatement[] {
  const { key, otherKey, cascade, target } = relation;
  const table = key.from;
  if (otherKey) return [statement("unlink", table, `DELETE FROM ${table.sqlName}`, where, [])];
  if (!cascade) return [clearing(relation, where, isHeld(table))];
  const children = [...relationsOf(target).values()].filter((each) => isHandled(each) && !each.passiveDeletes);
  const isOwn = (each: Relation) => each.cascade !== undefined && each.key.from === table;
  const all = withDescendants(table, children.filter(isOwn), where);
  const inner = children.filter((each) => !isOwn(each)).flatMap((each) => {
    const { columns, referredColumns, from } = each.key;
    const way = [...path, relation];
    if (each.cascade && way.some((before) => before.key.from === from)) throw circle(table, [...way, each]);
    const referred = `SELECT ${names(referredColumns)} FROM ${table.sqlName} WHERE ${all.sql}`;
    return statementsFor(each, { ...all, sql: `(${names(columns)}) IN (${referred})` }, isHeld, way);
  });
  const returning = isHeld(table) ? table.primaryKey : [];
  return [...inner, statement("delete", table, `DELETE FROM ${table.sqlName}`, all, returning)];
}

/** Adds the rows that refer to these, and so on, where a table refers to itself. */
function withDescendants(table: Table, relations: readonly Relation[], where: Condition): Condition {
  if (relations.length === 0) return where;
  const free = new FreeNames(namesOf(table));
  const [gone, next] = ["gone", "next"].map((name) => quote(free.take(name)));
  const { primaryKey } = table;
  const columns = [...new Set([...primaryKey, ...relations.flatMap(({ key }) => key.referredColumns)])];
  const list = (alias: string) => columns.map(({ name }) => `${alias}.${quote(name)}`).join(", ");
  const isChild = relations.map(({ key }) => areEqual(next, key.columns, gone, key.referredColumns)).join(" OR ");
  const sql = `(${names(primaryKey)}) IN (WITH RECURSIVE ${gone} AS (SELECT ${names(columns)} FROM ${table.sqlName} ` +
    `WHERE ${where.sql} UNION SELECT ${list(next)} FROM ${table.sqlName} AS ${next} JOIN ${gone} ON ${isChild}) ` +
    `SELECT ${names(primaryKey)} FROM ${gone})`;
  return { ...where, sql };
}

/** Sets the foreign keys to NULL; versions and `onUpdate` columns change as with any UPDATE. */
function clearing({ key }: Relation, where: Condition, isReturned: boolean): WriteStatement {
  const table = key.from;
  const cleared = clearedColumns(key);
  const renewed = renewedColumns(table, cleared);
  const assignments = [
    ...cleared.map(({ name }) => `${quote(name)} = NULL`),
    ...renewed.map((column) => renewal(column, quote(column.name))),
  ];
  const command = `UPDATE ${table.sqlName} SET ${assignments.join(", ")}`;
  const computed = table.columns.filter((column) =>
    isServers(column) && !column.primaryKey && !cleared.includes(column) && !renewed.includes(column)
  );
  const returning = [...table.primaryKey, ...cleared, ...renewed, ...computed];
  return statement("update", table, command, where, isReturned ? returning : []);
}

function statement(
  kind: "update" | "delete" | "unlink",
  table: Table,
  command: string,
  { sql, parameters }: Condition,
  returning: readonly TableColumn[],
): WriteStatement {
  return {
    kind,
    table,
    sql: `${command} WHERE ${sql}${returning.length > 0 ? ` RETURNING ${returningList(returning)}` : ""}`,
    columns: [],
    entities: [],
    returning,
    isCascade: true,
    withPositions: false,
    awaitsKeys: false,
    rowCountChecked: false,
    parameters: () => [...parameters],
  };
}

function circle(table: Table, way: readonly Relation[]): InvalidModelError {
  const steps = way.map(({ owner, name }) => `${owner.name}.${name}`).join(", ");
  return new InvalidModelError(
    table.name,
    `the cascades of ${steps} form a circle, in which rows that are not loaded have no order: give one of their foreign ` +
      'keys { onDelete: "cascade" }, or leave them to the server by { passiveDeletes: true }',
  );
}
