/** Compares two schemas with pure functions, one file per kind of object. @module */
import {
  type ColumnSchema,
  type DatabaseSchema,
  type EnumSchema,
  type ForeignKeySchema,
  fullName,
  nameKey,
  type ObjectUse,
  type TableSchema,
  typeOf,
  type UnmodelledObject,
} from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { compareColumns } from "./columns.ts";
import { compareConstraints } from "./constraints.ts";
import { compareEnums, type EnumChanges, isOfEnum, withRenamedEnums } from "./enums.ts";
import { type ChangedTable, compareForeignKeys } from "./foreign_keys.ts";
import { compareIndexes } from "./indexes.ts";
import { withoutNamesInUse } from "./names_in_use.ts";
import { compareObjects } from "./objects.ts";
import { inRunningOrder } from "./order.ts";
import { futureTypes, isInModels, planTables, type TablePlan } from "./plan.ts";
import { whyNoKey } from "./refusals.ts";
import { compareTables, createTables, dropTables, likelyRenames, nameOf } from "./tables.ts";

/** Differences between two schemas. */
export interface Comparison {
  /** Operations that make the database match the models, in execution order. */
  readonly operations: readonly Operation[];
  /** Remarks on differences without an operation. */
  readonly notes: readonly string[];
  /** Ignored objects. */
  readonly unmodelled: readonly UnmodelledObject[];
}

/**
 * Compares two schemas.
 *
 * @param live schema of the database
 * @param wanted schema of the models, reflected from scratch tables
 * @returns the operations that turn `live` into `wanted`
 */
export function compare(live: DatabaseSchema, wanted: DatabaseSchema): Comparison {
  const enums = compareEnums(live, wanted);
  const now = withRenamedEnums(live, enums.replaced);
  const tables = compareTables(now, wanted);
  const { added, removed, both, kept, unmodelled } = tables;
  const renames = likelyRenames(tables);
  const plans = planTables(both, kept);
  const held = enumsInUse(enums, plans, kept);
  if (held.size > 0) return compare(withEnumsLeftAlone(live, held), wanted);
  const compared = plans.map(compareTable);
  const noKeys = impossibleKeys(plans, added);
  const isPossible = (key: ForeignKeySchema) => !noKeys.has(key);
  const byName = new Map(compared.map((table) => [nameKey(table.plan.wanted), table]));
  // some parts of tables models describe only if they name them
  const isIgnored = ({ part: of }: UnmodelledObject) => {
    const table = of && byName.get(nameKey(of.table));
    return !of || !table || !isInModels(table.plan, of.kind, of.part.name);
  };
  // the reason why a table is kept tells what it has
  const keptNames = new Set(unmodelled.map(({ name }) => name));
  const isTold = ({ kind, name }: UnmodelledObject) => kind === "table" && keptNames.has(name);
  const replaced = enums.replaced.map(({ from, to }) => ({ ...from, name: to }));
  const operations = [
    ...wanted.schemas.filter((schema) => !live.schemas.includes(schema)).map((schema): Operation => ({
      kind: "createSchema",
      schema,
    })),
    ...enums.operations,
    ...compared.flatMap(({ operations }) => operations),
    ...compareForeignKeys(compared, isPossible),
    ...dropTables(removed, renames),
    ...createTables(
      added.map((table) => ({ ...table, foreignKeys: table.foreignKeys.filter(isPossible) })),
      wanted,
      (table) => isUnchanged(byName.get(nameKey(table))),
      renames,
    ),
    ...[...replaced, ...enums.removed].map((type): Operation => ({ kind: "dropEnum", type })),
  ];
  const possible = withoutNamesInUse(inRunningOrder(operations, namesIn(live)), live);
  const objects = compareObjects(
    live.objects ?? [],
    wanted.objects ?? [],
    possible.operations,
    plans.flatMap(columnsOtherwise),
  );
  return {
    operations: [...objects.drops, ...possible.operations, ...objects.creates],
    notes: [
      ...[enums, ...plans].flatMap(({ notes }) => notes),
      ...noKeys.values(),
      ...[possible, objects].flatMap(({ notes }) => notes),
    ],
    unmodelled: [...live.unmodelled.filter((object) => isIgnored(object) && !isTold(object)), ...unmodelled],
  };
}

/** Whether a table of the database is that of the models, apart from what the comparison leaves alone. */
export function isSameTable(live: TableSchema, wanted: TableSchema): boolean {
  const [plan] = planTables([{ live, wanted }], []);
  const compared = compareTable(plan);
  return [...compared.operations, ...compareForeignKeys([compared]), ...plan.notes].length === 0;
}

/** New foreign keys whose columns will have types that do not fit, each with a note. */
function impossibleKeys(
  plans: readonly TablePlan[],
  added: readonly TableSchema[],
): ReadonlyMap<ForeignKeySchema, string> {
  if (plans.every(({ fixed }) => fixed.size === 0)) return new Map();
  const futureType = futureTypes(plans, added);
  const keys = [
    ...plans.flatMap(({ wanted, parts }) => parts.foreignKey.added.map((key) => ({ table: wanted, key }))),
    ...added.flatMap((table) => table.foreignKeys.map((key) => ({ table, key }))),
  ];
  return new Map(keys.flatMap(({ table, key }): [ForeignKeySchema, string][] => {
    const note = whyNoKey(table, key, futureType);
    return note === undefined ? [] : [[key, note]];
  }));
}

interface ComparedTable extends ChangedTable {
  readonly operations: readonly Operation[];
}

function compareTable(plan: TablePlan): ComparedTable {
  const { live, wanted } = plan;
  const columns = compareColumns(plan);
  const constraints = compareConstraints(plan, columns);
  const indexes = compareIndexes(plan, columns);
  const comment: Operation[] = live.comment === wanted.comment
    ? []
    : [{ kind: "setComment", table: nameOf(wanted), from: live.comment, to: wanted.comment }];
  return {
    plan,
    retyped: columns.retyped.union(columns.rebuilt),
    lostKeys: [...constraints.lostKeys, ...indexes.lostKeys],
    operations: [...columns.operations, ...constraints.operations, ...indexes.operations, ...comment],
  };
}

/** Names of relations, indexes and constraints. */
function namesIn({ tables, taken }: DatabaseSchema): Iterable<string> {
  const parts = tables.flatMap((table) => [table.primaryKey ?? [], table.uniques, table.indexes].flat());
  return [...tables, ...taken, ...parts].map(({ name }) => name);
}

/** Whether a table keeps all columns and keys that a foreign key may reference. */
function isUnchanged(table: ComparedTable | undefined): boolean {
  return !!table && !table.operations.some(({ kind }) => /^(addColumn|alterType|addPrimaryKey|addUnique)$/.test(kind));
}

/** Enums that would be dropped or recreated, by name, each with a column that stays and uses it. */
function enumsInUse(
  { replaced, removed }: EnumChanges,
  plans: readonly TablePlan[],
  kept: readonly TableSchema[],
): ReadonlyMap<string, string> {
  const columns = [
    ...kept.flatMap((table) => table.columns.map((column) => ({ table, column }))),
    ...plans.flatMap(({ live, fixed }) =>
      live.columns.filter(({ name }) => fixed.has(name)).map((column) => ({ table: live, column }))
    ),
  ];
  const ends = [
    ...replaced.map(({ from, to }) => ({ type: from, now: { ...from, name: to } })),
    ...removed.map((type) => ({ type, now: type })),
  ];
  return new Map(ends.flatMap(({ type, now }) => {
    const user = columns.find(({ column }) => isOfEnum(column, now));
    return user ? [[type.name, `${fullName(user.table)}.${user.column.name}`]] : [];
  }));
}

function withEnumsLeftAlone(schema: DatabaseSchema, users: ReadonlyMap<string, string>): DatabaseSchema {
  const enums = schema.enums.map((type): EnumSchema => {
    const user = users.get(type.name);
    return user === undefined ? type : { ...type, leftAlone: `used by the column ${user}, which is kept` };
  });
  return { ...schema, enums };
}

/** Columns that stay as they are, although the models have them otherwise. */
function columnsOtherwise({ live, wanted, fixed }: TablePlan): ObjectUse[] {
  const isOther = (column: ColumnSchema) => {
    const other = wanted.columns.find(({ name }) => name === column.name);
    return !other || typeOf(other) !== typeOf(column) || other.generated !== column.generated;
  };
  return live.columns.filter((column) => fixed.has(column.name) && isOther(column))
    .map(({ name }) => ({ table: live, column: name }));
}
