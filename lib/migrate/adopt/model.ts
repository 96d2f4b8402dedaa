/** Writes the model of a table. @module */
import type { ColumnSchema } from "../database_schema.ts";
import { text } from "../render/source.ts";
import { call, type Code, lines, object, type Property, statement } from "./code.ts";
import { columnCode } from "./columns.ts";
import type { NamedTable } from "./named_table.ts";
import { type RelationCode, relationCode } from "./relations.ts";
import type { Enums } from "./types.ts";

/** Writes the call that makes a model, or an association table: `model("toys", { … })`. */
export function modelCode({ table, attributes, parts, isAssociation }: NamedTable, enums: Enums): Code {
  const property = (column: ColumnSchema): Property => {
    if (column.leftAlone !== undefined) return { comment: `${column.name} ${column.type}: ${column.leftAlone}` };
    const attribute = attributes.get(column.name)!;
    const isKey = !isAssociation && table.primaryKey!.columns.includes(column.name);
    return { key: attribute, value: columnCode(column, { attribute, isKey, ...parts }, enums) };
  };
  const create = isAssociation ? "associationTable" : "model";
  return call(create, text(table.name), lines(table.columns.map(property)), ...(parts.options ? [parts.options] : []));
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
