/** Compares the objects of comparators. @module */
import { fullName, isSameName, type ObjectSchema, type ObjectUse } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { depends } from "./blockers.ts";

/** What is done with objects before and after all other operations. */
export interface ObjectChanges {
  readonly drops: readonly Operation[];
  readonly creates: readonly Operation[];
  /** Differences that stay, each with what stands in the way. */
  readonly notes: readonly string[];
}

/**
 * Compares objects. Drops one and creates it again if it has changed, or stands on what another operation drops or
 * changes; and with it what depends on it.
 *
 * @param operations the other operations
 * @param fixed columns that stay, although the models have them otherwise
 */
export function compareObjects(
  live: readonly ObjectSchema[],
  wanted: readonly ObjectSchema[],
  operations: readonly Operation[],
  fixed: readonly ObjectUse[],
): ObjectChanges {
  const [there, known] = [live, wanted].map((all) => new Map(all.map((object) => [keyOf(object), object])));
  const changed = live.filter((object) => known.get(keyOf(object))?.definition !== object.definition);
  const reasons = new Map(changed.flatMap((object) => {
    const reason = whyHeld(object, operations, fixed);
    return reason === undefined ? [] : [[object, reason]];
  }));
  const isChosen = (object: ObjectSchema) =>
    changed.includes(object) && !reasons.has(object) || isMoved(object, operations);
  const dropped = withDependents(live, live.filter(isChosen));
  const isCreated = (object: ObjectSchema) => {
    const other = there.get(keyOf(object));
    return !other || dropped.includes(other);
  };
  return {
    drops: dropped.map((object) => ({ kind: "dropObject", object })),
    creates: wanted.filter(isCreated).map((object) => ({ kind: "createObject", object })),
    notes: [...reasons].map(([object, reason]) => {
      const state = known.has(keyOf(object)) ? "stays as it is, although it is to change" : "stays, although unwanted";
      return `The ${object.kind} ${object.name} ${state}: ${reason}`;
    }),
  };
}

/** Says why an object can be neither dropped nor changed; `undefined` if it can. */
function whyHeld(
  object: ObjectSchema,
  operations: readonly Operation[],
  fixed: readonly ObjectUse[],
): string | undefined {
  if (object.strangers) return `${depends(object.strangers)}. Drop that first.`;
  // the server spells it for the column that the models want
  const column = fixed.find((column) => object.uses?.some((use) => isSameColumn(use, column)));
  if (!column || isMoved(object, operations)) return undefined;
  return `so does the column ${fullName(column.table!)}.${column.column}, on which it stands.`;
}

function isSameColumn(one: ObjectUse, other: ObjectUse): boolean {
  return !!one.table && !!other.table && isSameName(one.table, other.table) && one.column === other.column;
}

/** Whether operations need an object out of their way. */
function isMoved({ uses = [] }: ObjectSchema, operations: readonly Operation[]): boolean {
  return uses.some((use) => operations.some((operation) => isTouched(use, operation)));
}

/** Whether an operation drops or changes what an object stands on. */
function isTouched(use: ObjectUse, operation: Operation): boolean {
  if (operation.kind === "renameEnum") return use.type === operation.from;
  if (operation.kind === "dropEnum") return use.type === operation.type.name;
  if (!("table" in operation) || !use.table || !isSameName(use.table, operation.table)) return false;
  switch (operation.kind) {
    case "dropTable":
      return true;
    case "dropColumn":
    case "addExpression":
      return use.column === operation.column.name;
    case "alterType":
      return use.column === operation.column || use.isRow === true;
    case "addColumn":
      return use.isRow === true && (operation.column.default !== null || operation.column.identity !== null);
    case "dropIdentity":
    case "dropSerial":
      return use.column === operation.column;
    case "dropPrimaryKey":
    case "dropUnique":
      return use.part === operation.key.name;
    case "dropIndex":
      return use.part === operation.index.name;
    case "dropConstraint":
      return use.part === operation.constraint.name;
    default:
      return false;
  }
}

/** Adds what depends on objects, each before that on which it depends. */
function withDependents(
  live: readonly ObjectSchema[],
  chosen: readonly ObjectSchema[],
): ObjectSchema[] {
  const byDescription = new Map(live.map((object) => [object.description, object]));
  const seen = new Set<ObjectSchema>();
  const visit = (object: ObjectSchema): ObjectSchema[] => {
    if (seen.has(object)) return [];
    seen.add(object);
    return [...object.dependents.flatMap((name) => visit(byDescription.get(name)!)), object];
  };
  return chosen.toReversed().flatMap(visit);
}

function keyOf({ kind, name }: ObjectSchema): string {
  return JSON.stringify([kind, name]);
}
