/** Excludes objects from comparisons: Alembic's `include_object`. @module */
import {
  type DatabaseSchema,
  type Describable,
  mapParts,
  type ObjectName,
  type PartKind,
  partsOf,
  type TableSchema,
} from "./database_schema.ts";

/** An object of the database, the models or both, as passed to the filter. */
export interface ComparedObject {
  readonly kind: "table" | "enum" | PartKind;
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
      const copy = mapParts(table, (part, kind) => include(partOf(table, kind, part.name)) ? part : marked(part));
      const isWhole = partsOf(copy).every(({ leftAlone }) => leftAlone !== LEFT_OUT);
      return isWhole && include(tableOf(table)) ? copy : marked(copy);
    }),
  };
}

/** Removes the excluded objects from the schema of the models. */
export function withoutLeftOut(wanted: DatabaseSchema, include: IncludeObject): DatabaseSchema {
  return {
    ...wanted,
    enums: wanted.enums.filter(({ name }) => include({ kind: "enum", name })),
    tables: wanted.tables.filter((table) => include(tableOf(table))).map((table) =>
      mapParts(table, (part, kind) => include(partOf(table, kind, part.name)) ? part : undefined)
    ),
  };
}

function tableOf({ schema, name }: ObjectName): ComparedObject {
  return { kind: "table", name, ...(schema === undefined ? {} : { schema }) };
}

function partOf(table: TableSchema, kind: PartKind, name: string): ComparedObject {
  return { ...tableOf(table), kind, name, table: table.name };
}
