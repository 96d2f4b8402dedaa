/** Compares two schemas with pure functions, one file per kind of object. @module */
import {
  type DatabaseSchema,
  isSameName,
  type ObjectName,
  partsOf,
  type TableSchema,
  type UnmodelledObject,
} from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { compareColumns } from "./columns.ts";
import { compareConstraints } from "./constraints.ts";
import { compareEnums, isOfEnum, withRenamedEnums } from "./enums.ts";
import { compareForeignKeys, type TablePair } from "./foreign_keys.ts";
import { compareIndexes } from "./indexes.ts";
import { isNamed } from "./match.ts";
import { inRunningOrder } from "./order.ts";
import { compareTables, createTables, dropTables, nameOf } from "./tables.ts";

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
  const enums = compareEnums(withEnumsInUse(live, wanted), wanted);
  const now = withRenamedEnums(live, enums.replaced);
  const { added, removed, both, unmodelled } = compareTables(now, wanted);
  const compared = both.map((tables) => comparePair(tables));
  const replaced = enums.replaced.map(({ from, to }) => ({ ...from, name: to }));
  const operations = [
    ...wanted.schemas.filter((schema) => !live.schemas.includes(schema)).map((schema): Operation => ({
      kind: "createSchema",
      schema,
    })),
    ...enums.operations,
    ...compared.flatMap(({ operations }) => operations),
    ...compareForeignKeys(compared),
    ...dropTables(removed, added),
    ...createTables(added, wanted, (table) => isUnchanged(compared, table)),
    ...[...replaced, ...enums.removed].map((type): Operation => ({ kind: "dropEnum", type })),
  ];
  return {
    operations: inRunningOrder(operations, namesIn(live)),
    notes: enums.notes,
    unmodelled: [
      ...live.unmodelled.filter((object) => !isInModels(object, wanted)),
      ...unmodelled,
      ...compared.flatMap(({ unmodelled }) => unmodelled),
    ],
  };
}

/** Whether an object of the database that models describe only if they name it is named. */
function isInModels({ part: of }: UnmodelledObject, wanted: DatabaseSchema): boolean {
  const table = of && wanted.tables.find((table) => isSameName(table, of.table));
  return table !== undefined && of !== undefined && isNamed(of.part, partsOf(table, of.kind));
}

interface ComparedPair extends TablePair {
  readonly operations: readonly Operation[];
  readonly unmodelled: readonly UnmodelledObject[];
}

function comparePair({ live, wanted }: { live: TableSchema; wanted: TableSchema }): ComparedPair {
  const columns = compareColumns(live, wanted);
  const constraints = compareConstraints(live, wanted, columns.retyped);
  const indexes = compareIndexes(live, wanted, columns.retyped);
  const comment: Operation[] = live.comment === wanted.comment
    ? []
    : [{ kind: "setComment", table: nameOf(wanted), from: live.comment, to: wanted.comment }];
  return {
    live,
    wanted,
    retyped: columns.retyped,
    lostKeys: [...constraints.lostKeys, ...indexes.lostKeys],
    operations: [...columns.operations, ...constraints.operations, ...indexes.operations, ...comment],
    unmodelled: columns.unmodelled,
  };
}

/** Names of relations, indexes and constraints. */
function namesIn({ tables, taken }: DatabaseSchema): Iterable<string> {
  const parts = tables.flatMap((table) => [table.primaryKey ?? [], table.uniques, table.indexes].flat());
  return [...tables, ...taken, ...parts].map(({ name }) => name);
}

/** Whether a table keeps all columns and keys that a foreign key may reference. */
function isUnchanged(compared: readonly ComparedPair[], table: ObjectName): boolean {
  const pair = compared.find(({ wanted }) => isSameName(wanted, table));
  const changes = pair?.operations.some(({ kind }) => /^(addColumn|alterType|addPrimaryKey|addUnique)$/.test(kind));
  return pair !== undefined && !changes;
}

/** Marks enums used by ignored tables and columns, so that they are kept. */
function withEnumsInUse(live: DatabaseSchema, wanted: DatabaseSchema): DatabaseSchema {
  const { both, removed } = compareTables(live, wanted);
  const free = new Set([...both.map(({ live }) => live), ...removed]);
  const inUse = live.tables.flatMap((table) => {
    const kept = free.has(table)
      ? table.columns.filter(({ leftAlone, usedBy }) => leftAlone !== undefined || usedBy !== undefined)
      : table.columns;
    return kept.map((column) => ({ column, table }));
  });
  return {
    ...live,
    enums: live.enums.map((type) => {
      const use = inUse.find(({ column }) => isOfEnum(column, type));
      if (!use || type.leftAlone !== undefined) return type;
      return { ...type, leftAlone: `used by the column ${use.table.name}.${use.column.name}, which is kept` };
    }),
  };
}
