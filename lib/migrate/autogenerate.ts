/**
 * Writes the revision that brings a database to what the models say: Alembic's autogenerate. A person reads it before
 * it runs.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import { literal, quote } from "../base/quote.ts";
import type { Metadata } from "../schema/table.ts";
import { compare, type Comparison } from "./compare/compare.ts";
import { applyRenames, type Renames } from "./compare/renames.ts";
import { type DatabaseSchema, fullName, type UnmodelledObject } from "./database_schema.ts";
import { MissingSchemaError } from "./errors.ts";
import { type IncludeObject, LEFT_OUT, markLeftOut, withoutLeftOut } from "./include_object.ts";
import { describe, type Operation } from "./operations.ts";
import { reflect } from "./reflect/reflect.ts";
import { renderRevision } from "./render/render.ts";
import { wantedSchema } from "./wanted_schema.ts";

/** Settings of {@linkcode autogenerate}. */
export interface AutogenerateOptions {
  /** Asked for every table, column, constraint, index and enum; without it all are looked at. */
  readonly includeObject?: IncludeObject;
  /** The schema of tables that name none (default: the first of the search path). */
  readonly schema?: string;
  /** Renames that a person confirmed: `{ "heroes": "champions", "heroes.app_src": "source" }`, both by old names. */
  readonly renames?: Renames;
  /** The module that exports `IrreversibleError`, as the revision imports it (default: `../../lib/migrate/errors.ts`). */
  readonly errorsModule?: string;
}

/** What lies between the models and a database, and the revision that closes it. */
export interface AutogenerateResult {
  /** In an order in which they can run. */
  readonly operations: readonly Operation[];
  /** The lines of the bodies of `up(db)` and `down(db)`, unindented; `db` is a Kysely instance. */
  readonly upSource: readonly string[];
  readonly downSource: readonly string[];
  /** The lines that import what the bodies need. */
  readonly imports: readonly string[];
  /** What a person should read before running it. */
  readonly notes: readonly string[];
  /** What the database has that models cannot describe; it is left alone. */
  readonly unmodelled: readonly string[];
  /** The renames that may be meant where something is dropped and something alike added, as `renames` takes them. */
  readonly likelyRenames: Renames;
  /** What must wait until this revision is committed, a line each: generate again after the upgrade. */
  readonly postponed: readonly string[];
  /** There is no difference. */
  readonly isEmpty: boolean;
  /** Always true: nothing that is written here must run outside a transaction. */
  readonly transactional: boolean;
  /** A line for each operation: `add column heroes.app_src (text)`. */
  readonly summary: readonly string[];
}

/**
 * Compares the models with a database and writes what brings the one to the other. Nothing is changed: the tables of the
 * models are made in a schema of their own, to be read as the server understands them, and rolled back.
 *
 * The schemas that are looked at are the main one and those that tables of the models name.
 *
 * @param connection when it is in a transaction, that goes on as it was.
 * @throws {MissingSchemaError} @throws {ScratchSchemaError} when the role may not make a schema.
 * @throws {DatabaseError} for a default, a check or an index that the server does not understand.
 */
export async function autogenerate(
  connection: Connection,
  metadata: Metadata,
  options: AutogenerateOptions = {},
): Promise<AutogenerateResult> {
  const { includeObject = () => true, renames = {}, errorsModule = "../../lib/migrate/errors.ts" } = options;
  const { live, wanted } = await readBoth(connection, metadata, options.schema);
  const renamed = applyRenames(markLeftOut(live, includeObject), renames);
  const comparison = compare(renamed.schema, withoutLeftOut(wanted, includeObject));
  const { now, later } = inTwo([...renamed.operations, ...comparison.operations]);
  const { up, down, imports } = renderRevision(now, errorsModule);
  const likelyRenames = renamesIn(now);
  return {
    operations: now,
    upSource: up,
    downSource: down,
    imports,
    notes: [
      ...comparison.notes,
      ...Object.entries(likelyRenames).map(([from, to]) =>
        `${from} is dropped and ${to} added. If that is one thing under a new name, rename it: see the comment in up().`
      ),
      ...later.length > 0
        ? ["An enum value can be used only after it is committed: upgrade, then generate again for the rest."]
        : [],
    ],
    unmodelled: unmodelledLines(live, comparison),
    likelyRenames,
    postponed: later.map(describe),
    isEmpty: now.length === 0,
    transactional: true,
    summary: now.map(describe),
  };
}

/** Reads both sides in a transaction, or a part of one, that is rolled back. */
async function readBoth(
  connection: Connection,
  metadata: Metadata,
  schema: string | undefined,
): Promise<{ live: DatabaseSchema; wanted: DatabaseSchema }> {
  const part = connection.inTransaction ? await connection.beginNested() : undefined;
  if (!part) await connection.begin({ readOnly: false });
  try {
    if (schema !== undefined) {
      await connection.execute("SELECT set_config('search_path', $1 || ', ' || current_setting('search_path'), true)", [
        quote(schema),
      ]);
    }
    const { main, path } = (await connection.execute<{ main: string | null; path: string }>(
      "SELECT current_schema()::text AS main, current_setting('search_path') AS path",
    )).one();
    if (main === null) throw new MissingSchemaError(path);
    const named = [...metadata.tables.values()].flatMap(({ schema }) => schema ?? []);
    const live = await reflect(connection, { main, others: [...new Set(named)].filter((name) => name !== main) });
    return { live, wanted: await wantedSchema(connection, metadata, main) };
  } finally {
    await (part ?? connection).rollback();
  }
}

/** A value that is added to an enum cannot be used in the same transaction: what uses one comes later. */
function inTwo(operations: readonly Operation[]): { now: readonly Operation[]; later: readonly Operation[] } {
  const isAddition = ({ kind }: Operation) => kind === "addEnumValue";
  const added = operations.flatMap((operation) => operation.kind === "addEnumValue" ? [literal(operation.value)] : []);
  const rest = operations.filter((operation) => !isAddition(operation));
  const uses = (operation: Operation) => {
    const text = JSON.stringify(operation);
    return added.some((value) => text.includes(JSON.stringify(value).slice(1, -1)));
  };
  return rest.some(uses) ? { now: operations.filter(isAddition), later: rest } : { now: operations, later: [] };
}

function renamesIn(operations: readonly Operation[]): Renames {
  return Object.fromEntries(operations.flatMap((operation): [string, string][] => {
    if (operation.kind === "dropTable" && operation.mayBe) return [[fullName(operation.table), operation.mayBe.name]];
    if (operation.kind !== "dropColumn" || operation.mayBe === undefined) return [];
    return [[`${fullName(operation.table)}.${operation.column.name}`, operation.mayBe]];
  }));
}

function unmodelledLines(live: DatabaseSchema, { unmodelled }: Comparison): string[] {
  const line = ({ kind, name, reason }: UnmodelledObject) => `${kind} ${name}${reason ? `: ${reason}` : ""}`;
  const all = [...live.unmodelled, ...unmodelled].filter(({ reason }) => !reason?.includes(LEFT_OUT));
  return [...new Set(all.map(line))];
}
