/** Writes the options of a model: what its columns do not say. @module */
import { conventionalName } from "../../base/naming.ts";
import { quote } from "../../base/quote.ts";
import type { ForeignKeySchema, IndexSchema, ObjectName, TableSchema } from "../database_schema.ts";
import { text } from "../render/source.ts";
import { quoteName } from "../render/tables.ts";
import { deferrableCode, keyOptions } from "./columns.ts";
import { call, type Code, list, object } from "./code.ts";

/** The constraints and indexes of a table, by where the model says them. */
export interface TableParts {
  /** Columns with a UNIQUE constraint of their own. */
  readonly unique: ReadonlySet<string>;
  /** Columns with an index of their own, under its conventional name. */
  readonly indexed: ReadonlySet<string>;
  /** Foreign keys of one column, by the column. */
  readonly foreignKeys: ReadonlyMap<string, ForeignKeySchema>;
  /** Tables that typed foreign keys refer to, one entry for each key. */
  readonly connections: readonly ObjectName[];
  readonly options: Code | undefined;
}

/**
 * Sorts the constraints and indexes of a table.
 *
 * @param attributes names of the attributes by column
 * @param isModelled whether the models describe a table
 */
export function tableParts(
  table: TableSchema,
  attributes: ReadonlyMap<string, string>,
  isModelled: (key: ForeignKeySchema) => boolean,
): TableParts {
  const named = (columns: readonly string[]) => list(columns.map((column) => text(attributes.get(column)!)));
  const usual = table.uniques.filter(({ definition, deferrable }) => definition === undefined && !deferrable);
  const unique = new Set(usual.filter(({ columns }) => columns.length === 1).map(({ columns }) => columns[0]));
  const foreignKeys = new Map<string, ForeignKeySchema>();
  const composite: ForeignKeySchema[] = [];
  const constraints: [string, string][] = [];
  for (const key of table.foreignKeys) {
    const sql = foreignKeySql(key);
    if (!isModelled(key) || key.definition !== undefined) constraints.push([key.name, key.definition ?? sql]);
    else if (key.columns.length === 1 && !foreignKeys.has(key.columns[0])) foreignKeys.set(key.columns[0], key);
    else composite.push(key);
  }
  const uniques: Code[] = table.uniques.flatMap((key) => {
    if (usual.includes(key)) return key.columns.length > 1 ? [named(key.columns)] : [];
    if (key.definition === undefined) {
      return [object([["on", named(key.columns)], ["deferrable", deferrableCode(key.deferrable)]])];
    }
    constraints.push([key.name, key.definition]);
    return [];
  });
  for (const { name, definition, expression } of table.checks) {
    constraints.push([name, definition ?? `CHECK (${expression})`]);
  }
  for (const { name, definition } of table.others) constraints.push([name, definition]);
  const indexed = new Set<string>();
  const indexes: Code[] = [];
  for (const index of table.indexes) {
    const column = usualColumn(table, index, attributes);
    if (column !== undefined) indexed.add(column);
    else indexes.push(indexCode(index, attributes));
  }
  const options = ([
    ["comment", table.comment === null ? undefined : text(table.comment)],
    ["unique", some(uniques)],
    [
      "foreignKeys",
      some(composite.map((key) =>
        object([
          ["on", named(key.columns)],
          ["references", text(key.to.name)],
          ["columns", list(key.referred.map(text))],
          ...keyOptions(key),
        ])
      )),
    ],
    ["indexes", some(indexes)],
    [
      "constraints",
      constraints.length === 0
        ? undefined
        : object(constraints.toSorted(byName).map(([name, sql]) => [name, text(sql)])),
    ],
  ] as const).filter(([, value]) => value !== undefined);
  const connections = [...foreignKeys.values(), ...composite].map(({ to }) => to);
  return { unique, indexed, foreignKeys, connections, options: options.length === 0 ? undefined : object(options) };
}

/** The column of an index that `.index()` says: of one column, under its conventional name. */
function usualColumn(table: TableSchema, index: IndexSchema, attributes: ReadonlyMap<string, string>) {
  const { name, unique, method, keys, where, definition } = index;
  const column = columnOf(keys[0], attributes);
  const isUsual = !unique && method === "btree" && where === null && definition === undefined;
  if (column === undefined || keys.length > 1 || !isUsual) return undefined;
  return name === conventionalName("ix", table.name, [column]) ? column : undefined;
}

function indexCode(index: IndexSchema, attributes: ReadonlyMap<string, string>): Code {
  const { name, unique, method, keys, where, definition } = index;
  const isUnique = unique ? "true" : undefined;
  if (definition !== undefined) {
    return object([["name", text(name)], ["unique", isUnique], ["definition", text(definition)]]);
  }
  const on = keys.map((key) => {
    const column = columnOf(key, attributes);
    return column === undefined ? call("sql", text(key)) : text(attributes.get(column)!);
  });
  return object([
    ["on", list(on)],
    ["name", text(name)],
    ["unique", isUnique],
    ["using", method === "btree" ? undefined : text(method)],
    ["where", where === null ? undefined : call("sql", text(where))],
  ]);
}

/** The column that an index key is; `undefined` for an expression. */
function columnOf(key: string, attributes: ReadonlyMap<string, string>): string | undefined {
  return [...attributes.keys()].find((column) => key === column || key === quote(column) || key === `"${column}"`);
}

/** A foreign key as `pg_get_constraintdef()` prints it. */
function foreignKeySql({ columns, to, referred, onDelete, onUpdate }: ForeignKeySchema): string {
  return `FOREIGN KEY (${sqlNames(columns)}) REFERENCES ${quoteName(to)}(${sqlNames(referred)})` +
    (onUpdate === "no action" ? "" : ` ON UPDATE ${onUpdate.toUpperCase()}`) +
    (onDelete === "no action" ? "" : ` ON DELETE ${onDelete.toUpperCase()}`);
}

function sqlNames(columns: readonly string[]): string {
  return columns.map(quote).join(", ");
}

function some(items: readonly Code[]): Code | undefined {
  return items.length === 0 ? undefined : list(items);
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1;
}
