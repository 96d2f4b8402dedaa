/**
 * Generates the revision that makes a database match the models: Alembic's autogenerate. Review it before you run it.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import { quote } from "../base/quote.ts";
import type { Metadata } from "../schema/table.ts";
import type { Comparator } from "./comparator.ts";
import { liveObjects } from "./compared_objects.ts";
import { compare, type Comparison } from "./compare/compare.ts";
import { applyRenames, type Renames } from "./compare/renames.ts";
import { type DatabaseSchema, fullName, unmodelledLine, type UnmodelledObject } from "./database_schema.ts";
import { MissingSchemaError } from "./errors.ts";
import { type IncludeObject, LEFT_OUT, markLeftOut, withoutLeftOut } from "./include_object.ts";
import { describe, type Operation } from "./operations.ts";
import { reflect } from "./reflect/reflect.ts";
import { renderRevision } from "./render/render.ts";
import { type VersionTableNames, versionTableNames } from "./version_table_name.ts";
import { literalsIn } from "./sql_text.ts";
import { wantedSchema } from "./wanted_schema.ts";

/** Options of {@linkcode autogenerate}. */
export interface AutogenerateOptions {
  /** Filter, called for every table, column, constraint, index and enum (default: compares all). */
  readonly includeObject?: IncludeObject;
  /** Comparators of kinds of objects that models cannot describe (default: none). */
  readonly comparators?: readonly Comparator[] | undefined;
  /** Schema of tables without an explicit one (default: the first of the search path). */
  readonly schema?: string;
  /** Confirmed renames, keyed by old names: `{ "heroes": "champions", "heroes.app_src": "source" }`. */
  readonly renames?: Renames | undefined;
  /** Version table, which is not compared (default: `schema_version`). */
  readonly versionTable?: VersionTableNames;
  /** Specifier of the module that exports `IrreversibleError` (default: `../../lib/migrate/errors.ts`). */
  readonly errorsModule?: string;
}

/** The differences between models and database, and the code of a revision that removes them. */
export interface AutogenerateResult {
  /** Differences, in execution order. */
  readonly operations: readonly Operation[];
  /** Body of `up(db)`, as unindented lines; `db` is a Kysely instance. */
  readonly upSource: readonly string[];
  /** Body of `down(db)`. */
  readonly downSource: readonly string[];
  /** Import statements of the bodies. */
  readonly imports: readonly string[];
  /** Remarks to read before running the revision, and `unresolved`. */
  readonly notes: readonly string[];
  /** Differences that no operation removes, each with what stands in the way and what to do. */
  readonly unresolved: readonly string[];
  /** Database objects that models cannot describe. They are ignored. */
  readonly unmodelled: readonly UnmodelledObject[];
  /** Possible renames: a dropped object, or a table that is kept, and an added one that are similar. Pass confirmed ones as `renames`. */
  readonly likelyRenames: Renames;
  /** Differences that require this revision to be committed first: generate again after the upgrade. */
  readonly postponed: readonly string[];
  /** True if there are no differences. */
  readonly isEmpty: boolean;
  /** Always true: all generated statements can run in a transaction. */
  readonly transactional: boolean;
  /** One line per operation: `add column heroes.app_src (text)`. */
  readonly summary: readonly string[];
}

/**
 * Compares models with a database and generates a revision from the differences. Does not change the database: creates
 * the tables of the models that it does not have in the same words in a scratch schema, reads them as the server stores
 * them, and rolls back. Leaves out changes that the server would refuse, and explains them in `unresolved`.
 *
 * Compares the main schema and the schemas that tables of the models name.
 *
 * @param connection in autocommit, or in a transaction, which stays open
 * @param metadata tables of the models
 * @param options filter, main schema and confirmed renames
 * @returns the differences and the code of the revision
 * @throws {MissingSchemaError} when no schema of the search path exists
 * @throws {ScratchSchemaError} when the role lacks the privilege to create a schema
 * @throws {UnsupportedByServerError} when the server lacks something that the models contain
 * @throws {MissingObjectError} when a comparator does not list an object that it has created
 * @throws {DatabaseError} when a default, check or index of the models, or a statement of a comparator, is invalid
 */
export async function autogenerate(
  connection: Connection,
  metadata: Metadata,
  options: AutogenerateOptions = {},
): Promise<AutogenerateResult> {
  const { includeObject = () => true, renames = {}, errorsModule = "../../lib/migrate/errors.ts" } = options;
  const { live, wanted } = await readBoth(connection, metadata, options);
  const renamed = applyRenames(markLeftOut(live, includeObject), renames);
  const comparison = compare(renamed.schema, withoutLeftOut(wanted, includeObject));
  const isFirst = ({ kind }: Operation) => kind === "dropObject"; // by its old name, also if its table is renamed
  const { now, later } = inTwo([
    ...comparison.operations.filter(isFirst),
    ...renamed.operations,
    ...comparison.operations.filter((operation) => !isFirst(operation)),
  ]);
  const { up, down, imports } = renderRevision(now, errorsModule);
  const kept = keptRenames(now);
  const likelyRenames = { ...renamesIn(now), ...kept };
  return {
    operations: now,
    upSource: up,
    downSource: down,
    imports,
    notes: [
      ...comparison.notes,
      ...Object.entries(likelyRenames).map(([from, to]) =>
        `${from in kept ? "Keeps" : "Drops"} ${from} and adds ${to}. ` +
        `If this is a rename: --rename ${from}=${to}, or see the comment in up().`
      ),
      ...later.length > 0
        ? ["New enum values can be used only after they are committed. Upgrade, then generate a revision for the rest."]
        : [],
    ],
    unresolved: comparison.notes,
    unmodelled: ignored(comparison),
    likelyRenames,
    postponed: later.map(describe),
    isEmpty: now.length === 0,
    transactional: true,
    summary: now.map(describe),
  };
}

/** Reads both schemas in a transaction or savepoint that is rolled back. */
async function readBoth(
  connection: Connection,
  metadata: Metadata,
  { schema, versionTable = versionTableNames(), comparators = [] }: AutogenerateOptions,
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
    const live = await reflect(connection, {
      main,
      others: [...new Set(named)].filter((name) => name !== main),
      versionTable,
      objects: await liveObjects(connection, comparators, main),
    });
    return { live, wanted: await wantedSchema(connection, metadata, main, live, comparators) };
  } finally {
    await (part ?? connection).rollback();
  }
}

/** Splits off operations that use a new enum value: the transaction that adds one cannot use it. */
function inTwo(operations: readonly Operation[]): { now: readonly Operation[]; later: readonly Operation[] } {
  const isAddition = ({ kind }: Operation) => kind === "addEnumValue";
  const added = operations.flatMap((operation) => operation.kind === "addEnumValue" ? [operation.value] : []);
  const rest = operations.filter((operation) => !isAddition(operation));
  const uses = (operation: Operation) =>
    operation.kind !== "setComment" && sqlIn(operation).flatMap(literalsIn).some((value) => added.includes(value));
  return rest.some(uses) ? { now: operations.filter(isAddition), later: rest } : { now: operations, later: [] };
}

/** Properties of operations that hold names and texts. */
const NO_SQL = new Set(["kind", "name", "comment", "values"]);

/** SQL in an operation. */
function sqlIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => NO_SQL.has(key) ? [] : sqlIn(item));
}

function renamesIn(operations: readonly Operation[]): Renames {
  return Object.fromEntries(operations.flatMap((operation): [string, string][] => {
    if (operation.kind === "dropTable" && operation.mayBe) return [[fullName(operation.table), operation.mayBe.name]];
    if (operation.kind !== "dropColumn" || operation.mayBe === undefined) return [];
    return [[`${fullName(operation.table)}.${operation.column.name}`, operation.mayBe]];
  }));
}

/** Renames of tables that are kept beside the new ones. */
function keptRenames(operations: readonly Operation[]): Renames {
  return Object.fromEntries(
    operations.flatMap((operation): [string, string][] =>
      operation.kind === "createTable" && operation.mayBe ? [[fullName(operation.mayBe), operation.table.name]] : []
    ),
  );
}

/** The ignored objects, each once, without those that the filter excludes. */
function ignored({ unmodelled }: Comparison): UnmodelledObject[] {
  const all = unmodelled.filter(({ reason }) => !reason?.includes(LEFT_OUT));
  return [...new Map(all.map((object) => [unmodelledLine(object), object])).values()];
}
