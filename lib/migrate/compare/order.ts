/** The order in which operations run. @module */
import type { Operation } from "../operations.ts";

/**
 * What goes, goes before what comes; a constraint goes before its columns and comes after them. Renames that a person
 * confirmed are the first: all else speaks of the new names.
 */
const ORDER: readonly Operation["kind"][] = [
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
  "createIndex",
  "addForeignKey",
  "setComment",
  "dropEnum",
  "dropSchema",
];

/** Sorts operations so that they can run; those of one kind keep their order. */
export function inRunningOrder(operations: readonly Operation[]): Operation[] {
  return operations.toSorted((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}
