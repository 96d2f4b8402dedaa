/**
 * Rows of association tables that changed collections require.
 *
 * @module
 */
import type { ForeignKey } from "../schema/table.ts";
import { giveDefaults } from "./defaults.ts";
import { InvalidLinkError } from "./errors.ts";
import type { Entity } from "./identity_map.ts";
import { type ObjectState, stateOf } from "./object_state.ts";
import { isCurrent, propagateKeys, setReference } from "./reference.ts";
import type { RowWrite } from "./write_statement.ts";

/** A row of an association table to insert or, where `isIn` is false, to delete. */
export interface Link {
  readonly ends: readonly { readonly key: ForeignKey; readonly entity: Entity }[];
  readonly isIn: boolean;
}

/**
 * Collects the association rows that collections require, each once even if both sides require it.
 *
 * @param gone the objects that the flush deletes, or does not insert.
 */
export function linksOf(states: Iterable<ObjectState>, gone: ReadonlySet<ObjectState>): Link[] {
  const links = new Map<string, Link>();
  for (const state of states) {
    const { entity } = state;
    for (const { relation: { key, otherKey }, changes } of state.pending) {
      if (!otherKey) continue;
      for (const [other, isIn] of changes as ReadonlyMap<Entity, boolean>) {
        const losesRow = (each: ObjectState) => gone.has(each) || each.status === "left" && !each.loaded;
        if (isIn && (losesRow(state) || losesRow(stateOf(other)))) continue;
        const ends = [{ key, entity }, { key: otherKey, entity: other }];
        ends.sort((a, b) => namesOf(a.key) < namesOf(b.key) ? -1 : 1);
        links.set([key.from.name, ...ends.map((end) => stateOf(end.entity).number)].join(), { ends, isIn });
      }
    }
  }
  return [...links.values()];
}

function namesOf({ columns }: ForeignKey): string {
  return columns.map(({ name }) => name).join();
}

/**
 * Represents an association row as an object that refers to both sides, so that it can await their keys. A new one gets
 * the defaults of its other columns.
 *
 * @throws {InvalidLinkError} when the two sides require different values of a column that both keys have.
 */
export function associationRow({ ends, isIn }: Link): RowWrite {
  const entity: Entity = {};
  for (const { key, entity: end } of ends) setReference(entity, namesOf(key), key, end);
  const table = ends[0].key.from;
  const awaited = propagateKeys(entity);
  for (const { key, entity: end } of ends) {
    if (!isCurrent(entity, { key, value: end })) throw new InvalidLinkError(table.name, ends.map((each) => each.key));
  }
  if (isIn) giveDefaults(table, entity, awaited);
  const columns = table.columns.filter((column) =>
    ends.some(({ key }) => key.columns.includes(column)) || isIn && entity[column.attribute] !== undefined
  );
  return { table, entity, columns, awaitsKeys: awaited.size > 0 };
}
