/** Refuses operations that need a name which another object keeps. @module */
import {
  type DatabaseSchema,
  fullName,
  type ObjectName,
  type OtherSchema,
  type TableSchema,
} from "../database_schema.ts";
import type { Operation } from "../operations.ts";

/** A table, index, key or other object whose name is unique in its schema. */
interface Relation extends ObjectName {
  readonly kind: string;
  /** Full name of its table. */
  readonly of?: string;
}

/** The operations that are left, and a sentence for each that is not. */
interface Possible {
  readonly operations: readonly Operation[];
  readonly notes: readonly string[];
}

/**
 * Follows the names of tables, indexes and keys through the operations, and leaves out what needs a name that is in use
 * by then: of a view, of an index that models cannot describe, of a key that may have any name.
 *
 * @param operations in execution order
 * @param live schema of the database
 */
export function withoutNamesInUse(operations: readonly Operation[], live: DatabaseSchema): Possible {
  const names = new Map(relationsIn(live).map((relation) => [keyOf(relation), relation]));
  const notes: string[] = [];
  const take = (relation: Relation): boolean => {
    const other = names.get(keyOf(relation));
    if (!other) return !!names.set(keyOf(relation), relation);
    notes.push(`Cannot create ${phrase(relation)}: its name is that of ${phrase(other)}. Rename one of them.`);
    return false;
  };
  const free = (relations: readonly Relation[]) => relations.forEach((relation) => names.delete(keyOf(relation)));
  const isFree = (table: ObjectName) => (constraint: OtherSchema) =>
    !hasIndex(constraint) || take(part(table, "exclusion constraint", constraint));
  const possible = (operation: Operation): Operation[] => {
    switch (operation.kind) {
      case "dropTable":
        free(relationsOf(operation.table));
        return [operation];
      case "dropPrimaryKey":
      case "dropUnique":
        free([part(operation.table, "key", operation.key)]);
        return [operation];
      case "dropIndex":
        free([part(operation.table, "index", operation.index)]);
        return [operation];
      case "dropConstraint":
        free([part(operation.table, "constraint", operation.constraint)]);
        return [operation];
      case "renameIndex":
      case "renameConstraint": {
        const before = names.get(keyOf({ ...operation.table, name: operation.from }));
        if (!before) return [operation]; // a check or a foreign key: its name is unique in its table
        free([before]);
        if (take({ ...before, name: operation.to })) return [operation];
        take(before);
        return [];
      }
      case "addPrimaryKey":
        return take(part(operation.table, "primary key", operation.key)) ? [operation] : [];
      case "addUnique":
        return take(part(operation.table, "unique constraint", operation.key)) ? [operation] : [];
      case "createIndex":
        return take(part(operation.table, "index", operation.index)) ? [operation] : [];
      case "addConstraint":
        return isFree(operation.table)(operation.constraint) ? [operation] : [];
      case "createTable": {
        const isNew = (kind: string) => (named: { readonly name: string }) => take(part(operation.table, kind, named));
        take({ ...nameIn(operation.table), kind: "table" });
        const table = {
          ...operation.table,
          primaryKey: [operation.table.primaryKey ?? []].flat().filter(isNew("primary key")).at(0) ?? null,
          uniques: operation.table.uniques.filter(isNew("unique constraint")),
          indexes: operation.table.indexes.filter(isNew("index")),
          others: operation.table.others.filter(isFree(operation.table)),
        };
        return [{ ...operation, table }];
      }
      default:
        return [operation];
    }
  };
  return { operations: operations.flatMap(possible), notes };
}

function relationsIn(live: DatabaseSchema): Relation[] {
  const kindOf = (name: string) => live.unmodelled.find((object) => object.name === name)?.kind ?? "relation";
  return [
    ...live.taken.map((name) => ({ ...nameIn(name), kind: kindOf(fullName(name)) })),
    ...live.tables.flatMap(relationsOf),
  ];
}

function relationsOf(table: TableSchema): Relation[] {
  const { primaryKey, uniques, indexes, others } = table;
  return [
    { ...nameIn(table), kind: "table" },
    ...(primaryKey ? [part(table, "primary key", primaryKey)] : []),
    ...uniques.map((key) => part(table, "unique constraint", key)),
    ...indexes.map((index) => part(table, "index", index)),
    ...others.filter(hasIndex).map((constraint) => part(table, "exclusion constraint", constraint)),
  ];
}

/** Whether a constraint has an index of its name. */
function hasIndex({ definition }: OtherSchema): boolean {
  return definition.startsWith("EXCLUDE");
}

function part(table: ObjectName, kind: string, { name }: { readonly name: string }): Relation {
  return { schema: table.schema, name, kind, of: fullName(table) };
}

function nameIn({ schema, name }: ObjectName): ObjectName {
  return { schema, name };
}

function keyOf({ schema, name }: ObjectName): string {
  return JSON.stringify([schema, name]);
}

function phrase(relation: Relation): string {
  return `the ${relation.kind} ${
    relation.of === undefined ? fullName(relation) : `${relation.name} of ${relation.of}`
  }`;
}
