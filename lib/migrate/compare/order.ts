/** Execution order of operations. @module */
import { inFreeOrder } from "./free_names.ts";
import type { Operation } from "../operations.ts";

/**
 * Objects of comparators stand on tables: they are dropped first, and created last. Drops come before additions; constraints are dropped before their columns, and added after them. Confirmed renames
 * come before all of that: the other operations use the new names.
 */
const ORDER = [
  "dropObject",
  "createSchema",
  "renameTable",
  "renameColumn",
  "renameEnum",
  "createEnum",
  "addEnumValue",
  "dropForeignKey",
  "dropTable",
  "dropIndex",
  "dropCheck",
  "dropConstraint",
  "dropUnique",
  "dropPrimaryKey",
  "dropExpression",
  "dropColumn",
  "dropDefault",
  "dropIdentity",
  "dropSerial",
  "dropNotNull",
  "alterType",
  "renameConstraint",
  "renameIndex",
  "setNotNull",
  "changeDefault",
  "setDefault",
  "addIdentity",
  "changeIdentity",
  "addSerial",
  "createTable",
  "addColumn",
  "addExpression",
  "addPrimaryKey",
  "addUnique",
  "addCheck",
  "addConstraint",
  "createIndex",
  "addForeignKey",
  "setComment",
  "dropEnum",
  "dropSchema",
  "createObject",
] as const satisfies readonly Operation["kind"][];

/** The position of each kind; a kind that is missing above does not compile. */
const POSITIONS: Readonly<Record<Operation["kind"], number>> = Object.fromEntries(
  ORDER.map((kind, position) => [kind, position]),
) as Record<typeof ORDER[number], number>;

/**
 * Sorts operations into execution order; operations of one kind keep their order. Constraints and indexes are renamed
 * so that each new name is free: those of keys share the names of indexes.
 *
 * @param taken names that temporary ones must not be
 */
export function inRunningOrder(operations: readonly Operation[], taken: Iterable<string> = []): Operation[] {
  const sorted = operations.toSorted((one, other) => POSITIONS[one.kind] - POSITIONS[other.kind]);
  const renames = sorted.filter((operation) => isRename(operation));
  if (renames.length === 0) return sorted;
  const bySchema = Map.groupBy(renames, ({ table }) => table.schema);
  const ordered = [...bySchema.values()].flatMap((renames) => inFreeOrder(renames, taken));
  const first = sorted.findIndex(isRename);
  return [...sorted.slice(0, first), ...ordered, ...sorted.slice(first + renames.length)];
}

function isRename(operation: Operation): operation is Extract<Operation, { kind: "renameConstraint" | "renameIndex" }> {
  return operation.kind === "renameConstraint" || operation.kind === "renameIndex";
}
