/** Writes the model of a table. @module */
import { type ColumnSchema, isSameName } from "../database_schema.ts";
import { text } from "../render/source.ts";
import { call, type Code, lines, object, type Property, statement } from "./code.ts";
import { columnCode } from "./columns.ts";
import type { NamedTable } from "./named_table.ts";
import { type RelationCode, relationCode } from "./relations.ts";
import { optionsCode } from "./table_options.ts";
import type { Enums } from "./types.ts";

/**
 * Writes the call that makes a model, or an association table: `model("toys", { … })`.
 *
 * @param tables all tables
 */
export function modelCode(named: NamedTable, tables: readonly NamedTable[], enums: Enums): Code {
  const { table, attributes, isAssociation } = named;
  const property = (column: ColumnSchema): Property =>
    column.isFixed
      ? { comment: `${column.name} ${column.type}: ${column.leftAlone}` }
      : { key: attributes.get(column.name)!, value: columnCode(column, named, enums) };
  const options = optionsCode(named, ({ to }) => tables.find((other) => isSameName(other.table, to))!);
  const columns = lines(table.columns.map(property));
  return call(isAssociation ? "associationTable" : "model", text(named.word), columns, ...(options ? [options] : []));
}

/** Writes the statement that declares a model. */
export function declaration(
  { name, isAssociation }: NamedTable,
  code: Code,
  relations: readonly RelationCode[],
): string[] {
  if (isAssociation) return statement(`const ${name} = `, code, ";");
  if (relations.length === 0) return statement(`export class ${name} extends `, code, " {}");
  return [
    ...statement(`export class ${name} extends `, code, " {"),
    ...relations.map(({ name, type }) => `  declare ${name}: ${type};`),
    ...statement(
      "  static relations = ",
      object(relations.map((relation) => [relation.name, relationCode(relation)])),
      ";",
      2,
    ),
    "}",
  ];
}
