/**
 * What a class must be to be a model, checked when it is first used.
 *
 * @module
 */
import { InvalidModelError } from "../schema/errors.ts";
import type { AnyModel } from "./relation.ts";

const CHECKED = new WeakSet<AnyModel>();

/**
 * Requires a class that extends `model(…)` itself: a row has one class, which the table alone determines.
 *
 * @throws {InvalidModelError} when the class extends another model.
 */
export function requireModel(model: AnyModel): void {
  if (CHECKED.has(model)) return;
  const parent: AnyModel = Object.getPrototypeOf(model);
  if (!Object.hasOwn(model, "table") && !Object.hasOwn(parent, "table")) {
    throw new InvalidModelError(
      model.table.name,
      `${model.name} extends ${parent.name}, but a model cannot inherit from another one: nothing in a row says of ` +
        `which class it is. Let ${model.name} extend a model(…) of its own, with a foreign key to "${model.table.name}", ` +
        `or give ${parent.name} a column for what differs`,
    );
  }
  CHECKED.add(model);
}

/**
 * Checks the names of relations.
 *
 * @throws {InvalidModelError} when one is a column as well, or a property of every object.
 */
export function requireRelationNames({ table, relations = {} }: AnyModel): void {
  if (Object.getPrototypeOf(relations) !== Object.prototype) {
    throw new InvalidModelError(
      table.name,
      'its relations are no plain object, or one is named "__proto__": rename it',
    );
  }
  for (const name of Object.keys(relations)) {
    if (name in Object.prototype) {
      throw new InvalidModelError(
        table.name,
        `a relation cannot be named "${name}", which every object has: rename it`,
      );
    }
    if (table.columns.some(({ attribute }) => attribute === name)) {
      throw new InvalidModelError(table.name, `"${name}" is both a column and a relation: rename one`);
    }
  }
}
