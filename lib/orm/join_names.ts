/**
 * The names that `select(Model).join("toys")` gives to the tables it joins.
 *
 * @module
 */
import { snakeCase } from "../base/naming.ts";
import { FreeNames } from "./free_names.ts";
import type { AnyModel } from "./relation.ts";
import { relationsOf } from "./relations.ts";

/** Returns the name of the association table that a many-to-many relation joins: two relations may use one table. */
export function linkName(model: AnyModel, relation: string): string {
  return new FreeNames([model.table.name, ...relationNames(model)]).take(`${snakeCase(relation)}_link`);
}

/** Returns every name that joins to a model may use. */
export function joinNames(model: AnyModel): string[] {
  const relations = relationNames(model);
  return [...relations, ...relations.map((name) => linkName(model, name))];
}

function relationNames(model: AnyModel): string[] {
  return [...relationsOf(model).keys()].map(snakeCase);
}
