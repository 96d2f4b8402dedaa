/** Writes a column of a model. @module */
import { snakeCase } from "../../base/naming.ts";
import type { ColumnSchema } from "../database_schema.ts";
import { text } from "../render/source.ts";
import { call, chain, type Code, longText, object } from "./code.ts";
import type { NamedTable } from "./named_table.ts";
import { keyOptions, referenceOptions } from "./table_options.ts";
import { type Enums, typeCalls } from "./types.ts";

/** Writes a column of a table: `varchar(50).unique()`. */
export function columnCode(
  column: ColumnSchema,
  { table, attributes, parts, isAssociation }: NamedTable,
  enums: Enums,
): Code {
  const { name, nullable, comment, collation, generated, default: made } = column;
  const { type, numbering } = typeCalls(column, enums);
  const isKey = !isAssociation && table.primaryKey!.columns.includes(name);
  const unique = parts.uniqueColumns.get(name);
  const foreignKey = parts.references.get(name);
  const uniqueOptions = unique ? keyOptions(table, "uq", unique) : [];
  const options = foreignKey ? referenceOptions(table, foreignKey) : [];
  return chain([
    type,
    ...(snakeCase(attributes.get(name)!) === name ? [] : [call("named", text(name))]),
    ...(collation === undefined ? [] : [call("collate", text(unquoted(collation)))]),
    ...(generated === undefined ? [] : [call("generatedAs", call("sql", longText(generated)))]),
    ...(isKey ? [call("primaryKey")] : []),
    ...(nullable ? [call("nullable")] : []),
    ...(unique ? [call("unique", ...(uniqueOptions.length > 0 ? [object(uniqueOptions)] : []))] : []),
    ...(foreignKey
      ? [
        call(
          "references",
          text(`${foreignKey.to.name}.${foreignKey.referred[0]}`),
          ...(options.length > 0 ? [object(options)] : []),
        ),
      ]
      : []),
    ...(numbering ? [numbering] : []),
    ...(made === null || column.isSerial ? [] : [call("serverDefault", defaultCode(made, column.type))]),
    ...(parts.indexedColumns.has(name) ? [call("index")] : []),
    ...(comment === null ? [] : [call("comment", longText(comment))]),
  ]);
}

/** Writes a default; leaves out the cast to the type of the column that PostgreSQL adds to a literal. */
function defaultCode(made: string, type: string): Code {
  if (made === "now()") return call("now");
  const literal = /^('(?:[^']|'')*')::(.+)$/.exec(made);
  const isOfColumn = literal !== null && (literal[2] === type.replace(/\(.*\)/, "") || literal[2] === "bpchar");
  if (!isOfColumn) return call("sql", longText(made));
  const number = /^'(-\d+(?:\.\d+)?)'$/.exec(literal[1]);
  return call("sql", text(number ? number[1] : literal[1]));
}

/** A name without the quotes that SQL may need. */
function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
