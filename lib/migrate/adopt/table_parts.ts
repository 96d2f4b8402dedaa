/** Sorts the constraints and indexes of a table by where its model says them. @module */
import { conventionalName } from "../../base/naming.ts";
import { quote } from "../../base/quote.ts";
import type { ForeignKeySchema, IndexSchema, KeySchema, ObjectName, TableSchema } from "../database_schema.ts";
import { quoteName } from "../render/tables.ts";

/** The constraints and indexes of a table. */
export interface TableParts {
  /** UNIQUE constraints of one column, by the column. */
  readonly uniqueColumns: ReadonlyMap<string, KeySchema>;
  /** Foreign keys of one column, by the column. */
  readonly references: ReadonlyMap<string, ForeignKeySchema>;
  /** Columns with an index of their own, under its conventional name. */
  readonly indexedColumns: ReadonlySet<string>;
  /** The other UNIQUE constraints. */
  readonly uniques: readonly KeySchema[];
  /** The other foreign keys. */
  readonly foreignKeys: readonly ForeignKeySchema[];
  /** The other indexes. */
  readonly indexes: readonly IndexSchema[];
  /** What only SQL says. */
  readonly constraints: readonly { readonly name: string; readonly sql: string }[];
}

/**
 * Sorts the constraints and indexes of a table.
 *
 * @param isModelled whether the models describe a table, so that a foreign key can name it
 */
export function tableParts(table: TableSchema, isModelled: (name: ObjectName) => boolean): TableParts {
  const ofOne = <Key extends KeySchema>(keys: readonly Key[]) =>
    new Map(keys.filter(({ columns }) => columns.length === 1).toReversed().map((key) => [key.columns[0], key]));
  const rest = <Part>(parts: readonly Part[], said: Iterable<Part>) => [...new Set(parts).difference(new Set(said))];
  const isSayable = (key: KeySchema) => key.definition === undefined;
  const sayableKeys = table.foreignKeys.filter((key) => isSayable(key) && isModelled(key.to));
  const uniqueColumns = ofOne(table.uniques.filter(isSayable));
  const references = ofOne(sayableKeys);
  const usual = table.indexes.flatMap((index) => {
    const column = usualColumn(table, index);
    return column === undefined ? [] : [{ index, column }];
  });
  const constraints = [
    ...table.checks.map(({ name, definition, expression }) => ({ name, sql: definition ?? `CHECK (${expression})` })),
    ...rest(table.uniques, table.uniques.filter(isSayable)).map(({ name, definition }) => ({ name, sql: definition! })),
    ...rest(table.foreignKeys, sayableKeys).map((key) => ({
      name: key.name,
      sql: key.definition ?? foreignKeySql(key),
    })),
    ...table.others.map(({ name, definition }) => ({ name, sql: definition })),
  ];
  return {
    uniqueColumns,
    references,
    indexedColumns: new Set(usual.map(({ column }) => column)),
    uniques: rest(table.uniques.filter(isSayable), uniqueColumns.values()),
    foreignKeys: rest(sayableKeys, references.values()),
    indexes: rest(table.indexes, usual.map(({ index }) => index)),
    constraints: constraints.toSorted((one, other) => one.name < other.name ? -1 : 1),
  };
}

/** The column of an index that `.index()` says: of this column alone, under its conventional name. */
function usualColumn(table: TableSchema, index: IndexSchema): string | undefined {
  const { name, unique, method, keys: [key, ...more], where, definition } = index;
  if (unique || method !== "btree" || more.length > 0 || where !== null || definition !== undefined) return undefined;
  const column = columnOf(table, key);
  return column !== undefined && name === conventionalName("ix", table.name, [column]) ? column : undefined;
}

/** The column that an index key is; `undefined` for an expression. */
export function columnOf({ columns }: TableSchema, key: string): string | undefined {
  return columns.find(({ name }) => key === name || key === quote(name) || key === `"${name}"`)?.name;
}

/**
 * The name of a key, if somebody has chosen it; `undefined` for the one that PostgreSQL or this library makes. Models
 * without a name accept any.
 */
export function chosenName(
  table: TableSchema,
  kind: "pk" | "uq" | "fk",
  key: KeySchema | ForeignKeySchema,
): string | undefined {
  const ending = { pk: "pkey", uq: "key", fk: "fkey" }[kind];
  const columns = kind === "pk" ? [] : key.columns;
  const made = [
    [table.name, ...columns, ending].join("_"),
    conventionalName(kind, table.name, "to" in key ? [...columns, key.to] : columns),
  ];
  return made.includes(key.name) ? undefined : key.name;
}

/** A foreign key in SQL. */
function foreignKeySql({ columns, to, referred, onDelete, onUpdate, deferrable }: ForeignKeySchema): string {
  const names = (columns: readonly string[]) => columns.map(quote).join(", ");
  return `FOREIGN KEY (${names(columns)}) REFERENCES ${quoteName(to)}(${names(referred)})` +
    (onUpdate === "no action" ? "" : ` ON UPDATE ${onUpdate.toUpperCase()}`) +
    (onDelete === "no action" ? "" : ` ON DELETE ${onDelete.toUpperCase()}`) +
    (deferrable ? ` DEFERRABLE${deferrable === "deferred" ? " INITIALLY DEFERRED" : ""}` : "");
}
