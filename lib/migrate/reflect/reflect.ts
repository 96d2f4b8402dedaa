/** Reads the schema of a database from the catalogs. @module */
import type { Connection } from "../../engine/connection.ts";
import { type DatabaseSchema, type EnumSchema, fullName, type ObjectName } from "../database_schema.ts";
import { type ColumnRow, COLUMNS } from "./columns.ts";
import { type ConstraintRow, CONSTRAINTS } from "./constraints.ts";
import { type DependentRow, DEPENDENTS } from "./dependents.ts";
import { INDEXES, type IndexRow } from "./indexes.ts";
import { isOrdinary, type RelationRow, RELATIONS } from "./relations.ts";
import { type VersionTableNames, versionTableNames } from "../version_table_name.ts";
import { attached, oddRelation, readTable } from "./tables.ts";
import { type RoutineRow, ROUTINES, TYPE_KINDS, type TypeRow, TYPES } from "./types.ts";

/** Schemas to read. */
export interface ReflectedSchemas {
  /** Schema in which the migrations run. Its tables have no schema in the result. */
  readonly main: string;
  /** Other schemas. The result omits those that do not exist. */
  readonly others?: readonly string[];
  /** Version table and log, which are left out. */
  readonly versionTable?: VersionTableNames;
}

/**
 * Reads tables and types with eight statements, sent together. Excludes objects of extensions and the tables of
 * migrations. Qualifies names in expressions if the search path of the connection requires it.
 */
export async function reflect(
  connection: Connection,
  { main, others = [], versionTable = versionTableNames() }: ReflectedSchemas,
): Promise<DatabaseSchema> {
  const schemas = [main, ...others];
  const rows = async <Row>(sql: string) => (await connection.execute<Row>(sql, [schemas])).all();
  const [existing, allRelations, columns, constraints, indexes, types, routines, allDependents] = await Promise.all([
    rows<{ name: string }>("SELECT nspname::text AS name FROM pg_namespace WHERE nspname = ANY($1) ORDER BY nspname"),
    rows<RelationRow>(RELATIONS),
    rows<ColumnRow>(COLUMNS),
    rows<ConstraintRow>(CONSTRAINTS),
    rows<IndexRow>(INDEXES),
    rows<TypeRow>(TYPES),
    rows<RoutineRow>(ROUTINES),
    rows<DependentRow>(DEPENDENTS),
  ]);
  const nameOf = (schema: string, name: string): ObjectName => schema === main ? { name } : { schema, name };
  const relations = allRelations.filter(({ schema, name }) =>
    schema !== (versionTable.schema ?? main) || name !== versionTable.table && name !== versionTable.log
  );
  const odd = relations.filter((relation) => !isOrdinary(relation));
  const [columnsOf, constraintsOf, indexesOf] = [byTable(columns), byTable(constraints), byTable(indexes)];
  const ordinary = new Set(relations.filter(isOrdinary).map(({ id }) => id));
  // parts of ordinary tables are compared themselves
  const isPart = ({ kind, type, of }: DependentRow) =>
    of !== null && ordinary.has(of) &&
    (type === null ? kind === "foreign key" : /^(column|default|generated column|constraint)$/.test(kind));
  const dependents = allDependents.filter((row) => !isPart(row));
  const dependentsOf = Map.groupBy(dependents, ({ table }) => table);
  const usersOf = Map.groupBy(dependents, ({ type }) => type);
  const tables = relations.filter(isOrdinary).map((relation) => {
    const rows = {
      relation,
      columns: columnsOf.get(relation.id) ?? [],
      constraints: constraintsOf.get(relation.id) ?? [],
      indexes: indexesOf.get(relation.id) ?? [],
      dependents: dependentsOf.get(relation.id) ?? [],
    };
    return readTable(rows, main, nameOf);
  });
  const isEnum = ({ kind, schema }: TypeRow) => kind === "e" && schema === main;
  return {
    schemas: existing.map(({ name }) => name).filter((name) => name !== main),
    enums: types.filter(isEnum).map((row) => enumOf(row, usersOf.get(row.id) ?? [])),
    tables: tables.map(({ table }) => table),
    taken: odd.map(({ schema, name }) => nameOf(schema, name)),
    unmodelled: [
      ...odd.flatMap((relation) => [
        oddRelation(relation, nameOf),
        ...attached(relation, fullName(nameOf(relation.schema, relation.name))),
      ]),
      ...tables.flatMap(({ unmodelled }) => unmodelled),
      ...types.filter((type) => !isEnum(type)).map(({ kind, schema, name }) => ({
        kind: TYPE_KINDS[kind],
        name: fullName(nameOf(schema, name)),
      })),
      ...routines,
    ],
  };
}

function byTable<Row extends { readonly table: string }>(rows: readonly Row[]): ReadonlyMap<string, Row[]> {
  return Map.groupBy(rows, ({ table }) => table);
}

function enumOf({ name, values }: TypeRow, dependents: readonly DependentRow[]): EnumSchema {
  const users = dependents.map(({ name }) => name);
  return { name, values, ...(users.length > 0 ? { leftAlone: `used by ${users.join(", ")}` } : {}) };
}
