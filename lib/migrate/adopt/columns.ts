/** Writes a column of a model. @module */
import { snakeCase } from "../../base/naming.ts";
import type { ColumnSchema } from "../database_schema.ts";
import { nameIn } from "../compare/text.ts";
import { text } from "../render/source.ts";
import { call, chain, type Code, object } from "./code.ts";
import type { NamedTable } from "./named_table.ts";
import { keyOptions, referenceOptions } from "./table_options.ts";
import { type Enums, typeCode } from "./types.ts";

/** Writes a column of a table: `varchar(50).unique()`. */
export function columnCode(
  column: ColumnSchema,
  { table, attributes, parts, isAssociation }: NamedTable,
  enums: Enums,
): Code {
  const { name, nullable, comment, default: made } = column;
  const isKey = !isAssociation && table.primaryKey!.columns.includes(name);
  const unique = parts.uniqueColumns.get(name);
  const foreignKey = parts.references.get(name);
  const uniqueOptions = unique ? keyOptions(table, "uq", unique) : [];
  const options = foreignKey ? referenceOptions(table, foreignKey) : [];
  return chain([
    typeCode(column, enums),
    ...(snakeCase(attributes.get(name)!) === name ? [] : [call("named", text(name))]),
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
    ...(column.collation === undefined ? [] : collate(column.collation)),
    ...(column.generated === undefined ? [] : [call("generatedAs", call("sql", text(column.generated)))]),
    ...numbered(column),
    ...(made === null || column.isSerial ? [] : [call("serverDefault", defaultCode(made, column.type))]),
    ...(parts.indexedColumns.has(name) ? [call("index")] : []),
    ...(comment === null ? [] : [call("comment", text(comment))]),
  ]);
}

/** The collation; none in a schema outside of the search path, which models cannot name. */
function collate(collation: string): Code[] {
  const name = nameIn(collation);
  return name === undefined ? [] : [call("collate", text(name))];
}

/** How the server numbers a column, where its type does not say it. */
function numbered({ type, identity, isSerial }: ColumnSchema): Code[] {
  if (type === "integer") return [];
  if (isSerial) return [call("serverDefault", "SERIAL")];
  return identity === null ? [] : [call("serverDefault", identity === "always" ? "IDENTITY_ALWAYS" : "IDENTITY")];
}

/** Writes a default; leaves out the cast to the type of the column that PostgreSQL adds to a literal. */
function defaultCode(made: string, type: string): Code {
  if (made === "now()") return call("now");
  const literal = /^('(?:[^']|'')*')::(.+)$/.exec(made);
  const isOfColumn = literal !== null && (literal[2] === type.replace(/\(.*\)/, "") || literal[2] === "bpchar");
  if (!isOfColumn) return call("sql", text(made));
  const number = /^'(-\d+(?:\.\d+)?)'$/.exec(literal[1]);
  return call("sql", text(number ? number[1] : literal[1]));
}
