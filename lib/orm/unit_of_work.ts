/**
 * The unit of work: from what changed in the objects of a session to the statements that write it, as data (Fowler,
 * Patterns of Enterprise Application Architecture, "Unit of Work"). Nothing here talks to a database.
 *
 * A plan is a list of statements in an order that the foreign keys allow: new rows before those that refer to them,
 * deleted rows after. Each statement writes all rows of one table that have the same columns to write.
 *
 * @module
 */
import { encodeParameter } from "../engine/parameters.ts";
import { dependencyOrder } from "./dependency_order.ts";
import { quote } from "./ddl.ts";
import { MissingValueError } from "./errors.ts";
import { type Entity, keyOf, keyText } from "./identity_map.ts";
import { propagateKeys } from "./relations.ts";
import type { ForeignKey, Table, TableColumn } from "./table.ts";

/** An object and its table. */
export interface Tracked {
  readonly table: Table;
  readonly entity: Entity;
}

/** An object that has a row, with the values of that row as they were last seen. */
export interface Persistent extends Tracked {
  readonly loaded: readonly unknown[];
}

/** Rows of an association table to make or to remove. */
export interface Links {
  readonly key: ForeignKey;
  readonly otherKey: ForeignKey;
  readonly added: (readonly [owner: Entity, other: Entity])[];
  readonly removed: (readonly [owner: Entity, other: Entity])[];
}

/** What waits in a session. */
export interface Work {
  readonly added: readonly Tracked[];
  readonly persistent: Iterable<Persistent>;
  readonly deleted: readonly Persistent[];
  readonly links: readonly Links[];
}

/** A statement of a flush. */
export interface Step {
  readonly kind: "insert" | "update" | "delete" | "link" | "unlink";
  readonly table: Table;
  readonly sql: string;
  /** The objects whose rows are written; of an association the pairs' first. */
  readonly entities: readonly Entity[];
  /** The columns that come back, the primary key first. */
  readonly returning: readonly TableColumn[];
  /** True when it needs keys that the server makes in an earlier step. */
  readonly waits: boolean;
  /** True when the number of rows tells whether it worked, so that COMMIT must not be sent with it. */
  readonly counted: boolean;
  /** The values to send; final once the earlier steps are answered. */
  parameters(): unknown[];
}

/** Most parameters of one statement are 65,535, a limit of PostgreSQL's protocol. */
const MOST_PARAMETERS = 65_535;

/** Plans a flush. @throws {MissingValueError} when a new row lacks a value that it needs. */
export function planFlush({ added, persistent, deleted, links }: Work): Step[] {
  for (const { entity } of added) propagateKeys(entity);
  const forward = tableOrder(added, ({ entity }, { column }) => entity[column.attribute] !== null);
  const backward = tableOrder(
    deleted,
    ({ table, loaded }, { column }) => loaded[table.columns.indexOf(column)] !== null,
  );
  const inserts = forward.order.flatMap((table) => planInserts(table, added, forward.closing));
  return [
    ...inserts.map(({ step }) => step),
    ...inserts.flatMap(({ later }) => later),
    ...planUpdates(persistent),
    ...links.flatMap(planUnlink),
    ...links.flatMap(planLink),
    ...backward.closing.flatMap((key) => planDetach(key, deleted)),
    ...backward.order.toReversed().flatMap((table) => planDeletes(table, deleted)),
  ];
}

/** The tables of some rows in the order of the foreign keys that are used in them. */
function tableOrder<Row extends Tracked>(rows: readonly Row[], isUsed: (row: Row, key: ForeignKey) => boolean) {
  const byTable = Map.groupBy(rows, ({ table }) => table);
  const keys = [...byTable].flatMap(([table, own]) =>
    table.foreignKeys().filter((key) => key.to !== table && own.some((row) => isUsed(row, key)))
  );
  return dependencyOrder([...byTable.keys()], keys);
}

/** The columns of an object that differ from what was loaded. */
export function changedColumns({ table, entity, loaded }: Persistent): TableColumn[] {
  return table.columns.filter((column, index) => !isSame(column, entity[column.attribute], loaded[index]));
}

/** The values of an object's columns, kept to be compared with later. */
export function snapshot({ table, entity }: Tracked): unknown[] {
  return table.columns.map(({ attribute }) => copy(entity[attribute]));
}

/** A copy of a value that could be changed in place. */
export function copy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return value instanceof Date ? new Date(value) : structuredClone(value);
}

function isSame({ bind = (value) => value }: TableColumn, a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  try {
    return encodeParameter(bind(a)) === encodeParameter(bind(b));
  } catch {
    return false; // what is wrong with it is said when it is to be sent
  }
}

interface PlannedInsert {
  readonly step: Step;
  /** Updates that set the foreign keys of a circle, once both rows are there. */
  readonly later: readonly Step[];
}

function planInserts(table: Table, added: readonly Tracked[], closing: readonly ForeignKey[]): PlannedInsert[] {
  const groups = new Map<
    string,
    { columns: TableColumn[]; later: TableColumn[]; entities: Entity[]; waits: boolean }
  >();
  const own = added.filter((tracked) => tracked.table === table).map(({ entity }) => entity);
  const isNew = new Set(own);
  const inCircle = new Set(closing.filter(({ from }) => from === table).map(({ column }) => column));
  for (const entity of own) {
    const waiting = new Map(propagateKeys(entity).map(({ key, value }) => [key.column, value!]));
    const given = table.columns.filter((column) => entity[column.attribute] !== undefined || waiting.has(column));
    // what cannot be known or referred to yet is set once both rows are there
    const later = given.filter((column) =>
      column.nullable && entity[column.attribute] !== null && (inCircle.has(column) || isNew.has(waiting.get(column)!))
    );
    const columns = given.filter((column) => !later.includes(column));
    requireValues(table, entity, given);
    // a key that the server makes is known only from the answer to an INSERT of that one row
    const alone = table.primaryKey.some(({ attribute }) => entity[attribute] === undefined);
    const id = `${names(columns)}|${names(later)}|${alone ? groups.size : ""}`;
    const group = groups.get(id) ?? { columns, later, entities: [], waits: false };
    group.entities.push(entity);
    group.waits ||= columns.some((column) => waiting.has(column));
    groups.set(id, group);
  }
  // rows of one table that are not one statement: what refers from one to another waits for both
  const isReferred = ({ from, to, column, referred }: ForeignKey) => {
    if (from !== to || !column.nullable || inCircle.has(column)) return false;
    const ids = new Set(own.map((entity) => entity[referred.attribute]));
    return own.some((entity) => entity[column.attribute] !== undefined && ids.has(entity[column.attribute]));
  };
  const apart = groups.size > 1 ? table.foreignKeys().filter(isReferred) : [];
  if (apart.length > 0) return planInserts(table, added, [...closing, ...apart]);
  return [...groups.values()].flatMap((group) =>
    chunks(group.entities, group.columns).map((entities) => {
      const { columns, later, waits } = group;
      return {
        step: insertStep(table, columns, later, entities, waits),
        later: later.length === 0 ? [] : [updateStep(table, later, entities, (entity) => keyOf(table, entity), true)],
      };
    })
  );
}

function requireValues(table: Table, entity: Entity, given: readonly TableColumn[]): void {
  for (const column of table.columns) {
    const isMissing = given.includes(column) ? entity[column.attribute] === null : !column.serverDefault;
    if (isMissing && !column.nullable) throw new MissingValueError(table.name, column.attribute);
  }
}

/** `INSERT … SELECT FROM unnest()`: one text however many rows, so that it is prepared once. */
function insertStep(
  table: Table,
  columns: readonly TableColumn[],
  later: readonly TableColumn[],
  entities: readonly Entity[],
  waits: boolean,
): Step {
  const missing = table.columns.filter((column) =>
    !columns.includes(column) && !later.includes(column) && !column.primaryKey
  );
  const keyIsMade = !table.primaryKey.every((column) => columns.includes(column));
  const returning = missing.length > 0 || keyIsMade ? [...table.primaryKey, ...missing] : [];
  const into = `INSERT INTO ${quote(table.name)}`;
  const back = returning.length === 0 ? "" : ` RETURNING ${names(returning)}`;
  const source = rowSource(columns, entities.length);
  return {
    kind: "insert",
    table,
    sql: columns.length === 0 ? `${into} DEFAULT VALUES${back}` : `${into} (${names(columns)}) ${source.select}${back}`,
    entities,
    returning,
    waits,
    counted: false,
    parameters: () => {
      for (const entity of entities) propagateKeys(entity);
      return source.parameters(entities.map((entity) => columns.map((column) => valueOf(column, entity))));
    },
  };
}

function planUpdates(persistent: Iterable<Persistent>): Step[] {
  const groups = new Map<string, { table: Table; changed: TableColumn[]; states: Persistent[]; waits: boolean }>();
  for (const state of persistent) {
    const waiting = propagateKeys(state.entity).map(({ key }) => key.column);
    const changed = changedColumns(state);
    if (changed.length === 0) continue;
    const broken = changed.find((column) =>
      (state.entity[column.attribute] ?? null) === null && !column.nullable && !waiting.includes(column)
    );
    if (broken) throw new MissingValueError(state.table.name, broken.attribute);
    const id = `${state.table.name}|${changed.map(({ name }) => name)}`;
    const group = groups.get(id);
    if (group) {
      group.states.push(state);
      group.waits ||= waiting.length > 0;
    } else groups.set(id, { table: state.table, changed, states: [state], waits: waiting.length > 0 });
  }
  return [...groups.values()].flatMap(({ table, changed, states, waits }) => {
    const before = new Map(states.map(({ entity, loaded }) => [entity, keyBefore(table, loaded)]));
    return chunks(states.map(({ entity }) => entity), [...table.primaryKey, ...changed]).map((entities) =>
      updateStep(table, changed, entities, (entity) => before.get(entity)!, waits)
    );
  });
}

/** The key of a row as it is in the database: an object may have got another one since. */
function keyBefore(table: Table, loaded: readonly unknown[]): unknown[] {
  return table.primaryKey.map((column) => loaded[table.columns.indexOf(column)]);
}

/** One row is addressed directly, several through a joined list of rows. */
function updateStep(
  table: Table,
  changed: readonly TableColumn[],
  entities: readonly Entity[],
  keyNow: (entity: Entity) => readonly unknown[],
  waits: boolean,
): Step {
  const renewed = table.columns.filter((column) => column.onUpdate && !changed.includes(column));
  const returning = [...table.primaryKey, ...renewed];
  const renewals = renewed.map(({ name, onUpdate }) => `${quote(name)} = ${onUpdate!.sql}`);
  const name = quote(table.name);
  const values = (entity: Entity) => {
    propagateKeys(entity);
    return changed.map((column) => valueOf(column, entity));
  };
  const shared = { kind: "update", table, entities, returning, waits, counted: true } as const;
  if (entities.length === 1) {
    const [entity] = entities;
    const assignments = [...changed.map((column, index) => `${quote(column.name)} = $${index + 1}`), ...renewals];
    const key = table.primaryKey.map((column, index) => `${quote(column.name)} = $${changed.length + index + 1}`);
    return {
      ...shared,
      sql: `UPDATE ${name} SET ${assignments.join(", ")} WHERE ${key.join(" AND ")} RETURNING ${names(returning)}`,
      parameters: () => [...values(entity), ...keyNow(entity)],
    };
  }
  const keyColumns = table.primaryKey.map((column) => ({ ...column, name: `key_${column.name}` }));
  const columns = [...keyColumns, ...changed];
  const source = rowSource(columns, entities.length);
  const assignments = [
    ...changed.map((column) => `${quote(column.name)} = changed.${quote(column.name)}`),
    ...renewals,
  ];
  const key = table.primaryKey.map((column) =>
    `${name}.${quote(column.name)} = changed.${quote(`key_${column.name}`)}`
  );
  return {
    ...shared,
    sql: `UPDATE ${name} SET ${assignments.join(", ")} FROM (${source.select}) AS changed (${names(columns)}) ` +
      `WHERE ${key.join(" AND ")} RETURNING ${returning.map((column) => `${name}.${quote(column.name)}`).join(", ")}`,
    parameters: () => source.parameters(entities.map((entity) => [...keyNow(entity), ...values(entity)])),
  };
}

/** Where deleted rows refer to each other in a circle, the reference is taken out first. */
function planDetach({ from, column }: ForeignKey, deleted: readonly Persistent[]): Step[] {
  const states = deleted.filter(({ table }) => table === from);
  if (states.length === 0 || !column.nullable) return [];
  const source = rowSource(from.primaryKey, states.length);
  return [{
    kind: "update",
    table: from,
    sql: `UPDATE ${quote(from.name)} SET ${quote(column.name)} = NULL WHERE (${
      names(from.primaryKey)
    }) IN (${source.select})`,
    entities: states.map(({ entity }) => entity),
    returning: [],
    waits: false,
    counted: true,
    parameters: () => source.parameters(states.map(({ loaded }) => keyBefore(from, loaded))),
  }];
}

function planDeletes(table: Table, deleted: readonly Persistent[]): Step[] {
  const states = deleted.filter((state) => state.table === table);
  if (states.length === 0) return [];
  const source = rowSource(table.primaryKey, states.length);
  return [{
    kind: "delete",
    table,
    sql: `DELETE FROM ${quote(table.name)} WHERE (${names(table.primaryKey)}) IN (${source.select})`,
    entities: states.map(({ entity }) => entity),
    returning: [],
    waits: false,
    counted: true,
    parameters: () => source.parameters(states.map(({ loaded }) => keyBefore(table, loaded))),
  }];
}

function planLink({ key, otherKey, added }: Links): Step[] {
  if (added.length === 0) return [];
  const columns = [key.column, otherKey.column];
  const source = rowSource(columns, added.length);
  return [{
    kind: "link",
    table: key.from,
    // a row that is there already is what was wanted
    sql: `INSERT INTO ${quote(key.from.name)} (${names(columns)}) ${source.select} ON CONFLICT DO NOTHING`,
    entities: added.map(([owner]) => owner),
    returning: [],
    waits: added.some(([owner, other]) => !hasKey(owner, key) || !hasKey(other, otherKey)),
    counted: false,
    parameters: () => source.parameters(added.map((pair) => pairValues(pair, key, otherKey))),
  }];
}

function planUnlink({ key, otherKey, removed }: Links): Step[] {
  if (removed.length === 0) return [];
  const columns = [key.column, otherKey.column];
  const source = rowSource(columns, removed.length);
  return [{
    kind: "unlink",
    table: key.from,
    sql: `DELETE FROM ${quote(key.from.name)} WHERE (${names(columns)}) IN (${source.select})`,
    entities: removed.map(([owner]) => owner),
    returning: [],
    waits: false,
    counted: false,
    parameters: () => source.parameters(removed.map((pair) => pairValues(pair, key, otherKey))),
  }];
}

function hasKey(entity: Entity, { referred }: ForeignKey): boolean {
  return entity[referred.attribute] !== undefined;
}

function pairValues([owner, other]: readonly [Entity, Entity], key: ForeignKey, otherKey: ForeignKey): unknown[] {
  return [owner[key.referred.attribute], other[otherKey.referred.attribute]];
}

/**
 * Rows as a source of an INSERT, UPDATE or DELETE: `unnest` of one array a column, whose text is the same for any number
 * of rows; where a column is an array itself, which `unnest` would take apart, a list of VALUES.
 */
function rowSource(columns: readonly TableColumn[], count: number) {
  if (columns.some(isArray)) {
    const row = (first: number) => `(${columns.map(({ type }, index) => `$${first + index}::${type}`).join(", ")})`;
    return {
      select: `VALUES ${Array.from({ length: count }, (_, index) => row(index * columns.length + 1)).join(", ")}`,
      parameters: (rows: unknown[][]) => rows.flat(),
    };
  }
  return {
    select: `SELECT * FROM unnest(${columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(", ")})`,
    parameters: (rows: unknown[][]) => columns.map((_, index) => rows.map((row) => row[index])),
  };
}

function chunks(entities: Entity[], columns: readonly TableColumn[]): Entity[][] {
  const size = columns.some(isArray) ? Math.floor(MOST_PARAMETERS / columns.length) : entities.length;
  return Array.from({ length: Math.ceil(entities.length / size) }, (_, i) => entities.slice(i * size, (i + 1) * size));
}

function isArray({ type }: TableColumn): boolean {
  return type.endsWith("[]");
}

/** The value of an object's column as it is sent. */
function valueOf({ attribute, bind }: TableColumn, entity: Entity): unknown {
  const value = entity[attribute];
  return bind && value !== null && value !== undefined ? bind(value) : value;
}

/** Copies the values a step returned into its objects. RETURNING promises no order: rows are matched by their key. */
export function applyReturned({ table, entities, returning }: Step, rows: readonly unknown[][]): void {
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
