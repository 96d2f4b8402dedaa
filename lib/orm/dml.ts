/**
 * The writer of UPDATE and DELETE, and of the rows of association tables: one statement for any number of rows of a
 * table that write the same columns. Nothing here talks to a database.
 *
 * @module
 */
import { quote } from "../base/quote.ts";
import type { ServerExpression } from "../schema/columns.ts";
import type { Table, TableColumn } from "../schema/table.ts";
import { FreeNames } from "./free_names.ts";
import { columnValues, identifyingValues, ROW_BY_ROW, rowSource, type RowValue } from "./row_source.ts";
import { changedByServer, insertInto, names, namesOf, returningList, statement } from "./statement_parts.ts";
import { identifyingColumns, type RowWrite, type WriteStatement } from "./write_statement.ts";

/** Inserts rows of an association table; rows that exist are left as they are. */
export function linkRows(rows: readonly RowWrite[]): WriteStatement {
  const [{ table, columns }] = rows;
  const source = rowSource(columns, rows.length);
  const sql = `${insertInto(table, columns, source)} ON CONFLICT DO NOTHING`;
  return statement("link", rows, source, columnValues(columns), sql);
}

/** Updates one row by its key, or several rows from a joined list of rows. */
export function updateRows(rows: readonly RowWrite[]): WriteStatement {
  const [{ table, columns: changed }] = rows;
  const renewed = renewedColumns(table, changed);
  const written = changedByServer(rows, changed);
  const returned = table.columns.filter((column) =>
    !column.primaryKey && (isServers(column) || renewed.includes(column) || written.includes(column))
  );
  return update(rows, { changed, renewed, defaulted: [], returned });
}

/** Returns the columns that each UPDATE sets by an expression, beside those that it changes. */
export function renewedColumns({ columns }: Table, changed: readonly TableColumn[]): TableColumn[] {
  return columns.filter((column) => (column.onUpdate ?? column.version) && !changed.includes(column));
}

/** Reports whether an UPDATE may change a column that it does not set. */
export function isServers({ generatedAs, serverChanges }: TableColumn): boolean {
  return Boolean(generatedAs ?? serverChanges);
}

/**
 * Gives the rows of deleted objects to new ones with the same keys: every column is set, to its default where an object
 * gives no value, and the version counts on.
 */
export function replaceRows(rows: readonly RowWrite[]): WriteStatement {
  const [{ table, columns, deferred = [] }] = rows;
  const others = columns.filter(({ primaryKey }) => !primaryKey);
  const left = table.columns.filter((column) => !column.primaryKey && !columns.includes(column));
  const returned = [...left, ...changedByServer(rows, others)].filter((column) => !deferred.includes(column));
  const { renewed = [], defaulted = [] } = Object.groupBy(
    left.filter(({ generatedAs }) => !generatedAs),
    ({ version }) => version ? "renewed" : "defaulted",
  );
  const changed = others.length > 0 ? others : columns;
  return {
    ...update(rows, { changed, renewed, defaulted, returned }),
    replaced: rows.map((row) => row.replaced!.entity),
  };
}

/** What an UPDATE does to columns. */
interface Changes {
  /** Columns that get the values of the objects. */
  readonly changed: readonly TableColumn[];
  /** Columns that the server computes: the version, and `onUpdate` expressions. */
  readonly renewed: readonly TableColumn[];
  /** Columns that get their default. */
  readonly defaulted: readonly TableColumn[];
  /** Columns that are read back, beside the key. */
  readonly returned: readonly TableColumn[];
}

function update(rows: readonly RowWrite[], changes: Changes): WriteStatement {
  const [{ table }] = rows;
  const { changed, renewed, returned } = changes;
  const details = {
    columns: [...changed, ...renewed],
    returning: [...table.primaryKey, ...returned],
    rowCountChecked: true,
  };
  return rows.length === 1 ? updateOneRow(rows, changes, details) : updateSeveralRows(rows, changes, details);
}

/** The parts of an UPDATE that do not depend on the number of its rows. */
type UpdateDetails = Pick<WriteStatement, "columns" | "returning" | "rowCountChecked">;

/** `UPDATE heroes SET name = $1 WHERE id = $2`: first the changed values, then the identifying ones. */
function updateOneRow(rows: readonly RowWrite[], changes: Changes, details: UpdateDetails): WriteStatement {
  const [{ table }] = rows;
  const { changed } = changes;
  const assignments = [
    ...changed.map(({ name }, index) => `${quote(name)} = $${index + 1}`),
    ...assignmentsByServer(changes, ""),
  ];
  const conditions = identifyingColumns(table).map(({ name }, index) =>
    `${quote(name)} = $${changed.length + index + 1}`
  );
  const sql = `UPDATE ${table.sqlName} SET ${assignments.join(", ")} WHERE ${conditions.join(" AND ")} ` +
    `RETURNING ${returningList(details.returning)}`;
  return statement("update", rows, ROW_BY_ROW, [...columnValues(changed), ...identifyingValues(table)], sql, details);
}

/** `UPDATE heroes SET name = changed.name FROM (…) AS changed (key_id, name) WHERE heroes.id = changed.key_id`. */
function updateSeveralRows(rows: readonly RowWrite[], changes: Changes, details: UpdateDetails): WriteStatement {
  const [{ table }] = rows;
  const { changed, renewed } = changes;
  const free = new FreeNames(namesOf(table));
  const source = quote(free.take("changed"));
  const keys = identifyingColumns(table).map((column) => ({ ...column, name: free.take(`key_${column.name}`) }));
  const values = changed.map((column) => {
    const isMentioned = renewed.some(({ onUpdate }) => onUpdate && mayMention(onUpdate, column));
    return isMentioned ? { ...column, name: free.take(`new_${column.name}`) } : column;
  });
  const columns = [...keys, ...values];
  const list = rowSource(columns, rows.length);
  const assignments = [
    ...changed.map(({ name }, index) => `${quote(name)} = ${source}.${quote(values[index].name)}`),
    ...assignmentsByServer(changes, `${table.sqlName}.`),
  ];
  const conditions = identifyingColumns(table).map(({ name }, index) =>
    `${table.sqlName}.${quote(name)} = ${source}.${quote(keys[index].name)}`
  );
  const sql =
    `UPDATE ${table.sqlName} SET ${assignments.join(", ")} FROM (${list.sql}) AS ${source} (${names(columns)}) ` +
    `WHERE ${conditions.join(" AND ")} RETURNING ${returningList(details.returning, table)}`;
  return statement("update", rows, list, [...identifyingValues(table), ...columnValues(changed)], sql, details);
}

/** @param prefix qualifies the current values. */
function assignmentsByServer({ renewed, defaulted }: Changes, prefix: string): string[] {
  return [
    ...renewed.map((column) => renewal(column, prefix + quote(column.name))),
    ...defaulted.map(({ name }) => `${quote(name)} = DEFAULT`),
  ];
}

/** Reports whether an expression may name a column: it then means the column of the table. */
function mayMention({ sql }: ServerExpression, { name }: TableColumn): boolean {
  return sql.includes('"') || sql.toLowerCase().includes(name);
}

/** Sets a column that changes with each UPDATE: the next version, or its `onUpdate` expression. */
export function renewal(column: TableColumn, current: string): string {
  return `${quote(column.name)} = ${column.version ? `${current} + 1` : column.onUpdate!.sql}`;
}

/** A constraint whose check can wait. */
export interface DeferrableConstraint {
  readonly table: Table;
  readonly columns: readonly TableColumn[];
  readonly name: string;
}

/** Says when a deferrable constraint is checked: from now on, until the end of the transaction. */
export function setConstraint(
  { table, columns, name }: DeferrableConstraint,
  when: "DEFERRED" | "IMMEDIATE",
): WriteStatement {
  const schema = table.schema === undefined ? "" : `${quote(table.schema)}.`;
  const sql = `SET CONSTRAINTS ${schema}${quote(name)} ${when}`;
  const isSent = { withPositions: false, awaitsKeys: false, rowCountChecked: false };
  return { kind: "defer", table, sql, columns, entities: [], returning: [], ...isSent, parameters: () => [] };
}

/** Sets columns to NULL before other rows are written, where each of them has to come before the other. */
export function detachRows(rows: readonly RowWrite[]): WriteStatement {
  const [{ table, columns }] = rows;
  return checkedStatement("update", `UPDATE ${table.sqlName} SET ${names(columns)} = NULL`, rows);
}

/** Deletes rows by their key and, where there is one, their version. */
export function deleteRows(rows: readonly RowWrite[]): WriteStatement {
  const [{ table }] = rows;
  const columns = identifyingColumns(table);
  return { ...checkedStatement("delete", `DELETE FROM ${table.sqlName}`, rows), columns };
}

/** Deletes rows of an association table; rows that do not exist are ignored. */
export function unlinkRows(rows: readonly RowWrite[]): WriteStatement {
  const [{ table, columns }] = rows;
  return whereIn("unlink", `DELETE FROM ${table.sqlName}`, rows, columns, columnValues(columns));
}

/** Makes a statement that returns the keys of the rows it found, so that missing ones can be named. */
function checkedStatement(kind: WriteStatement["kind"], command: string, rows: readonly RowWrite[]): WriteStatement {
  const [{ table }] = rows;
  const found = whereIn(kind, command, rows, identifyingColumns(table), identifyingValues(table));
  return { ...found, sql: `${found.sql} RETURNING ${returningList(table.primaryKey)}`, rowCountChecked: true };
}

function whereIn(
  kind: WriteStatement["kind"],
  command: string,
  rows: readonly RowWrite[],
  columns: readonly TableColumn[],
  values: readonly RowValue[],
): WriteStatement {
  const source = rowSource(columns, rows.length);
  return statement(kind, rows, source, values, `${command} WHERE (${names(columns)}) IN (${source.sql})`);
}
