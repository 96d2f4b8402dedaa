/**
 * What the steps of a flush need before them: rows that they refer to, and values that no two rows share.
 *
 * @module
 */
import type { ForeignKey, Table, TableColumn, Unique } from "../schema/table.ts";
import { uniqueName } from "../schema/names.ts";
import type { Entity } from "./identity_map.ts";
import { type Step, type UniqueKey, valuesAfter, valuesBefore } from "./flush_steps.ts";
import type { MapKey } from "./key.ts";

/** Finds what each step needs. */
export function findNeeds(steps: Readonly<Record<Step["kind"], readonly Step[]>>): void {
  needNewRows(steps);
  needOldKeys(steps);
  needNoReferences(steps);
  needFreeValues(steps);
}

/** Rows that refer to new rows, or to new keys of other rows, come after them: by the object, or by its key. */
function needNewRows({ insert, update }: Readonly<Record<"insert" | "update", readonly Step[]>>): void {
  const rekeyed = update.filter((step) => isRekeyed(step));
  if (insert.length + rekeyed.length === 0) return;
  const targets = Map.groupBy([...insert, ...rekeyed], ({ table }) => table);
  const byEntity = new Map(insert.map((step) => [step.entity, step]));
  for (const [table, own] of Map.groupBy([...insert, ...update], ({ table }) => table)) {
    for (const key of table.foreignKeys()) {
      const rows = targets.get(key.to)?.filter((step) => step.kind === "insert" || isRekeyed(step, key));
      if (!rows) continue;
      const byKey = indexed(rows, (row) => valuesAfter(row, key.referredColumns));
      for (const step of own) {
        if (!key.columns.some((column) => step.columns.includes(column))) continue;
        const target = referredTo(step, key, byKey, byEntity);
        if (target && (target !== step || step.kind === "insert")) {
          step.needs = [...step.needs, { step: target, isBefore: !canBeTogether(step, target, key), key }];
        }
      }
    }
  }
}

/** Rows that are found by a foreign key in their own key are written before that follows the row that it refers to. */
function needOldKeys({ update, delete: deletes }: Readonly<Record<"update" | "delete", readonly Step[]>>): void {
  const targets = Map.groupBy(update.filter((step) => isRekeyed(step)), ({ table }) => table);
  if (targets.size === 0) return;
  for (const [table, own] of Map.groupBy([...update, ...deletes], ({ table }) => table)) {
    for (const key of table.foreignKeys()) {
      const isInKey = key.columns.some(({ primaryKey }) => primaryKey);
      const rows = isInKey ? targets.get(key.to)?.filter((step) => isRekeyed(step, key)) ?? [] : [];
      const byKey = indexed(rows, (row) => valuesBefore(row, key.referredColumns));
      for (const step of byKey.size > 0 ? own : []) {
        const target = byKey.get(valuesBefore(step, key.columns)!);
        if (target && target !== step) target.needs = [...target.needs, { step, isBefore: true, key }];
      }
    }
  }
}

/** Reports whether an UPDATE may change what a foreign key refers to, or any does. */
function isRekeyed({ table, columns, replaced }: Step, key?: ForeignKey): boolean {
  const isReferred = (column: TableColumn) =>
    key ? key.referredColumns.includes(column) : column.primaryKey || isIn(column, table.uniques);
  return !replaced && columns.some(isReferred);
}

function isIn(column: TableColumn, uniques: readonly Unique[]): boolean {
  return uniques.some(({ columns }) => columns.includes(column));
}

function referredTo(
  step: Step,
  key: ForeignKey,
  byKey: ReadonlyMap<MapKey, Step>,
  byEntity: ReadonlyMap<Entity, Step>,
): Step | undefined {
  const unknown = key.columns.find((column) => step.awaited.has(column));
  if (!unknown) return byKey.get(valuesAfter(step, key.columns)!);
  const isNull = key.columns.some(({ attribute }) => step.entity[attribute] === null);
  const target = isNull ? undefined : byEntity.get(step.awaited.get(unknown)!);
  return target?.table === key.to ? target : undefined;
}

/** Whether one INSERT can make both rows: the key is given, or made by an expression that the model knows. */
function canBeTogether(step: Step, target: Step, key: ForeignKey): boolean {
  if (step.kind !== "insert" || target.kind !== "insert" || target.table !== key.from) return false;
  return key.columns.every((column, index) =>
    !step.awaited.has(column) || key.referredColumns[index].serverDefault !== undefined
  );
}

/** A row is deleted after the rows that referred to it: those that are deleted, too, and those that no longer do. */
function needNoReferences({ update, delete: deletes }: Readonly<Record<"update" | "delete", readonly Step[]>>): void {
  if (deletes.length === 0) return;
  const targets = Map.groupBy(deletes, ({ table }) => table);
  for (const [table, own] of Map.groupBy([...update, ...deletes], ({ table }) => table)) {
    for (const key of table.foreignKeys()) {
      const rows = targets.get(key.to);
      if (!rows) continue;
      const byKey = indexed(rows, (row) => valuesBefore(row, key.referredColumns));
      for (const step of own) {
        const isGone = step.kind === "delete" || key.columns.some((column) => step.columns.includes(column));
        const target = isGone ? byKey.get(valuesBefore(step, key.columns)!) : undefined;
        if (!target || target === step) continue;
        const isBefore = step.kind !== "delete" || target.table !== table;
        const parked = key.column.nullable ? key.column : undefined;
        target.needs = [...target.needs, { step, isBefore, key, parked }];
      }
    }
  }
}

/** A row takes a unique value after the row that gives it up. */
function needFreeValues(steps: Readonly<Record<Step["kind"], readonly Step[]>>): void {
  const giving = Map.groupBy([...steps.update, ...steps.delete], ({ table }) => table);
  if (giving.size === 0) return;
  for (const [table, taking] of Map.groupBy([...steps.insert, ...steps.update], ({ table }) => table)) {
    const givers = giving.get(table) ?? [];
    for (const unique of givers.length > 0 ? uniqueKeysOf(table) : []) {
      const { columns } = unique;
      const changes = (step: Step) => columns.some((column) => step.columns.includes(column) || step.replaced);
      const given = indexed(
        givers.filter((step) => step.kind === "delete" || changes(step)),
        (step) => valuesBefore(step, columns),
      );
      if (given.size === 0) continue;
      for (const step of taking) {
        const giver = changes(step) ? given.get(valuesAfter(step, columns)!) : undefined;
        if (!giver || giver === step) continue;
        const parked = columns.find(({ nullable }) => nullable);
        step.needs = [...step.needs, { step: giver, isBefore: true, unique, parked }];
      }
    }
  }
}

/** Returns the unique keys of a table that are checked before COMMIT; of an index with expressions nothing is known. */
function uniqueKeysOf(table: Table): UniqueKey[] {
  const isColumn = (key: object): key is TableColumn => "attribute" in key;
  return [
    { table, columns: table.primaryKey },
    ...table.uniques.filter(({ deferrable }) => deferrable !== "deferred").map((unique) => ({
      table,
      columns: unique.columns,
      name: uniqueName(table, unique),
      deferrable: unique.deferrable === true,
    })),
    ...table.indexes.filter(({ unique, on }) => unique && on.length > 0 && on.every(isColumn)).map(({ on, where }) => ({
      table,
      columns: on.filter(isColumn),
      isPartial: where !== undefined,
    })),
  ];
}

function indexed(steps: readonly Step[], keyOf: (step: Step) => MapKey | undefined): Map<MapKey, Step> {
  const index = new Map<MapKey, Step>();
  for (const step of steps) {
    const key = keyOf(step);
    if (key !== undefined) index.set(key, step);
  }
  return index;
}
