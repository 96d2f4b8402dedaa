/** Reads the objects that comparators compare. @module */
import { quote } from "../base/quote.ts";
import type { Connection } from "../engine/connection.ts";
import { DatabaseError } from "../engine/errors.ts";
import type { Comparator, LiveObject } from "./comparator.ts";
import { DEPENDENTS_OF_OBJECTS, type ObjectDependentRow } from "./reflect/dependents.ts";
import type { ObjectSchema } from "./database_schema.ts";
import { MissingObjectError } from "./errors.ts";

/** Reads the objects that are wanted, and all those of comparators that drop the others. */
export async function liveObjects(
  connection: Connection,
  comparators: readonly Comparator[],
  main: string,
): Promise<ObjectSchema[]> {
  const found: ObjectSchema[] = [];
  for (const comparator of comparators) {
    const isKnown = ({ name }: LiveObject) => comparator.dropsUnknown || Object.hasOwn(comparator.wanted, name);
    const objects = (await comparator.live(connection, main)).filter(isKnown);
    found.push(...objects.map((object) => objectOf(comparator.kind, object, [main])));
  }
  if (found.length === 0) return [];
  const known = new Set(found.map(({ description }) => description));
  const rows = (await connection.execute<ObjectDependentRow>(DEPENDENTS_OF_OBJECTS, [[...known]])).all();
  const of = Map.groupBy(rows, ({ needed }) => needed);
  return found.map((object) => {
    const dependents = (of.get(object.description) ?? []).map(({ name }) => name);
    const strangers = [...allDependents(object.description, of)].filter((name) => !known.has(name));
    return { ...object, dependents, ...(strangers.length > 0 ? { strangers } : {}) };
  });
}

/** Schemas in which wanted objects are created. */
export interface ScratchSchemas {
  /** Name of the scratch schema, the first of the search path. */
  readonly main: string;
  /** Names of the scratch schemas for tables of other schemas, by the names of these. */
  readonly others: ReadonlyMap<string, string>;
}

/**
 * Creates the wanted objects in the scratch schema and reads them. The caller rolls back.
 *
 * @param main schema in which the migrations run
 * @param existing other schemas that the database has
 * @throws {MissingObjectError} when a comparator does not list an object after creating it
 * @throws {DatabaseError} when the SQL of an object is invalid
 */
export async function wantedObjects(
  connection: Connection,
  comparators: readonly Comparator[],
  { main: scratch, others }: ScratchSchemas,
  main: string,
  existing: readonly string[],
): Promise<ObjectSchema[]> {
  const statements = comparators.flatMap(({ wanted }) => Object.values(wanted));
  const attempt = await connection.beginNested();
  try {
    for (const sql of statements) await connection.execute(sql);
  } catch (error) {
    if (!(error instanceof DatabaseError) || others.size === 0) throw error;
    await attempt.rollback();
    await onModels(connection, statements, others, existing).catch(() => {
      throw error;
    });
  }
  const found: ObjectSchema[] = [];
  for (const comparator of comparators) {
    const { kind, wanted } = comparator;
    const made = new Map((await comparator.live(connection, scratch)).map((object) => [object.name, object]));
    for (const [name, create] of Object.entries(wanted)) {
      const object = made.get(name);
      if (!object) throw new MissingObjectError(kind, name);
      const drop = object.drop.replaceAll(`${scratch}.`, `${quote(main)}.`);
      found.push({ ...objectOf(kind, object, [scratch, main]), create, drop });
    }
  }
  return found;
}

/** Runs statements where the tables of the models stand for those of other schemas, which may lack what is new. */
async function onModels(
  connection: Connection,
  statements: readonly string[],
  others: ReadonlyMap<string, string>,
  existing: readonly string[],
): Promise<void> {
  const renames = [...others].flatMap(([name, scratch]) => [
    ...existing.includes(name) ? [`ALTER SCHEMA ${quote(name)} RENAME TO ${scratch}_before`] : [],
    `ALTER SCHEMA ${scratch} RENAME TO ${quote(name)}`,
  ]);
  for (const sql of [...renames, ...statements]) await connection.execute(sql);
}

/** @param schemas names that definitions may contain or not, depending on the function that prints them */
function objectOf(
  kind: string,
  { name, create, drop, description = `${kind} ${name}` }: LiveObject,
  schemas: readonly string[],
): ObjectSchema {
  const definition = schemas.reduce((text, schema) => text.replaceAll(`${quote(schema)}.`, ""), create);
  return { kind, name, create, drop, description, definition, dependents: [] };
}

/** Descriptions of what depends on an object, and on that. */
function allDependents(description: string, of: ReadonlyMap<string, readonly ObjectDependentRow[]>): Set<string> {
  const found = new Set([description]);
  for (const each of found) for (const { name } of of.get(each) ?? []) found.add(name);
  found.delete(description);
  return found;
}
