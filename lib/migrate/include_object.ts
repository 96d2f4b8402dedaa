/** Excludes objects from comparisons: Alembic's `include_object`. @module */
import type { DatabaseSchema, Describable, ObjectName, TableSchema } from "./database_schema.ts";

/** An object of the database, the models or both, as passed to the filter. */
export interface ComparedObject {
  readonly kind: "table" | "column" | "primaryKey" | "unique" | "check" | "foreignKey" | "index" | "enum";
  readonly name: string;
  /** Schema of the table; `undefined` for the schema in which the migrations run. */
  readonly schema?: string;
  /** Table of a column, constraint or index. */
  readonly table?: string;
}

/** Whether autogenerate compares an object. Excluded objects are neither created, changed nor dropped. */
export type IncludeObject = (object: ComparedObject) => boolean;

/** Reason to ignore an object. */
export const LEFT_OUT = "excluded by includeObject";

/** Marks the excluded objects of a database, so that the objects they depend on are kept too. */
export function markLeftOut(live: DatabaseSchema, include: IncludeObject): DatabaseSchema {
  const marked = <Part extends Describable>(part: Part): Part => ({ ...part, leftAlone: LEFT_OUT });
  return {
    ...live,
    enums: live.enums.map((type) => include({ kind: "enum", name: type.name }) ? type : marked(type)),
    tables: live.tables.map((table) => {
      const mark =
        (kind: ComparedObject["kind"]) => <Part extends Describable & { readonly name: string }>(part: Part) =>
          include(partOf(table, kind, part.name)) ? part : marked(part);
      const parts = {
        columns: table.columns.map(mark("column")),
        primaryKey: table.primaryKey && mark("primaryKey")(table.primaryKey),
        uniques: table.uniques.map(mark("unique")),
        checks: table.checks.map(mark("check")),
        foreignKeys: table.foreignKeys.map(mark("foreignKey")),
        indexes: table.indexes.map(mark("index")),
      };
      const isWhole = Object.values(parts).flat().every((part) => part?.leftAlone !== LEFT_OUT);
      const copy = { ...table, ...parts };
      return isWhole && include(tableOf(table)) ? copy : marked(copy);
    }),
  };
}

/** Removes the excluded objects from the schema of the models. */
export function withoutLeftOut(wanted: DatabaseSchema, include: IncludeObject): DatabaseSchema {
  return {
    ...wanted,
    enums: wanted.enums.filter(({ name }) => include({ kind: "enum", name })),
    tables: wanted.tables.filter((table) => include(tableOf(table))).map((table) => {
      const isIn = (kind: ComparedObject["kind"]) => ({ name }: { readonly name: string }) =>
        include(partOf(table, kind, name));
      return {
        ...table,
        columns: table.columns.filter(isIn("column")),
        primaryKey: table.primaryKey && isIn("primaryKey")(table.primaryKey) ? table.primaryKey : null,
        uniques: table.uniques.filter(isIn("unique")),
        checks: table.checks.filter(isIn("check")),
        foreignKeys: table.foreignKeys.filter(isIn("foreignKey")),
        indexes: table.indexes.filter(isIn("index")),
      };
    }),
  };
}

function tableOf({ schema, name }: ObjectName): ComparedObject {
  return { kind: "table", name, ...(schema === undefined ? {} : { schema }) };
}

function partOf(table: TableSchema, kind: ComparedObject["kind"], name: string): ComparedObject {
  return { ...tableOf(table), kind, name, table: table.name };
}
