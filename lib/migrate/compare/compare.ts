/** Compares two schemas and says what makes the one the other: pure functions, one file for each kind of object. @module */
import {
  type DatabaseSchema,
  isSameName,
  type ObjectName,
  type TableSchema,
  type UnmodelledObject,
} from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { compareColumns } from "./columns.ts";
import { compareConstraints } from "./constraints.ts";
import { compareEnums, isOfEnum, withRenamedEnums } from "./enums.ts";
import { compareForeignKeys, type TablePair } from "./foreign_keys.ts";
import { compareIndexes } from "./indexes.ts";
import { inRunningOrder } from "./order.ts";
import { compareTables, createTables, dropTables, nameOf } from "./tables.ts";

/** What lies between two schemas. */
export interface Comparison {
  /** In an order in which they can run. */
  readonly operations: readonly Operation[];
  /** What a person should know of what was left undone. */
  readonly notes: readonly string[];
  /** What is left alone beside what the database lists itself. */
  readonly unmodelled: readonly UnmodelledObject[];
}

/** @param live what the database has. @param wanted what models ask for, read from a database too. */
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
    operations: inRunningOrder(operations),
    notes: enums.notes,
    unmodelled: [...unmodelled, ...compared.flatMap(({ unmodelled }) => unmodelled)],
  };
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

/** Whether a table stays, with all columns and keys that a foreign key could refer to. */
function isUnchanged(compared: readonly ComparedPair[], table: ObjectName): boolean {
  const pair = compared.find(({ wanted }) => isSameName(wanted, table));
  const changes = pair?.operations.some(({ kind }) => /^(addColumn|alterType|addPrimaryKey|addUnique)$/.test(kind));
  return pair !== undefined && !changes;
}

/** Enums that columns have which stay as they are: those of tables and columns that are left alone. */
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
      return { ...type, leftAlone: `used by the column ${use.table.name}.${use.column.name}, which stays` };
    }),
  };
}
