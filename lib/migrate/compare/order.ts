/** Execution order of operations. @module */
import type { Operation } from "../operations.ts";

/**
 * Drops come before additions; constraints are dropped before their columns, and added after them. Confirmed renames
 * come first: the other operations use the new names.
 */
const ORDER = [
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
  "dropColumn",
  "dropDefault",
  "dropIdentity",
  "dropNotNull",
  "alterType",
  "renameConstraint",
  "renameIndex",
  "setNotNull",
  "changeDefault",
  "setDefault",
  "addIdentity",
  "createTable",
  "addColumn",
  "addPrimaryKey",
  "addUnique",
  "addCheck",
  "addConstraint",
  "createIndex",
  "addForeignKey",
  "setComment",
  "dropEnum",
  "dropSchema",
] as const satisfies readonly Operation["kind"][];

/** The position of each kind; a kind that is missing above does not compile. */
const POSITIONS: Readonly<Record<Operation["kind"], number>> = Object.fromEntries(
  ORDER.map((kind, position) => [kind, position]),
) as Record<typeof ORDER[number], number>;

/** Sorts operations into execution order; operations of one kind keep their order. */
export function inRunningOrder(operations: readonly Operation[]): Operation[] {
  return operations.toSorted((one, other) => POSITIONS[one.kind] - POSITIONS[other.kind]);
}
