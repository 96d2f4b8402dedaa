/** Decides what of the tables in both schemas can be changed. @module */
import {
  type ColumnSchema,
  fullName,
  type IndexSchema,
  isRebuilt,
  type KeySchema,
  nameKey,
  type PartKind,
  type PartSchema,
  type TableSchema,
  typeOf,
} from "../database_schema.ts";
import {
  blockersOfDrop,
  blockersOfIdentity,
  blockersOfKey,
  blockersOfRetype,
  blockersOfValues,
  depends,
  type Reference,
} from "./blockers.ts";
import type { Matched } from "./match.ts";
import { type Limits, type MatchedParts, matchParts, standsOn } from "./parts.ts";

/** A table in both the database and the models. */
export interface TablePair {
  readonly live: TableSchema;
  readonly wanted: TableSchema;
}

/** What is done with a table in both schemas. */
export interface TablePlan extends TablePair, Limits {
  readonly parts: MatchedParts;
  /** Columns whose identity stays. */
  readonly heldIdentities: ReadonlySet<string>;
  /** Differences that stay, each with what stands in the way. */
  readonly notes: readonly string[];
}

/**
 * Decides for each table which columns and keys stay as they are: those that the comparison leaves alone, and those
 * whose change the server would refuse. What stands on such a column stays, too.
 *
 * @param pairs tables in both schemas
 * @param kept other tables that stay
 */
export function planTables(pairs: readonly TablePair[], kept: readonly TableSchema[]): TablePlan[] {
  let plans = pairs.map(firstPlan);
  for (let isSettled = false; !isSettled;) {
    const references = referencesThatStay(plans, kept);
    const next = plans.map((plan) => limited(plan, references.get(nameKey(plan.live)) ?? []));
    isSettled = next.every((plan, index) => plan === plans[index]);
    plans = next;
  }
  const references = referencesThatStay(plans, kept);
  return plans.map((plan) => ({ ...plan, notes: [...plan.notes, ...notesOfKeys(plan, references)] }));
}

function firstPlan({ live, wanted }: TablePair): TablePlan {
  const byName = columnsByName(wanted);
  const fixed = new Set(live.columns.filter((column) => isLeftAlone(column, byName.get(column.name))).map(nameOf));
  const heldIdentities = new Map(live.columns.flatMap((column) => {
    const isDropped = column.identity && byName.get(column.name)?.identity === null && !fixed.has(column.name);
    const blockers = isDropped ? blockersOfIdentity(column) : [];
    return blockers.length > 0 ? [[column.name, blockers]] : [];
  }));
  const notes = [...heldIdentities].map(([name, blockers]) =>
    `${fullName(live)}.${name} stays an identity column: ${depends(blockers)}. Change the default first.`
  );
  const limits: Limits = { fixed, refused: new Set(), held: new Set() };
  return {
    live,
    wanted,
    ...limits,
    parts: matchParts(live, wanted, limits),
    heldIdentities: new Set(heldIdentities.keys()),
    notes,
  };
}

/** Whether a column stays: an odd one that the models do not have, or whose type they do not say in SQL. */
function isLeftAlone(column: ColumnSchema, wanted: ColumnSchema | undefined): boolean {
  if (!wanted) return column.leftAlone !== undefined;
  return column.isFixed === true || column.isSqlType === true && wanted.isSqlType === undefined;
}

/** Extends the limits of a plan by the changes that the server would refuse; returns the same plan if there are none. */
function limited(plan: TablePlan, references: readonly Reference[]): TablePlan {
  const { live, wanted } = plan;
  const [before, after] = [columnsByName(live), columnsByName(wanted)];
  const parts = partsThatStay(plan);
  const isDropped = (name: string) => {
    const [from, to] = [before.get(name), after.get(name)];
    return !plan.fixed.has(name) && (!to || !!from && isRebuilt(from, to));
  };
  const [fixed, refused, held] = [new Set(plan.fixed), new Set(plan.refused), new Set(plan.held)];
  const notes: string[] = [];
  for (const column of live.columns) {
    if (plan.fixed.has(column.name)) continue;
    const of = { table: live, column, parts, references };
    const to = after.get(column.name);
    const name = `${fullName(live)}.${column.name}`;
    if (!to) {
      const blockers = blockersOfDrop(of, isDropped);
      if (blockers.length === 0) continue;
      notes.push(
        `${name} stays, although the models do not have it: ${depends(blockers)}. ` +
          "Drop that first, or add the column to the models.",
      );
    } else if (isRebuilt(column, to)) {
      const blockers = blockersOfDrop(of, isDropped);
      if (blockers.length === 0) continue;
      notes.push(
        `${name} stays as it is, although it is to be ${to.generated === undefined ? "no longer " : ""}generated` +
          `${to.generated === undefined ? "" : ` as ${to.generated}`}: ${depends(blockers)}. ` +
          "Write a revision that drops that, changes the column, and creates it again.",
      );
    } else if (typeOf(to) !== typeOf(column)) {
      const blockers = blockersOfRetype(of, to.type);
      if (blockers.length === 0) continue;
      notes.push(
        `The type of ${name} stays ${typeOf(column)} and does not become ${typeOf(to)}: ${depends(blockers)}. ` +
          "Write a revision that drops that, changes the type, and creates it again.",
      );
    } else continue;
    fixed.add(column.name);
  }
  for (const column of wanted.columns) {
    if (before.has(column.name) || plan.refused.has(column.name)) continue;
    const blockers = blockersOfValues(live, column);
    if (blockers.length === 0) continue;
    refused.add(column.name);
    notes.push(
      `${fullName(live)}.${column.name} is not added: ${
        blockers.join(", ")
      } has the row type of the table, which then ` +
        "takes no new column with a default. Change that first.",
    );
  }
  for (const key of keysOf(live)) if (references.some((reference) => isTo(reference, key))) held.add(key);
  const isSame = fixed.size === plan.fixed.size && refused.size === plan.refused.size && held.size === plan.held.size;
  if (isSame) return plan;
  const limits = { fixed, refused, held };
  return { ...plan, ...limits, parts: matchParts(live, wanted, limits), notes: [...plan.notes, ...notes] };
}

function notesOfKeys(
  { live, parts }: TablePlan,
  references: ReadonlyMap<string, readonly Reference[]>,
): string[] {
  const { primaryKey, unique, index } = parts;
  const to = references.get(nameKey(live)) ?? [];
  return [...primaryKey.held, ...unique.held, ...index.held].map((key) => {
    const blockers = blockersOfKey(key, to.filter((reference) => isTo(reference, key)));
    return `${fullName(live)} keeps ${key.name}, although the models do not have it so: ${depends(blockers)}. ` +
      "Drop that first.";
  });
}

/** Foreign keys that no operation touches, by the table to which they refer. */
function referencesThatStay(
  plans: readonly TablePlan[],
  kept: readonly TableSchema[],
): ReadonlyMap<string, readonly Reference[]> {
  const all = [
    ...kept.flatMap((table) => table.foreignKeys.map((key) => ({ table, key }))),
    ...plans.flatMap((plan) => {
      const changed = touched(plan.parts.foreignKey);
      return plan.live.foreignKeys.filter((key) => !changed.has(key) || standsOn(key, plan.fixed))
        .map((key) => ({ table: plan.live, key }));
    }),
  ];
  return Map.groupBy(all, ({ key }) => nameKey(key.to));
}

/** Whether the models have this part of the table, or one that replaces it. */
export function isInModels({ wanted, parts, fixed }: TablePlan, kind: PartKind, name: string): boolean {
  if (kind === "column") return !fixed.has(name) && wanted.columns.some((column) => column.name === name);
  return [...touched<PartSchema>(parts[kind])].some((part) => part.name === name && !standsOn(part, fixed));
}

/** Constraints and indexes that no operation touches. */
function partsThatStay({ live, parts, fixed }: TablePlan): PartSchema[] {
  const changed = new Set(Object.values(parts).flatMap((matched: Matched<PartSchema>) => [...touched(matched)]));
  const keys = [...(live.primaryKey ? [live.primaryKey] : []), ...live.uniques];
  const all = [...keys, ...live.indexes, ...live.checks, ...live.foreignKeys, ...live.others];
  return all.filter((part) => !changed.has(part) || standsOn(part, fixed));
}

/** Parts of the database that are dropped, renamed, or can be created again as the models have them. */
function touched<Part>({ kept, removed, renamed }: Matched<Part>): Set<Part> {
  return new Set([...kept, ...removed, ...renamed.map(({ from }) => from)]);
}

/** Keys and indexes to which foreign keys may refer. */
function keysOf({ primaryKey, uniques, indexes }: TableSchema): PartSchema[] {
  const isKey = ({ unique, where }: IndexSchema) => unique && where === null;
  return [...(primaryKey ? [primaryKey] : []), ...uniques, ...indexes.filter(isKey)];
}

/** Whether a foreign key refers to the columns of this key or unique index. */
function isTo({ key: { referred } }: Reference, key: PartSchema): boolean {
  const columns = "columns" in key ? (key as KeySchema).columns : key.uses;
  return columns.length === referred.length && columns.every((name) => referred.includes(name));
}

function columnsByName({ columns }: TableSchema): ReadonlyMap<string, ColumnSchema> {
  return new Map(columns.map((column) => [column.name, column]));
}

function nameOf({ name }: ColumnSchema): string {
  return name;
}
