/** Reads the schema of a database from the catalogs. @module */
import type { Connection } from "../../engine/connection.ts";
import {
  type DatabaseSchema,
  type EnumSchema,
  fullName,
  type ObjectName,
  type ObjectSchema,
  type ObjectUse,
} from "../database_schema.ts";
import { type ColumnRow, COLUMNS } from "./columns.ts";
import { type ConstraintRow, CONSTRAINTS } from "./constraints.ts";
import { type DependentRow, DEPENDENTS } from "./dependents.ts";
import { INDEXES, type IndexRow } from "./indexes.ts";
import { isOrdinary, type RelationRow, RELATIONS } from "./relations.ts";
import { type VersionTableNames, versionTableNames } from "../version_table_name.ts";
import { attached, type NameOf, oddRelation, readTable } from "./tables.ts";
import { type RoutineRow, ROUTINES, TYPE_KINDS, type TypeRow, TYPES } from "./types.ts";

/** Schemas to read. */
export interface ReflectedSchemas {
  /** Schema in which the migrations run. Its tables have no schema in the result. */
  readonly main: string;
  /** Other schemas. The result omits those that do not exist. */
  readonly others?: readonly string[];
  /** Version table and log, which are left out. */
  readonly versionTable?: VersionTableNames;
  /** Objects that comparators have read (default: none). */
  readonly objects?: readonly ObjectSchema[];
}

/**
 * Reads tables and types with eight statements, sent together. Excludes objects of extensions and the tables of
 * migrations. Qualifies names in expressions if the search path of the connection requires it. Objects that can be
 * dropped and created again are no dependents.
 */
export async function reflect(
  connection: Connection,
  { main, others = [], versionTable = versionTableNames(), objects = [] }: ReflectedSchemas,
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
  const nameOf: NameOf = (schema, name): ObjectName => schema === main ? { name } : { schema, name };
  const isCompared = ({ kind, name }: { readonly kind: string; readonly name: string }) =>
    objects.some((object) => object.kind === kind && object.name === name);
  const relations = allRelations.filter(({ schema, name }) =>
    schema !== (versionTable.schema ?? main) || name !== versionTable.table && name !== versionTable.log
  ).map((relation) => {
    const isOther = (kind: string) => (name: string) =>
      !isCompared({ kind, name: `${fullName(nameOf(relation.schema, relation.name))}.${name}` });
    const { triggers, policies } = relation;
    return { ...relation, triggers: triggers.filter(isOther("trigger")), policies: policies.filter(isOther("policy")) };
  });
  const odd = relations.filter((relation) => !isOrdinary(relation));
  const [columnsOf, constraintsOf, indexesOf] = [byTable(columns), byTable(constraints), byTable(indexes)];
  const ordinary = new Set(relations.filter(isOrdinary).map(({ id }) => id));
  // parts of ordinary tables are compared themselves
  const isPart = ({ kind, type, of }: DependentRow) =>
    of !== null && ordinary.has(of) &&
    (type === null ? kind === "foreign key" : /^(column|default|generated column|constraint)$/.test(kind));
  const movable = new Map(objects.flatMap((object) => object.strangers ? [] : [[object.description, object]]));
  const objectOf = ({ name, relation }: DependentRow) => movable.get(relation ?? name);
  const dependents = allDependents.filter((row) => !isPart(row) && !objectOf(row));
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
  const usedBy = Map.groupBy(allDependents, objectOf);
  const isEnum = ({ kind, schema }: TypeRow) => kind === "e" && schema === main;
  return {
    schemas: existing.map(({ name }) => name).filter((name) => name !== main),
    enums: types.filter(isEnum).map((row) => enumOf(row, usersOf.get(row.id) ?? [])),
    tables: tables.map(({ table }) => table),
    taken: odd.map(({ schema, name }) => nameOf(schema, name)),
    objects: objects.map((object) => {
      const uses = (usedBy.get(object) ?? []).map((row) => useOf(row, relations, types, nameOf));
      return uses.length > 0 ? { ...object, uses } : object;
    }),
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
    ].filter((object) => !isCompared(object)),
  };
}

function byTable<Row extends { readonly table: string }>(rows: readonly Row[]): ReadonlyMap<string, Row[]> {
  return Map.groupBy(rows, ({ table }) => table);
}

function enumOf({ name, values }: TypeRow, dependents: readonly DependentRow[]): EnumSchema {
  const users = dependents.map(({ name }) => name);
  return { name, values, ...(users.length > 0 ? { leftAlone: `used by ${users.join(", ")}` } : {}) };
}

/** What an object stands on. */
function useOf(
  { kind, table, column, part, type }: DependentRow,
  relations: readonly RelationRow[],
  types: readonly TypeRow[],
  nameOf: NameOf,
): ObjectUse {
  const relation = relations.find(({ id }) => id === table);
  const name = types.find(({ id }) => id === type)?.name;
  return {
    ...(relation ? { table: nameOf(relation.schema, relation.name) } : {}),
    ...(column === null ? {} : { column }),
    ...(relation && kind === "column" ? { isRow: true } : {}),
    ...(part === null ? {} : { part }),
    ...(name === undefined ? {} : { type: name }),
  };
}
