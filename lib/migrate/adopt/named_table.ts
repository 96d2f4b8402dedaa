/** Gives names to the tables of a database and to their columns. @module */
import {
  type DatabaseSchema,
  isSameName,
  mapParts,
  partsOf,
  type TablePart,
  type TableSchema,
} from "../database_schema.ts";
import { attributeName, className, keyAttribute, tableWord, variableName } from "./names.ts";
import { type TableParts, tableParts } from "./table_parts.ts";

/** A table with the names that its model gives. */
export interface NamedTable {
  readonly table: TableSchema;
  /** Word by which queries call it; its name in the database, if that is in snake_case. */
  readonly word: string;
  /** Name of the class, or of the variable of an association table. */
  readonly name: string;
  /** Names of the attributes by column. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Names of the relations by column, where the column has the name of its relation. */
  readonly relationNames: ReadonlyMap<string, string>;
  readonly parts: TableParts;
  /** Whether it only connects two other tables. */
  readonly isAssociation: boolean;
}

/**
 * Names the tables that models can describe: those of the main schema that have a primary key.
 *
 * @param taken names of variables that the file needs otherwise
 */
export function namedTables({ tables }: DatabaseSchema, taken: ReadonlySet<string>): NamedTable[] {
  const modelled = tables.filter(({ schema, primaryKey }) => schema === undefined && primaryKey !== null);
  const names = new Set(taken);
  const words = new Set(modelled.map(({ name }) => name));
  const named = modelled.map((table): NamedTable => {
    const attributes = attributesOf(table);
    const parts = tableParts(sayable(table), (name) => modelled.some((other) => isSameName(other, name)));
    const isAssociation = onlyConnects(table, parts);
    const name = isAssociation ? variableName(table.name, names) : className(table.name, names);
    names.add(name);
    const word = tableWord(table.name, words);
    words.add(word);
    return { table, word, name, attributes, relationNames: new Map(), parts, isAssociation };
  });
  return named.map((table) => withKeyAttributes(table, named));
}

/** Leaves to the relation the name of a foreign key without an ending: `mediumId` and `medium` for `medium`. */
function withKeyAttributes(named: NamedTable, all: readonly NamedTable[]): NamedTable {
  const [attributes, relationNames] = [new Map(named.attributes), new Map<string, string>()];
  for (const [column, key] of named.parts.references) {
    const target = all.find(({ table, isAssociation }) => !isAssociation && isSameName(table, key.to));
    if (!target || named.isAssociation) continue;
    const attribute = attributes.get(column)!;
    const isForeign = target.parts.references.has(key.referred[0]); // its name says no more than a number would
    const other = keyAttribute(attribute, isForeign ? "id" : target.attributes.get(key.referred[0])!);
    if (other === undefined || [...attributes.values()].includes(other)) continue;
    attributes.set(column, other);
    relationNames.set(column, attribute);
  }
  return { ...named, attributes, relationNames };
}

/** A table without the parts that use a column that models cannot describe. */
function sayable(table: TableSchema): TableSchema {
  const unsaid = new Set(unsaidParts(table));
  return mapParts(table, (part) => unsaid.has(part) ? undefined : part);
}

/** The parts of a table that use a column that models cannot describe. */
export function unsaidParts(table: TableSchema): TablePart[] {
  const fixed = new Set(table.columns.filter(({ isFixed }) => isFixed).map(({ name }) => name));
  return partsOf(table).filter((part) => "uses" in part && part.uses.some((name) => fixed.has(name)));
}

function attributesOf({ columns }: TableSchema): Map<string, string> {
  const taken = new Set<string>();
  return new Map(columns.map(({ name }) => {
    const attribute = attributeName(name, taken);
    taken.add(attribute);
    return [name, attribute];
  }));
}

/** Whether the two columns of a table are foreign keys, and together its primary key. */
function onlyConnects({ columns, primaryKey }: TableSchema, { references }: TableParts): boolean {
  const names = columns.map(({ name }) => name);
  return names.length === 2 && String(names) === String(primaryKey?.columns) &&
    names.every((name) => references.has(name));
}
