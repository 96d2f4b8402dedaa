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
} from "../database_schema.ts";
import { blockersOfIdentity, blockersOfKey, depends, type Reference } from "./blockers.ts";
import type { Matched } from "./match.ts";
import { type FutureType, whyNotAdded, whyUnchanged } from "./refusals.ts";
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
    const futureType = futureTypes(plans.filter(({ fixed }) => fixed.size > 0));
    const next = plans.map((plan) => limited(plan, references.get(nameKey(plan.live)) ?? [], futureType));
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
function limited(plan: TablePlan, references: readonly Reference[], futureType: FutureType): TablePlan {
  const { live, wanted } = plan;
  const [before, after] = [columnsByName(live), columnsByName(wanted)];
  const isDropped = (name: string) => {
    const [from, to] = [before.get(name), after.get(name)];
    return !plan.fixed.has(name) && (!to || !!from && isRebuilt(from, to));
  };
  const of = {
    table: live,
    parts: partsThatStay(plan),
    references,
    isDropped,
    wantedKeys: wanted.foreignKeys,
    futureType,
  };
  const why = (columns: readonly ColumnSchema[], explain: (column: ColumnSchema) => string | undefined) =>
    new Map(columns.flatMap((column): [string, string][] => {
      const note = explain(column);
      return note === undefined ? [] : [[column.name, note]];
    }));
  const unchanged = why(
    live.columns.filter(({ name }) => !plan.fixed.has(name)),
    (column) => whyUnchanged({ ...of, column }, after.get(column.name)),
  );
  const notAdded = why(
    wanted.columns.filter(({ name }) => !before.has(name) && !plan.refused.has(name)),
    (column) => whyNotAdded(live, column),
  );
  const held = new Set(references.length === 0 ? [] : keysOf(live).filter((key) => references.some(isTo(key))));
  if (unchanged.size + notAdded.size === 0 && held.size === plan.held.size) return plan;
  const limits = {
    fixed: new Set([...plan.fixed, ...unchanged.keys()]),
    refused: new Set([...plan.refused, ...notAdded.keys()]),
    held,
  };
  const notes = [...plan.notes, ...unchanged.values(), ...notAdded.values()];
  return { ...plan, ...limits, parts: matchParts(live, wanted, limits), notes };
}

/** Returns a function that tells the types of columns once all plans are carried out. */
export function futureTypes(plans: readonly TablePlan[], added: readonly TableSchema[] = []): FutureType {
  const tables = new Map([
    ...added.map((wanted) => [nameKey(wanted), { wanted: columnsByName(wanted) }] as const),
    ...plans.map(({ live, wanted, fixed }) => {
      const kept = columnsByName({ columns: live.columns.filter(({ name }) => fixed.has(name)) });
      return [nameKey(wanted), { wanted: columnsByName(wanted), kept }] as const;
    }),
  ]);
  return (table, column) => {
    const of: { wanted: Columns; kept?: Columns } | undefined = tables.get(nameKey(table));
    const wanted = of?.wanted.get(column)?.type;
    return wanted === undefined ? undefined : { wanted, kept: of!.kept?.get(column)?.type };
  };
}

function notesOfKeys(
  { live, parts }: TablePlan,
  references: ReadonlyMap<string, readonly Reference[]>,
): string[] {
  const { primaryKey, unique, index } = parts;
  const to = references.get(nameKey(live)) ?? [];
  return [...primaryKey.held, ...unique.held, ...index.held].map((key) => {
    const blockers = blockersOfKey(key, to.filter(isTo(key)));
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

/** Returns a function that tells whether a foreign key refers to the columns of this key or unique index. */
function isTo(key: PartSchema): (reference: Reference) => boolean {
  const columns = "columns" in key ? (key as KeySchema).columns : key.uses;
  return ({ key: { referred } }) =>
    columns.length === referred.length && columns.every((name) => referred.includes(name));
}

type Columns = ReadonlyMap<string, ColumnSchema>;

function columnsByName({ columns }: Pick<TableSchema, "columns">): Columns {
  return new Map(columns.map((column) => [column.name, column]));
}

function nameOf({ name }: ColumnSchema): string {
  return name;
}
