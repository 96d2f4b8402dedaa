/**
 * The one writer of INSERT, UPDATE and DELETE: one statement for any number of rows of a table that have the same columns
 * to write. Nothing here talks to a database.
 *
 * @module
 */
import { MOST_PARAMETERS } from "../values/parameters.ts";
import { IDENTITY } from "../schema/columns.ts";
import { keyOf, type MapKey, mapKey } from "./key.ts";
import { literal, quote } from "../base/quote.ts";
import { isEnumList, type Table, type TableColumn } from "../schema/table.ts";

/** An object seen by its attributes. */
type Entity = Record<string, unknown>;

/** A row to be written. */
export interface RowWrite {
  readonly table: Table;
  readonly entity: Entity;
  /** The values of the row as it is in the database; absent for one that the same flush inserts. */
  readonly loaded?: readonly unknown[];
  /** What is written; of a row that goes, the columns by which it is found. */
  readonly columns: readonly TableColumn[];
  /** Of a new row: what is written by a later statement. */
  readonly later?: readonly TableColumn[];
  /** True when a value is a key that the server makes in an earlier statement. */
  readonly waits?: boolean;
}

/** A statement of a flush. */
export interface Step {
  readonly kind: "insert" | "update" | "delete" | "link" | "unlink";
  readonly table: Table;
  readonly sql: string;
  /** The columns that are written; of a DELETE those by which it finds the rows. */
  readonly columns: readonly TableColumn[];
  /** The objects whose rows are written; of an association an object for each of its rows. */
  readonly entities: readonly Entity[];
  /** The columns that come back, the primary key first. */
  readonly returning: readonly TableColumn[];
  /** True when what comes back is preceded by the position of its object, counted from 1; else its key tells. */
  readonly numbered: boolean;
  /** True when it needs keys that the server makes in an earlier step. */
  readonly waits: boolean;
  /** True when the number of rows tells whether it worked, so that COMMIT must not be sent with it. */
  readonly counted: boolean;
  /** The values to send; final once the earlier steps are answered. */
  parameters(): unknown[];
}

/** The statements that write some rows: one for all of a table with the same columns, more where they have too many. */
export function writeRows(rows: Iterable<RowWrite>, write: (rows: readonly RowWrite[]) => Step): Step[] {
  const groups: RowWrite[][] = [];
  let last: RowWrite[] | undefined;
  for (const row of rows) {
    if (!last || !isAlike(last[0], row)) last = groups.find(([first]) => isAlike(first, row));
    if (last) last.push(row);
    else groups.push(last = [row]);
  }
  return groups.flatMap((group) => {
    const [{ table, columns }] = group;
    const parameters = foundBy(table).length + columns.length;
    const size = columns.some(isArray) ? Math.floor(MOST_PARAMETERS / parameters) : group.length;
    return Array.from(
      { length: Math.ceil(group.length / size) },
      (_, i) => write(group.slice(i * size, (i + 1) * size)),
    );
  });
}

/** True when one statement can write both. */
function isAlike(a: RowWrite, b: RowWrite): boolean {
  return a.table === b.table && areSame(a.columns, b.columns) && areSame(a.later ?? [], b.later ?? []);
}

function areSame(a: readonly TableColumn[], b: readonly TableColumn[]): boolean {
  return a.length === b.length && a.every((column, index) => column === b[index]);
}

/**
 * `INSERT … SELECT FROM unnest()`: one text however many rows, so that it is prepared once. RETURNING promises no order,
 * and rows whose keys the server makes have nothing else to be told by: so their keys are made first, beside the
 * position of each row, and joined to what was inserted.
 */
export function insertRows(rows: readonly RowWrite[]): Step {
  const [{ table, columns, later = [] }] = rows;
  const missing = table.columns.filter((column) => ![...columns, ...later].includes(column) && !column.primaryKey);
  const made = table.primaryKey.filter((column) => !columns.includes(column));
  const returning = missing.length > 0 || made.length > 0 ? [...table.primaryKey, ...missing] : [];
  const numbered = made.length > 0 && rows.length > 1;
  const source = rowSource(columns, rows.length, numbered);
  const back = returning.length === 0 ? "" : ` RETURNING ${read(returning)}`;
  if (!numbered) {
    return step("insert", rows, source, values(columns), insertInto(table, columns, source) + back, { returning });
  }
  const keys = made.map((column) => `${defaultOf(table, column)} AS ${quote(column.name)}`).join(", ");
  const written = names([...made, ...columns]);
  const sql = `WITH new AS MATERIALIZED (SELECT ${keys}, source.* ` +
    `FROM ${source.sql} AS source (${names([...columns, POSITION])})), ` +
    `made AS (INSERT INTO ${table.sqlName} (${written}) SELECT ${written} FROM new${back}) ` +
    `SELECT ${names([POSITION])}, made.* FROM made JOIN new USING (${names(table.primaryKey)})`;
  return step("insert", rows, source, values(columns), sql, { returning, numbered, counted: true });
}

/** What the server would put into a column. */
function defaultOf(table: Table, { name, serverDefault }: TableColumn): string {
  if (serverDefault !== IDENTITY) return serverDefault!.sql;
  return `nextval(pg_get_serial_sequence(${literal(table.sqlName)}, ${literal(name)}))`;
}

/** Rows of an association; one that is there already is what was wanted. */
export function linkRows(rows: readonly RowWrite[]): Step {
  const [{ table, columns }] = rows;
  const source = rowSource(columns, rows.length);
  return step("link", rows, source, values(columns), `${insertInto(table, columns, source)} ON CONFLICT DO NOTHING`);
}

/** One row is addressed directly, several through a joined list of rows. */
export function updateRows(rows: readonly RowWrite[]): Step {
  const [{ table, columns: changed }] = rows;
  const by = foundBy(table);
  const keys = by.map((column) => ({ ...column, name: `key_${column.name}` }));
  const renewed = table.columns.filter((column) => (column.onUpdate ?? column.version) && !changed.includes(column));
  const more = { columns: [...changed, ...renewed], returning: [...table.primaryKey, ...renewed], counted: true };
  const update = (value: (column: NamedColumn) => string, from = "", of?: Table) => {
    const renew = (column: TableColumn) =>
      column.version ? `${names([column], of?.sqlName)} + 1` : column.onUpdate!.sql;
    const set = [
      ...changed.map((column) => `${quote(column.name)} = ${value(column)}`),
      ...renewed.map((column) => `${quote(column.name)} = ${renew(column)}`),
    ];
    const where = by.map((column, index) => `${names([column], of?.sqlName)} = ${value(keys[index])}`);
    return `UPDATE ${table.sqlName} SET ${set.join(", ")}${from} WHERE ${where.join(" AND ")} ` +
      `RETURNING ${read(more.returning, of)}`;
  };
  if (rows.length === 1) {
    const sent: NamedColumn[] = [...changed, ...keys];
    const sql = update((column) => `$${sent.indexOf(column) + 1}`);
    return step("update", rows, ONE_ROW, [...values(changed), ...found(table)], sql, more);
  }
  const columns = [...keys, ...changed];
  const source = rowSource(columns, rows.length);
  const sql = update(
    (column) => names([column], "changed"),
    ` FROM (${source.sql}) AS changed (${names(columns)})`,
    table,
  );
  return step("update", rows, source, [...found(table), ...values(changed)], sql, more);
}

/** Where deleted rows refer to each other in a circle, the reference is taken out first. */
export function detachRows(rows: readonly RowWrite[]): Step {
  const [{ table, columns }] = rows;
  return countedStep("update", `UPDATE ${table.sqlName} SET ${names(columns)} = NULL`, rows);
}

/** Deletes rows by their key, and their version where they have one. */
export function deleteRows(rows: readonly RowWrite[]): Step {
  const [{ table }] = rows;
  return { ...countedStep("delete", `DELETE FROM ${table.sqlName}`, rows), columns: foundBy(table) };
}

/** The keys that come back tell which rows were not found. */
function countedStep(kind: Step["kind"], what: string, rows: readonly RowWrite[]): Step {
  const [{ table }] = rows;
  const keyed = keyedStep(kind, what, rows, foundBy(table), found(table));
  return { ...keyed, sql: `${keyed.sql} RETURNING ${names(table.primaryKey)}`, counted: true };
}

/** Deletes rows of an association; one that is gone already is what was wanted. */
export function unlinkRows(rows: readonly RowWrite[]): Step {
  const [{ table, columns }] = rows;
  return keyedStep("unlink", `DELETE FROM ${table.sqlName}`, rows, columns, values(columns));
}

function keyedStep(
  kind: Step["kind"],
  what: string,
  rows: readonly RowWrite[],
  by: readonly TableColumn[],
  key: readonly Value[],
): Step {
  const source = rowSource(by, rows.length);
  return step(kind, rows, source, key, `${what} WHERE (${names(by)}) IN (${source.sql})`);
}

function insertInto({ sqlName }: Table, columns: readonly TableColumn[], { sql }: RowSource): string {
  return `INSERT INTO ${sqlName} ${columns.length === 0 ? "DEFAULT VALUES" : `(${names(columns)}) ${sql}`}`;
}

function step(
  kind: Step["kind"],
  rows: readonly RowWrite[],
  source: Pick<RowSource, "parameters">,
  sent: readonly Value[],
  sql: string,
  more: Partial<Step> = {},
): Step {
  const [{ table, columns }] = rows;
  return {
    kind,
    table,
    columns,
    sql,
    entities: rows.map(({ entity }) => entity),
    returning: [],
    numbered: false,
    waits: rows.some(({ waits }) => waits),
    counted: false,
    parameters: () => source.parameters(rows, sent),
    ...more,
  };
}

/** A value of a row, as it is sent. */
type Value = (row: RowWrite) => unknown;

/** Rows as a source of a statement. */
interface RowSource {
  readonly sql: string;
  /** @param sent the values of a row, in the order of the columns */
  parameters(rows: readonly RowWrite[], sent: readonly Value[]): unknown[];
}

type NamedColumn = Pick<TableColumn, "name">;

/** What numbers new rows: no column is called so. */
const POSITION: NamedColumn = { name: "#" };
/** The values of one row, in the order of the statement. */
const ONE_ROW: Pick<RowSource, "parameters"> = {
  parameters: (rows, sent) => rows.flatMap((row) => sent.map((value) => value(row))),
};

/**
 * `unnest` of one array a column, whose text is the same for any number of rows; where a column is an array itself,
 * which `unnest` would take apart, a list of VALUES.
 *
 * @param numbered with the position of each row, counted from 1, as a last column.
 */
function rowSource(columns: readonly TableColumn[], count: number, numbered = false): RowSource {
  if (columns.length === 0) return { sql: "generate_series(1, $1)", parameters: () => numbered ? [count] : [] };
  if (columns.some(isArray)) {
    const list = Array.from({ length: count }, (_, row) => {
      const values = columns.map(({ type }, index) => `$${row * columns.length + index + 1}::${type}`);
      return `(${[...values, ...numbered ? [row + 1] : []].join(", ")})`;
    }).join(", ");
    return { ...ONE_ROW, sql: numbered ? `(VALUES ${list})` : `VALUES ${list}` };
  }
  const unnest = `unnest(${columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(", ")})`;
  return {
    sql: numbered ? `${unnest} WITH ORDINALITY` : `SELECT * FROM ${unnest}`,
    parameters: (rows, sent) => sent.map((value) => rows.map(value)),
  };
}

/** The columns by which a write finds a row. */
function foundBy({ primaryKey, version }: Table): readonly TableColumn[] {
  return version ? [...primaryKey, version] : primaryKey;
}

/** The values of these columns. An object may have got another key since it was loaded; its version is what it holds. */
function found({ primaryKey, keyIndexes, version }: Table): Value[] {
  const key = primaryKey.map(({ attribute }, part): Value => ({ entity, loaded }) =>
    loaded ? loaded[keyIndexes[part]] : entity[attribute]
  );
  return version ? [...key, ({ entity }) => entity[version.attribute]] : key;
}

/** The values of columns as they are sent. */
function values(columns: readonly TableColumn[]): Value[] {
  return columns.map(({ attribute, bind }): Value => ({ entity }) => {
    const value = entity[attribute];
    return bind && value !== null && value !== undefined ? bind(value) : value;
  });
}

function names(columns: readonly NamedColumn[], of?: string): string {
  return columns.map(({ name }) => `${of ? `${of}.` : ""}${quote(name)}`).join(", ");
}

/** Columns as RETURNING names them. */
function read(columns: readonly TableColumn[], of?: Table): string {
  return columns.map((column) => `${names([column], of?.sqlName)}${isEnumList(column) ? "::text[]" : ""}`).join(", ");
}

function isArray({ type }: TableColumn): boolean {
  return type.endsWith("[]");
}

/** Copies the values a step returned into its objects. */
export function applyReturned({ table, entities, returning, numbered }: Step, rows: readonly unknown[][]): void {
  if (returning.length === 0) return;
  const byKey = () => new Map(entities.map((entity) => [mapKey(keyOf(table, entity)), entity]));
  let others: Map<MapKey, Entity> | undefined;
  const first = numbered ? 1 : 0; // the position comes before the values
  rows.forEach((row, index) => {
    // rows mostly come in the order in which they were sent: that is looked at first
    let entity: Entity | undefined = entities[numbered ? Number(row[0]) - 1 : index];
    const isFound = numbered || entities.length === 1 ||
      table.primaryKey.every(({ attribute }, part) => entity?.[attribute] === row[part]);
    if (!isFound) entity = (others ??= byKey()).get(mapKey(row.slice(0, table.primaryKey.length)));
    for (let i = 0; i < returning.length; i++) entity![returning[i].attribute] = row[first + i];
  });
}
