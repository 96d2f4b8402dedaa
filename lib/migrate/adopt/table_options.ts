/** Writes the options of a model: what its columns do not say. @module */
import type { ForeignKeySchema, IndexSchema, KeySchema, TableSchema } from "../database_schema.ts";
import { text } from "../render/source.ts";
import { call, type Code, list, longText, object } from "./code.ts";
import type { NamedTable } from "./named_table.ts";
import { chosenName, columnOf } from "./table_parts.ts";

/** An entry of an object; left out without a value. */
type Entry = readonly [key: string, value: Code | undefined];

/**
 * Writes the options of a model.
 *
 * @param targetOf returns the table that a foreign key refers to
 * @returns `undefined` if there are none
 */
export function optionsCode(
  { table, word, attributes, parts }: NamedTable,
  targetOf: (key: ForeignKeySchema) => Pick<NamedTable, "table" | "attributes">,
): Code | undefined {
  const named = (columns: readonly string[]) => list(columns.map((column) => text(attributes.get(column)!)));
  const uniqueCode = (key: KeySchema) => {
    const options = keyOptions(table, "uq", key);
    return options.length === 0 ? named(key.columns) : object([["on", named(key.columns)], ...options]);
  };
  const foreignKeyCode = (key: ForeignKeySchema) => {
    const to = targetOf(key);
    const isOfKey = String(to.table.primaryKey?.columns) === String(key.referred);
    return object([
      ["on", named(key.columns)],
      ["references", text(key.to.name)],
      ["columns", isOfKey ? undefined : list(key.referred.map((column) => text(to.attributes.get(column)!)))],
      ...referenceOptions(table, key),
    ]);
  };
  const primaryKeyCode = (key: KeySchema) => {
    const inTableOrder = table.columns.flatMap(({ name }) => key.columns.includes(name) ? [name] : []);
    const name = chosenName(table, "pk", key);
    const options: Entry[] = [
      ["on", String(inTableOrder) === String(key.columns) ? undefined : named(key.columns)],
      ["name", name && text(name)],
    ];
    return options.some(([, value]) => value !== undefined) ? object(options) : undefined;
  };
  const { uniques, foreignKeys, indexes, constraints } = parts;
  const options: Entry[] = [
    ["named", word === table.name ? undefined : text(table.name)],
    ["comment", table.comment === null ? undefined : longText(table.comment)],
    ["primaryKey", table.primaryKey === null ? undefined : primaryKeyCode(table.primaryKey)],
    ["unique", some(uniques.map(uniqueCode))],
    ["foreignKeys", some(foreignKeys.map(foreignKeyCode))],
    ["indexes", some(indexes.map((index) => indexCode(index, table, attributes)))],
    [
      "constraints",
      constraints.length === 0 ? undefined : object(constraints.map(({ name, sql }) => [name, longText(sql)])),
    ],
  ];
  return options.some(([, value]) => value !== undefined) ? object(options) : undefined;
}

/** Options of a foreign key that differ from the usual ones. */
export function referenceOptions(table: TableSchema, key: ForeignKeySchema): Entry[] {
  const action = (action: string) => action === "no action" ? undefined : text(action);
  const options: Entry[] = [["onDelete", action(key.onDelete)], ["onUpdate", action(key.onUpdate)]];
  return [...options.filter(([, value]) => value !== undefined), ...keyOptions(table, "fk", key)];
}

/** Options of a key that differ from the usual ones: a name that somebody chose, and when it is checked. */
export function keyOptions(table: TableSchema, kind: "uq" | "fk", key: KeySchema): Entry[] {
  const name = chosenName(table, kind, key);
  const deferrable = key.deferrable || undefined;
  const options: Entry[] = [
    ["name", name && text(name)],
    ["deferrable", deferrable === "deferred" ? text(deferrable) : deferrable && "true"],
  ];
  return options.filter(([, value]) => value !== undefined);
}

function indexCode(index: IndexSchema, table: TableSchema, attributes: ReadonlyMap<string, string>): Code {
  const { name, unique, method, keys, where, definition } = index;
  const isUnique = unique ? "true" : undefined;
  if (definition !== undefined) {
    return object([["name", text(name)], ["unique", isUnique], ["definition", longText(definition)]]);
  }
  const on = keys.map((key) => {
    const column = columnOf(table, key);
    return column === undefined ? call("sql", longText(key)) : text(attributes.get(column)!);
  });
  return object([
    ["on", list(on)],
    ["name", text(name)],
    ["unique", isUnique],
    ["using", method === "btree" ? undefined : text(method)],
    ["where", where === null ? undefined : call("sql", longText(where))],
  ]);
}

function some(items: readonly Code[]): Code | undefined {
  return items.length === 0 ? undefined : list(items);
}
