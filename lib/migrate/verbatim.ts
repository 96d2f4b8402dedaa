/**
 * SQL of a model in the words of the database. The server spells some expressions anew each time it reads its own
 * spelling, such as `IN` lists of a varchar; where a model repeats the words of the database, these are compared.
 *
 * @module
 */
import type { ServerExpression } from "../schema/columns.ts";
import type { Table } from "../schema/table.ts";
import {
  type CheckSchema,
  type ColumnSchema,
  type IndexSchema,
  mapParts,
  type OtherSchema,
  partsOf,
  type TablePart,
  type TableSchema,
} from "./database_schema.ts";

/**
 * Replaces what the server made of a model's SQL by the SQL itself, where the database has the same.
 *
 * @param wanted the table as the server reads the model
 * @param model the model
 * @param live the same table in the database
 */
export function inWordsOfDatabase(wanted: TableSchema, model: Table, live: TableSchema): TableSchema {
  return mapParts(wanted, (part, kind) => {
    const other = partsOf(live, kind).find(({ name }) => name === part.name);
    return other ? { ...part, ...sameWords(model, part, other) } : part;
  });
}

/** The fields of a part that the model gives in the words of the database. */
function sameWords(model: Table, wanted: TablePart, live: TablePart): Partial<TablePart> {
  if ("nullable" in live) return columnWords(model, live);
  if ("keys" in live && "keys" in wanted) return indexWords(model, wanted, live);
  return constraintWords(model, live as CheckSchema | OtherSchema);
}

function columnWords(model: Table, live: ColumnSchema): Partial<ColumnSchema> {
  const { serverDefault, generatedAs } = model.columns.find(({ name }) => name === live.name)!;
  return {
    ...(isSame(serverDefault, live.default) ? { default: live.default } : {}),
    ...(isSame(generatedAs, live.generated) ? { generated: live.generated } : {}),
  };
}

function indexWords(model: Table, wanted: IndexSchema, live: IndexSchema): Partial<IndexSchema> {
  const { on, where, definition } = model.indexes.find(({ name }) => name === live.name)!;
  if (definition !== undefined) return definition === live.definition ? { definition } : {};
  const key = (position: number) => on[position] as ServerExpression | { readonly sql?: undefined };
  return {
    keys: wanted.keys.map((text, position) => isSame(key(position), live.keys[position]) ? live.keys[position] : text),
    ...(isSame(where, live.where) ? { where: live.where } : {}),
  };
}

function constraintWords(model: Table, live: CheckSchema | OtherSchema): Partial<CheckSchema> {
  const { expression, definition } = live as Partial<CheckSchema>;
  const sql = [...model.checks, ...model.constraints].find(({ name }) => name === live.name)?.sql;
  if (definition !== undefined) return sql === definition ? { definition, ...(expression ? { expression } : {}) } : {};
  return sql !== undefined && [expression, `CHECK (${expression})`].includes(sql) ? { expression } : {};
}

function isSame(given: { readonly sql?: string } | undefined, live: string | null | undefined): boolean {
  return given?.sql !== undefined && given.sql === live;
}
