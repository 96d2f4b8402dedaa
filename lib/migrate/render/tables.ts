/** Renders tables, columns, constraints and indexes with the schema builder of Kysely. @module */
import { literal, quote } from "../../base/quote.ts";
import {
  type ColumnSchema,
  type ForeignKeySchema,
  fullName,
  type IndexSchema,
  type KeySchema,
  type ObjectName,
  type OtherSchema,
  type PartSchema,
  type TableSchema,
  typeOf,
} from "../database_schema.ts";
import { builderStatement, type Call, call, list, sqlStatement, template, text } from "./source.ts";
import { dataType } from "./types.ts";

/** Quotes a table name for SQL. */
export function quoteName({ schema, name }: ObjectName): string {
  return schema === undefined ? quote(name) : `${quote(schema)}.${quote(name)}`;
}

/** Creates a table with its constraints, indexes and comments. */
export function createTable(table: TableSchema): string[] {
  const keys = table.primaryKey ? [table.primaryKey] : [];
  const [primaryKey, uniques, checks, foreignKeys] = [
    keys.filter(isUsual),
    table.uniques.filter(isUsual),
    table.checks.filter(isUsual),
    table.foreignKeys.filter(isUsual),
  ];
  const defined = [...keys, ...table.uniques, ...table.checks, ...table.others, ...table.foreignKeys].filter(isDefined);
  const statement = builderStatement([
    call("createTable", text(fullName(table))),
    ...table.columns.map((column) => call("addColumn", ...columnArguments(column))),
    ...primaryKey.map(({ name, columns }) => call("addPrimaryKeyConstraint", text(name), list(columns))),
    ...uniques.map((key) => call("addUniqueConstraint", ...uniqueArguments(key))),
    ...checks.map(({ name, expression }) => call("addCheckConstraint", text(name), template(expression))),
    ...foreignKeys.map((key) =>
      call("addForeignKeyConstraint", ...keyArguments(key), ...onBuilder("key", actionCalls(key)))
    ),
  ]);
  return [
    ...statement,
    ...table.columns.flatMap((column) => setSequence(table, column)),
    ...defined.flatMap((constraint) => addDefined(table, constraint)),
    ...table.indexes.flatMap((index) => createIndex(table, index)),
    ...(table.comment === null ? [] : setComment(table, undefined, table.comment)),
    ...table.columns.flatMap(({ name, comment }) => comment === null ? [] : setComment(table, name, comment)),
  ];
}

/** Adds a column with its comment. */
export function addColumn(table: ObjectName, column: ColumnSchema): string[] {
  return [
    ...builderStatement([
      call("alterTable", text(fullName(table))),
      call("addColumn", ...columnArguments(column)),
    ]),
    ...setSequence(table, column),
    ...(column.comment === null ? [] : setComment(table, column.name, column.comment)),
  ];
}

/** Gives the sequence of a new column its options, unless {@linkcode losesOptions}. */
function setSequence(table: ObjectName, column: ColumnSchema): string[] {
  if (!column.sequence || losesOptions(table, column)) return [];
  const { name, options } = column.sequence;
  if (column.identity === null) {
    const sequence = quoteName({ schema: table.schema, name });
    return sqlStatement(`ALTER SEQUENCE ${sequence} ${options.join(" ")} RESTART`);
  }
  const settings = options.map((option) => `SET ${option}`).join(" ");
  return sqlStatement(`ALTER TABLE ${quoteName(table)} ALTER COLUMN ${quote(column.name)} ${settings} RESTART`);
}

/** Whether a new column has not the options of the old one: its sequence has another name than the server gives. */
export function losesOptions({ name: table }: ObjectName, { name, identity, sequence }: ColumnSchema): boolean {
  return sequence !== undefined && identity === null && sequence.name !== `${table}_${name}_seq`;
}

/** Adds a constraint by its definition. */
export function addDefined(
  table: ObjectName,
  { name, definition }: Pick<OtherSchema, "name" | "definition">,
): string[] {
  return sqlStatement(`ALTER TABLE ${quoteName(table)} ADD CONSTRAINT ${quote(name)} ${definition}`);
}

/** Adds a foreign key to an existing table. */
export function addForeignKey(table: ObjectName, key: ForeignKeySchema): string[] {
  if (isDefined(key)) return addDefined(table, key);
  return builderStatement([
    call("alterTable", text(fullName(table))),
    call("addForeignKeyConstraint", ...keyArguments(key)),
    ...actionCalls(key),
  ]);
}

/** Creates an index. */
export function createIndex(table: ObjectName, index: IndexSchema): string[] {
  const { name, unique, method, keys, where, definition } = index;
  if (definition !== undefined) {
    const kind = unique ? "UNIQUE INDEX" : "INDEX";
    return sqlStatement(`CREATE ${kind} ${quote(name)} ON ${quoteName(table)} USING ${definition}`);
  }
  return builderStatement([
    call("createIndex", text(name)),
    ...(unique ? [call("unique")] : []),
    call("on", text(fullName(table))),
    ...(method === "btree" ? [] : [call("using", text(method))]),
    ...keyCalls(keys),
    ...(where === null ? [] : [call("where", template(where, "<boolean>"))]),
  ]);
}

/**
 * Sets the comment of a table or column.
 *
 * @param column `undefined` for the table
 * @param comment `null` removes it
 */
export function setComment(table: ObjectName, column: string | undefined, comment: string | null): string[] {
  const on = column === undefined ? `TABLE ${quoteName(table)}` : `COLUMN ${quoteName(table)}.${quote(column)}`;
  return sqlStatement(`COMMENT ON ${on} IS ${comment === null ? "NULL" : literal(comment)}`);
}

function isDefined<Part extends PartSchema>(part: Part): part is Part & { readonly definition: string } {
  return part.definition !== undefined;
}

function isUsual(part: PartSchema): boolean {
  return !isDefined(part);
}

function columnArguments(column: ColumnSchema): string[] {
  const calls = [
    ...(column.nullable ? [] : [".notNull()"]),
    ...(column.identity === "always" ? [".generatedAlwaysAsIdentity()"] : []),
    ...(column.identity === "by default" ? [".generatedByDefaultAsIdentity()"] : []),
    ...(column.generated === undefined ? [] : [`.generatedAlwaysAs(${template(column.generated)}).stored()`]),
    ...(column.default === null || column.isSerial ? [] : [`.defaultTo(${template(column.default)})`]),
  ];
  return [
    text(column.name),
    dataType(column.isSerial ? serialType(column.type) : typeOf(column)),
    ...(calls.length > 0 ? [`(column) => column${calls.join("")}`] : []),
  ];
}

/** Type that also makes a sequence: `bigserial` for `bigint`. */
function serialType(type: string): string {
  return ({ smallint: "smallserial", bigint: "bigserial" } as Record<string, string>)[type] ?? "serial";
}

function keyArguments({ name, columns, to, referred }: ForeignKeySchema): string[] {
  return [text(name), list(columns), text(fullName(to)), list(referred)];
}

/** Arguments of `addUniqueConstraint()`. */
export function uniqueArguments(key: KeySchema): string[] {
  return [text(key.name), list(key.columns), ...onBuilder("key", deferredCalls(key))];
}

/** A function that makes calls on a builder; none without calls. */
function onBuilder(parameter: string, calls: readonly Call[]): string[] {
  const chain = calls.map(({ name, args }) => `.${name}(${args.join(", ")})`).join("");
  return chain ? [`(${parameter}) => ${parameter}${chain}`] : [];
}

function deferredCalls({ deferrable }: KeySchema): Call[] {
  if (!deferrable) return [];
  return [call("deferrable"), ...(deferrable === "deferred" ? [call("initiallyDeferred")] : [])];
}

function actionCalls(key: ForeignKeySchema): Call[] {
  const { onDelete, onUpdate } = key;
  return [
    ...(onDelete === "no action" ? [] : [call("onDelete", text(onDelete))]),
    ...(onUpdate === "no action" ? [] : [call("onUpdate", text(onUpdate))]),
    ...deferredCalls(key),
  ];
}

/** Calls that add index keys: columns and expressions, in order. */
function keyCalls(keys: readonly string[]): Call[] {
  const calls: Call[] = [];
  let columns: string[] = [];
  const flush = () => {
    if (columns.length > 0) calls.push(call("columns", list(columns)));
    columns = [];
  };
  for (const key of keys) {
    const column = /^(?:(\w+)|"(\w+)")$/.exec(key);
    if (column) columns.push(column[1] ?? column[2]);
    else {
      flush();
      calls.push(call("expression", template(key)));
    }
  }
  flush();
  return calls;
}
