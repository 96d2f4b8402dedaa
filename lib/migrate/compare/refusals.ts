/** Says why columns and foreign keys cannot become what the models want. @module */
import {
  type ColumnSchema,
  type ForeignKeySchema,
  fullName,
  isRebuilt,
  type ObjectName,
  type TableSchema,
  typeOf,
} from "../database_schema.ts";
import {
  blockersOfDrop,
  blockersOfRetype,
  blockersOfValues,
  type ColumnInTable,
  depends,
  isSameFamily,
} from "./blockers.ts";

/** Returns the type that a column has in the models, and the one that it will have, because it stays as it is. */
export type FutureType = (
  table: ObjectName,
  column: string,
) => { readonly wanted: string; readonly kept?: string } | undefined;

/** What is known beside a column. */
export interface Circumstances extends ColumnInTable {
  /** Whether another column of the table is dropped, too. */
  readonly isDropped: (column: string) => boolean;
  /** Foreign keys of the models. */
  readonly wantedKeys: readonly ForeignKeySchema[];
  readonly futureType: FutureType;
}

/**
 * Explains why a column of the database stays as it is.
 *
 * @param to the column in the models
 * @returns a note; `undefined` if the column can be changed or dropped
 */
export function whyUnchanged(of: Circumstances, to: ColumnSchema | undefined): string | undefined {
  const { column, isDropped } = of;
  const name = `${fullName(of.table)}.${column.name}`;
  if (!to) {
    const blockers = blockersOfDrop(of, isDropped);
    if (blockers.length === 0) return undefined;
    return `${name} stays, although the models do not have it: ${depends(blockers)}. ` +
      "Drop that first, or add the column to the models.";
  }
  if (isRebuilt(column, to)) {
    const blockers = blockersOfDrop(of, isDropped);
    const words = to.generated === undefined ? "no longer generated" : `generated as ${to.generated}`;
    if (blockers.length === 0) return undefined;
    return `${name} stays as it is, although it is to be ${words}: ${depends(blockers)}. ` +
      "Write a revision that drops that, changes the column, and creates it again.";
  }
  if (typeOf(to) === typeOf(column)) return undefined;
  const start = `The type of ${name} stays ${typeOf(column)} and does not become ${typeOf(to)}`;
  const blockers = blockersOfRetype(of, to.type);
  if (blockers.length > 0) {
    return `${start}: ${depends(blockers)}. ` +
      "Write a revision that drops that, changes the type, and creates it again.";
  }
  for (const key of of.wantedKeys) {
    const referred = key.referred[key.columns.indexOf(column.name)];
    const kept = referred === undefined ? undefined : of.futureType(key.to, referred)?.kept;
    if (kept === undefined || isSameFamily(kept, to.type)) continue;
    return `${start}: it refers to ${fullName(key.to)}.${referred}, whose type stays.`;
  }
  return undefined;
}

/** Explains why a new column cannot be added; `undefined` if it can. */
export function whyNotAdded(live: TableSchema, column: ColumnSchema): string | undefined {
  const blockers = blockersOfValues(live, column);
  if (blockers.length === 0) return undefined;
  return `${fullName(live)}.${column.name} is not added: ${blockers.join(", ")} has the row type of the table, which ` +
    "then takes no new column with a default. Change that first.";
}

/** Explains why a new foreign key cannot be added: a column at its other end keeps another type. */
export function whyNoKey(
  table: TableSchema,
  { name, columns, to, referred }: ForeignKeySchema,
  futureType: FutureType,
): string | undefined {
  const index = columns.findIndex((column, index) => {
    const [own, other] = [futureType(table, column), futureType(to, referred[index])];
    const isStaying = own?.kept !== undefined || other?.kept !== undefined;
    return isStaying && !isSameFamily(own?.kept ?? own!.wanted, other?.kept ?? other!.wanted);
  });
  if (index < 0) return undefined;
  return `Foreign key ${name} of ${fullName(table)} is not added: the types of ${fullName(table)}.${
    columns[index]
  } and ` +
    `${fullName(to)}.${referred[index]} differ as long as the type of one of them stays.`;
}
