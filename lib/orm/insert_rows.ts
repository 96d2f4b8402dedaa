/**
 * The writer of INSERT. Nothing here talks to a database.
 *
 * @module
 */
import { literal, quote } from "../base/quote.ts";
import { IDENTITY_ALWAYS, isIdentity, SERIAL } from "../schema/columns.ts";
import { readCast, type Table, type TableColumn } from "../schema/table.ts";
import type { Entity } from "./identity_map.ts";
import { FreeNames } from "./free_names.ts";
import { columnValues, rowSource, type RowValue } from "./row_source.ts";
import { changedByServer, insertInto, names, namesOf, returningList, statement } from "./statement_parts.ts";
import type { RowWrite, WriteStatement } from "./write_statement.ts";

/**
 * Inserts new rows that give the same columns, by `INSERT … SELECT FROM unnest()`: one text for any number of rows, so
 * that it is prepared once.
 *
 * RETURNING guarantees no order, and rows whose keys the server generates have nothing else to identify them. Their
 * keys are therefore generated first, beside the position of each row, and joined to the inserted rows.
 */
export function insertRows(rows: readonly RowWrite[]): WriteStatement {
  return insert(rows, { columns: rows[0].columns, omitted: [], references: new Map() });
}

/**
 * Inserts new rows of one table that refer to each other. The server checks foreign keys at the end of the statement,
 * so that circles pass, too. A row takes the generated key of another one from where the keys are generated; what some
 * rows do not give becomes the default of the model, NULL where that has none.
 */
export function insertTogether(rows: readonly RowWrite[]): WriteStatement {
  const columns = rows[0].table.columns.filter((column) => rows.some((row) => row.columns.includes(column)));
  const omitted = columns.filter((column) => rows.some((row) => !row.columns.includes(column)));
  const references = new Map(
    rows.flatMap(({ parents = [] }) => [...parents].map(([column, { key }]) => [column, key])),
  );
  return insert(rows, { columns, omitted, references });
}

/** What rows give. */
interface Given {
  /** The columns that some row gives. */
  readonly columns: readonly TableColumn[];
  /** Those that some row does not give. */
  readonly omitted: readonly TableColumn[];
  /** Foreign keys that take the generated value of another row of the statement: of which column. */
  readonly references: ReadonlyMap<TableColumn, TableColumn>;
}

function insert(rows: readonly RowWrite[], given: Given): WriteStatement {
  const [{ table }] = rows;
  const { columns, omitted, references } = given;
  const generated = table.columns.filter((column) =>
    !columns.includes(column) && (column.primaryKey || [...references.values()].includes(column))
  );
  const changed = changedByServer(rows, columns);
  const isReturned = (column: TableColumn) =>
    !column.primaryKey &&
    (!columns.includes(column) || omitted.includes(column) || references.has(column) || changed.includes(column)) &&
    !rows.some(({ deferred }) => deferred?.includes(column));
  const returned = table.columns.filter(isReturned);
  const isGenerated = [...generated, ...omitted, ...changed].some(({ primaryKey }) => primaryKey);
  const returning = returned.length > 0 || isGenerated ? [...table.primaryKey, ...returned] : [];
  if (omitted.length + references.size === 0 && (!isGenerated || rows.length === 1)) {
    const source = rowSource(columns, rows.length);
    const sql = insertInto(table, columns, source) + returningSql(returning);
    return statement("insert", rows, source, columnValues(columns), sql, { returning });
  }
  const { sent, sql } = withPositions(rows, given, generated, returning);
  const source = rowSource(sent.map(({ column }) => column), rows.length, true);
  const more = { columns, returning, withPositions: true, rowCountChecked: true };
  return statement(
    "insert",
    rows,
    source,
    sent.map(({ value }): RowValue => (row) => value(row) ?? null),
    sql(source.sql),
    more,
  );
}

/** A column of the rows that are sent, and its values. */
interface Sent {
  readonly column: Pick<TableColumn, "name" | "type">;
  readonly value: RowValue;
}

/** Inserts rows by way of a list of rows with their positions and with the keys that the server generates. */
function withPositions(
  rows: readonly RowWrite[],
  { columns, omitted, references }: Given,
  generated: readonly TableColumn[],
  returning: readonly TableColumn[],
): { sent: Sent[]; sql: (source: string) => string } {
  const [{ table }] = rows;
  const free = new FreeNames(namesOf(table));
  const [position, given, rowsNew, rowsMade] = ["#", "source", "new", "made"].map((name) => quote(free.take(name)));
  const sent: Sent[] = [];
  const computed = generated.map((column) => `${defaultSql(table, column)} AS ${quote(column.name)}`);
  const written = new Map(generated.map(({ name }) => [quote(name), quote(name)]));
  const joins: string[] = [];
  const positions = new Map<Entity, number>(rows.map(({ entity }, index) => [entity, index + 1]));
  for (const [index, value] of columnValues(columns).entries()) {
    const column = columns[index];
    const name = quote(column.name);
    const key = references.get(column);
    const isDefaulted = omitted.includes(column) && column.serverDefault !== undefined;
    written.set(name, name);
    if (key) {
      const at = free.take(`${column.name}_at`);
      const parent = quote(free.take("parent"));
      sent.push({
        column: { name: at, type: "integer" },
        value: ({ parents }) => positions.get(parents?.get(column)?.entity!),
      });
      joins.push(` LEFT JOIN ${rowsNew} AS ${parent} ON ${parent}.${position} = ${rowsNew}.${quote(at)}`);
      const isSent = rows.some((row) =>
        row.columns.includes(column) && !row.parents?.has(column) && !isNull(row, column)
      );
      const made = `${parent}.${quote(key.name)}`;
      written.set(name, isSent ? `coalesce(${rowsNew}.${name}, ${made})` : made);
      if (isSent) sent.push({ column, value });
    } else if (isDefaulted) {
      const own = free.take(`given_${column.name}`);
      const value_ = `${given}.${quote(own)}`;
      sent.push({ column: { ...column, name: own }, value });
      if (column.nullable) {
        const isGiven = free.take(`gives_${column.name}`);
        sent.push({ column: { name: isGiven, type: "boolean" }, value: (row) => row.columns.includes(column) });
        const condition = `CASE WHEN ${given}.${quote(isGiven)} THEN ${value_} ELSE ${defaultSql(table, column)} END`;
        computed.push(`${condition} AS ${name}`);
      } else computed.push(`coalesce(${value_}, ${defaultSql(table, column)}) AS ${name}`);
    } else sent.push({ column, value });
  }
  const isRefused = [...generated, ...omitted].some(({ serverDefault }) => serverDefault === IDENTITY_ALWAYS);
  const overriding = isRefused ? " OVERRIDING SYSTEM VALUE" : "";
  const prefix = joins.length > 0 ? `${rowsNew}.` : "";
  const values = [...written].map(([name, value]) => value === name ? prefix + name : value);
  // a key that is read as text is joined as it is
  const isCast = returning.some((column) => readCast(column) !== "");
  const made = returning.map((column) => `${rowsMade}.${quote(column.name)}${readCast(column)}`).join(", ");
  const order = joins.length > 0 ? `${joins.join("")} ORDER BY ${prefix}${position}` : "";
  const sql = (source: string) =>
    `WITH ${rowsNew} AS MATERIALIZED (SELECT ${[...computed, `${given}.*`].join(", ")} ` +
    `FROM ${source} AS ${given} (${[...sent.map(({ column }) => quote(column.name)), position].join(", ")})), ` +
    `${rowsMade} AS (INSERT INTO ${table.sqlName} (${[...written.keys()].join(", ")})${overriding} ` +
    `SELECT ${values.join(", ")} FROM ${rowsNew}${order} RETURNING ${names(returning)}) ` +
    `SELECT ${position}, ${isCast ? made : `${rowsMade}.*`} FROM ${rowsMade} JOIN ${rowsNew} USING (${
      names(table.primaryKey)
    })`;
  return { sent, sql };
}

function isNull({ entity }: RowWrite, { attribute }: TableColumn): boolean {
  return entity[attribute] === null;
}

function returningSql(returning: readonly TableColumn[]): string {
  return returning.length === 0 ? "" : ` RETURNING ${returningList(returning)}`;
}

/** Returns the SQL of a column's server default. */
function defaultSql(table: Table, { name, serverDefault }: TableColumn): string {
  if (!isIdentity(serverDefault) && serverDefault !== SERIAL) return serverDefault!.sql;
  return `nextval(pg_get_serial_sequence(${literal(table.sqlName)}, ${literal(name)}))`;
}
