/**
 * Values that a statement returns, copied into its objects.
 *
 * @module
 */
import { decodeRows } from "./column_value.ts";
import type { Entity } from "./identity_map.ts";
import { keyOf, type MapKey, mapKey } from "./key.ts";
import { type ObjectState, stateOf } from "./object_state.ts";
import type { Snapshot } from "./snapshot.ts";
import type { WriteStatement } from "./write_statement.ts";

/**
 * Copies the values that a statement returned into its objects.
 *
 * @param snapshots the values that were sent.
 */
export function applyReturned(
  statement: WriteStatement,
  rows: readonly unknown[][],
  snapshots: ReadonlyMap<ObjectState, Snapshot>,
): void {
  const { returning, withPositions, table } = statement;
  if (returning.length === 0) return;
  const objectOf = withPositions ? byPosition(statement) : byKey(statement);
  const first = withPositions ? 1 : 0; // the position precedes the values
  const indexes = returning.map((column) => table.columns.indexOf(column));
  decodeRows(returning, rows, first);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index];
    const snapshot = snapshots.get(stateOf(objectOf(row, index)))!;
    for (let i = 0; i < returning.length; i++) snapshot.take(returning[i], indexes[i], row[first + i]);
  }
}

type ObjectOf = (row: readonly unknown[], index: number) => Entity;

function byPosition({ entities }: WriteStatement): ObjectOf {
  return ([position]) => entities[Number(position) - 1];
}

/** Finds objects by key; rows mostly return in the order sent, so the object at the row's index is tried first. */
function byKey({ table, entities }: WriteStatement): ObjectOf {
  const { primaryKey } = table;
  let index: Map<MapKey, Entity> | undefined;
  return (row, position) => {
    const entity: Entity | undefined = entities[position];
    // a single object may have no key yet
    if (entities.length === 1 || primaryKey.every(({ attribute }, part) => entity?.[attribute] === row[part])) {
      return entity;
    }
    index ??= new Map(entities.map((each) => [mapKey(keyOf(table, each)), each]));
    return index.get(mapKey(row.slice(0, primaryKey.length)))!;
  };
}
