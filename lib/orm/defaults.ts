/**
 * The defaults of new rows. They belong to the INSERT, as in SQLAlchemy: until its flush an object has only what it was
 * given, so that `merge()` copies nothing else onto a row that exists.
 *
 * @module
 */
import type { Table, TableColumn } from "../schema/table.ts";
import type { Entity } from "./identity_map.ts";

/**
 * Sets the attributes of a new object that have a default and no value.
 *
 * @param awaited the foreign keys that get their values from other new objects.
 */
export function giveDefaults(table: Table, entity: Entity, awaited: ReadonlyMap<TableColumn, Entity>): void {
  for (const column of table.columns) {
    const { attribute, default: make } = column;
    if (make && entity[attribute] === undefined && !awaited.has(column)) entity[attribute] = make();
  }
}
