/**
 * The unit of work: from what changed in the objects of a session to the statements that write it, as pure data
 * (Fowler, Patterns of Enterprise Application Architecture, "Unit of Work"). Nothing here talks to a database.
 *
 * @module
 */
import type { Entity } from "./identity_map.ts";
import { keyOf, keyText } from "./identity_map.ts";
import { quote } from "./ddl.ts";
import type { Table, TableColumn } from "./table.ts";

/** An object and its table. */
export interface Tracked {
  readonly table: Table;
  readonly entity: Entity;
}

/** An object that was loaded or written, with the values it had then. */
export interface Persistent extends Tracked {
  readonly loaded: readonly unknown[];
}

/** A statement of a flush, and where the values it returns belong. */
export interface PlannedStatement {
  readonly kind: "insert" | "update";
  readonly table: Table;
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly entities: readonly Entity[];
  /** The columns that come back, the primary key first. */
  readonly returning: readonly TableColumn[];
}

/**
 * Plans a flush: one INSERT for the new objects of a table that give the same columns, then the changed columns of each
 * changed object.
 */
export function planFlush(added: Iterable<Tracked>, persistent: Iterable<Persistent>): PlannedStatement[] {
  return [...planInserts(added), ...planUpdates(persistent)];
}

/** The columns of an object that differ from what was loaded. */
export function changedColumns({ table, entity, loaded }: Persistent): TableColumn[] {
  return table.columns.filter((column, index) => !isSame(entity[column.attribute], loaded[index]));
}

function planInserts(added: Iterable<Tracked>): PlannedStatement[] {
  const groups = new Map<string, { table: Table; columns: TableColumn[]; entities: Entity[] }>();
  for (const { table, entity } of added) {
    const columns = table.columns.filter(({ attribute }) => entity[attribute] !== undefined);
    // a key that the server makes is known only from the answer to an INSERT of that one row
    const alone = table.primaryKey.some(({ attribute }) => entity[attribute] === undefined);
    const group = `${table.name}(${columns.map(({ name }) => name)})${alone ? groups.size : ""}`;
    const known = groups.get(group);
    if (known) known.entities.push(entity);
    else groups.set(group, { table, columns, entities: [entity] });
  }
  return [...groups.values()].map(({ table, columns, entities }) => {
    const missing = table.columns.filter((column) => !columns.includes(column) && !column.primaryKey);
    const returning = missing.length > 0 || !table.primaryKey.every((column) => columns.includes(column))
      ? [...table.primaryKey, ...missing]
      : [];
    return { kind: "insert", table, entities, returning, ...insertSql(table, columns, entities, returning) };
  });
}

/** `INSERT … SELECT FROM unnest()`: one text however many rows, so that it is prepared once. */
function insertSql(table: Table, columns: TableColumn[], entities: Entity[], returning: readonly TableColumn[]) {
  const into = `INSERT INTO ${quote(table.name)}`;
  const back = returning.length === 0 ? "" : ` RETURNING ${names(returning)}`;
  if (columns.length === 0) return { sql: `${into} DEFAULT VALUES${back}`, parameters: [] };
  const head = `${into} (${names(columns)})`;
  if (columns.some(({ type }) => type.endsWith("[]"))) {
    // unnest() would take arrays of arrays apart
    const rows = entities.map((_, row) =>
      `(${columns.map(({ type }, column) => `$${row * columns.length + column + 1}::${type}`).join(", ")})`
    );
    const parameters = entities.flatMap((entity) => columns.map((column) => parameter(column, entity)));
    return { sql: `${head} VALUES ${rows.join(", ")}${back}`, parameters };
  }
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`);
  return {
    sql: `${head} SELECT * FROM unnest(${arrays.join(", ")})${back}`,
    parameters: columns.map((column) => entities.map((entity) => parameter(column, entity))),
  };
}

/** The value of an object's column as it is sent. */
function parameter({ attribute, bind }: TableColumn, entity: Entity): unknown {
  const value = entity[attribute];
  return bind && value !== null && value !== undefined ? bind(value) : value;
}

function planUpdates(persistent: Iterable<Persistent>): PlannedStatement[] {
  const plan: PlannedStatement[] = [];
  for (const state of persistent) {
    const changed = changedColumns(state);
    if (changed.length === 0) continue;
    const { table, entity, loaded } = state;
    const renewed = table.columns.filter((column) => column.onUpdate && !changed.includes(column));
    const assignments = [
      ...changed.map(({ name }, index) => `${quote(name)} = $${index + 1}`),
      ...renewed.map(({ name, onUpdate }) => `${quote(name)} = ${onUpdate!.sql}`),
    ];
    const key = table.primaryKey.map(({ name }, index) => `${quote(name)} = $${changed.length + index + 1}`);
    const returning = [...table.primaryKey, ...renewed];
    plan.push({
      kind: "update",
      table,
      entities: [entity],
      returning,
      sql: `UPDATE ${quote(table.name)} SET ${assignments.join(", ")} WHERE ${key.join(" AND ")} RETURNING ${
        names(returning)
      }`,
      parameters: [
        ...changed.map((column) => parameter(column, entity)),
        ...table.primaryKey.map((column) => loaded[table.columns.indexOf(column)]),
      ],
    });
  }
  return plan;
}

/**
 * Copies the values a statement returned into its objects. RETURNING promises no order: rows are matched by their key.
 */
export function applyReturned({ table, entities, returning }: PlannedStatement, rows: readonly unknown[][]): void {
  if (returning.length === 0) return;
  const byKey = new Map(entities.map((entity) => [keyText(keyOf(table, entity)), entity]));
  for (const row of rows) {
    const entity = entities.length === 1 ? entities[0] : byKey.get(keyText(row.slice(0, table.primaryKey.length)));
    returning.forEach(({ attribute }, index) => entity![attribute] = row[index]);
  }
}

function names(columns: readonly TableColumn[]): string {
  return columns.map(({ name }) => quote(name)).join(", ");
}

function isSame(a: unknown, b: unknown): boolean {
  return a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : Object.is(a, b);
}
