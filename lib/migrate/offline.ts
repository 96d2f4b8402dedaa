/**
 * Writes migrations as an SQL script without connecting to a database: Alembic's offline mode. Rejects revisions whose
 * statements depend on data.
 *
 * @module
 */
import type { TransactionSettings } from "kysely";
import { resolve } from "node:path";
import { literal } from "../base/quote.ts";
import { savepointSql } from "../engine/savepoint.ts";
import { InvalidTargetError, IrreversibleError, OfflineError } from "./errors.ts";
import { failure } from "./failure.ts";
import { loadGraph } from "./migration_session.ts";
import { resolveName } from "./revision_names.ts";
import { downgradePath, upgradePath } from "./revision_paths.ts";
import { type Part, RevisionConnection, runFunction, type StatementAnswer } from "./revision_kysely.ts";
import { createTables, HEADER, transaction } from "./script_text.ts";
import { hasWord, inlineParameters, literalsIn, statementsIn, terminated } from "./sql_text.ts";
import { functionOf, logDirection, type MigrationStep, planSteps, position } from "./steps.ts";
import { type SqlNames, sqlNames, type VersionTableNames } from "./version_table_name.ts";
import { type EnvironmentOptions, versionTableOf } from "./environment.ts";

/** Options of a script. */
export interface ScriptOptions extends EnvironmentOptions {
  /** Maximum time that a statement waits for a lock, in milliseconds (default 5,000). */
  readonly lockTimeout?: number;
  /** Run all revisions in one transaction (default: each in its own). */
  readonly singleTransaction?: boolean;
}

/** A revision with more statements is assumed to loop until it reads a result. */
const MOST_STATEMENTS = 10_000;

/**
 * Writes the script of an upgrade.
 *
 * @param directory folder that contains `versions/`
 * @param range `"from:to"`, or `"to"` for a database at base; both as `upgrade` accepts them
 * @returns the SQL script
 * @throws {OfflineError} when a revision reads data, or cannot run in a single transaction
 * @throws {MigrationError} when the folder, a revision file or the range is invalid
 */
export async function upgradeSql(directory: string, range: string, options: ScriptOptions = {}): Promise<string> {
  const folder = resolve(directory);
  const graph = await loadGraph(folder);
  const [from, to] = range.includes(":") ? range.split(":") : ["base", range];
  const heads = resolveName(graph, from || "base").map(({ id }) => id);
  const steps = planSteps(graph, "upgrade", heads, upgradePath(graph, heads, to || "head"));
  return await script(steps, await versionTableOf(folder, options), options);
}

/**
 * Writes the script of a downgrade.
 *
 * @param range `"from:to"`; offline mode cannot read the current revision
 * @returns the SQL script
 * @throws {OfflineError} when a revision reads data or cannot be undone, or cannot run in a single transaction
 * @throws {MigrationError} when the folder, a revision file or the range is invalid
 */
export async function downgradeSql(directory: string, range: string, options: ScriptOptions = {}): Promise<string> {
  const folder = resolve(directory);
  const graph = await loadGraph(folder);
  const [from, to] = range.split(":");
  if (!from || !to) {
    throw new InvalidTargetError(
      `"${range}" does not specify the current revision, which downgrade --sql requires: use from:to, such as head:-1.`,
    );
  }
  const heads = resolveName(graph, from).map(({ id }) => id);
  const steps = planSteps(graph, "downgrade", heads, downgradePath(graph, heads, to));
  return await script(steps, await versionTableOf(folder, options), options);
}

async function script(
  steps: readonly MigrationStep[],
  names: VersionTableNames,
  { lockTimeout = 5000, singleTransaction = false }: ScriptOptions,
): Promise<string> {
  const tables = sqlNames(names);
  const blocks = [HEADER, transaction(createTables(names))];
  const together: string[] = [];
  const newValues = new Set<string>();
  for (const step of steps) {
    const { revision, from, to } = step;
    const comment = `-- ${position(from)} → ${position(to)}  ${revision.message}`;
    const statements = await statementsOf(step);
    const setUp = `SET LOCAL lock_timeout = ${lockTimeout}`;
    if (singleTransaction && !revision.transactional) {
      throw new OfflineError(
        `Revision ${revision.id} (${revision.message}) runs outside a transaction (transactional = false). ` +
          "Omit --single-transaction.",
      );
    }
    const texts = singleTransaction ? new Set(statements.flatMap(literalsIn)) : new Set<string>();
    const [used] = texts.intersection(newValues);
    if (used !== undefined) {
      throw new OfflineError(
        `Revision ${revision.id} (${revision.message}) uses the enum value ${
          literal(used)
        }, which an earlier revision adds. ` +
          "That requires two transactions. Omit --single-transaction.",
      );
    }
    for (const value of addedValues(statements)) newValues.add(value);
    if (singleTransaction) {
      together.push(comment, guard(tables, from), setUp, ...statements, ...bookkeeping(tables, step));
    } else if (revision.transactional) {
      blocks.push(
        `${comment}\n${transaction([guard(tables, from), setUp, ...statements, ...bookkeeping(tables, step)])}`,
      );
    } else {
      const body = [guard(tables, from), ...withLockTimeout(statements, lockTimeout)].map(terminated).join("\n\n");
      const after = transaction([guard(tables, from), ...bookkeeping(tables, step)]);
      blocks.push(`${comment}\n-- outside a transaction\n${body}\n\n${after}`);
    }
  }
  if (together.length > 0) blocks.push(transaction(together));
  return `${blocks.join("\n\n")}\n`;
}

/** Sets the lock timeout for statements outside a transaction; CONCURRENTLY waits for locks without a limit. */
function withLockTimeout(statements: readonly string[], lockTimeout: number): string[] {
  const [limit, reset] = [`SET lock_timeout = ${lockTimeout}`, "RESET lock_timeout"];
  const lines: string[] = [];
  let isLimited = false;
  for (const statement of statements) {
    const isPatient = hasWord(statement, "CONCURRENTLY");
    if (isPatient === isLimited) lines.push(isPatient ? reset : limit);
    isLimited = !isPatient;
    lines.push(statement);
  }
  return isLimited ? [...lines, reset] : lines;
}

/** Enum values added by statements. */
function addedValues(statements: readonly string[]): string[] {
  const additions = statements.flatMap(statementsIn).filter((sql) =>
    /^ALTER\s+TYPE\b/i.test(sql) && hasWord(sql, "ADD")
  );
  return additions.flatMap((sql) => literalsIn(sql).slice(0, 1));
}

/** The statements of a step with inline parameters. */
async function statementsOf(step: MigrationStep): Promise<string[]> {
  const { id, message } = step.revision;
  const recorder = new Recorder(step.revision.transactional);
  try {
    await runFunction(functionOf(step), () => recorder);
  } catch (error) {
    if (error instanceof IrreversibleError) {
      throw new OfflineError(`Revision ${id} (${message}) cannot be undone: ${error.message}`, { cause: error });
    }
    if (!recorder.hasRead) throw failure(step, error, "No script was written.");
  }
  if (recorder.hasRead) { // also if the revision caught the error
    throw new OfflineError(
      `Revision ${id} (${message}) reads data, which offline mode does not support. ` +
        `Run it with a connection: ${step.direction} ${step.direction === "upgrade" ? id : position(step.to)}`,
    );
  }
  return recorder.statements;
}

/** Records statements instead of running them. */
class Recorder extends RevisionConnection {
  readonly statements: string[] = [];
  hasRead = false;
  readonly #transactional: boolean;
  #savepoints = 0;

  constructor(transactional: boolean) {
    super();
    this.#transactional = transactional;
  }

  protected override execute(sql: string, parameters: readonly unknown[]): Promise<StatementAnswer> {
    if (this.statements.length === MOST_STATEMENTS) this.#read();
    this.statements.push(inlineParameters(sql, parameters));
    return Promise.resolve({ rows: this.#unknown([]), changed: this.#unknown({}) as bigint });
  }

  override begin(settings: TransactionSettings): Promise<Part> {
    const name = `sp_${++this.#savepoints}`;
    const level = settings.isolationLevel ? ` ISOLATION LEVEL ${settings.isolationLevel.toUpperCase()}` : "";
    const { set, release, rollback } = this.#transactional
      ? savepointSql(name)
      : { set: `BEGIN${level}`, release: "COMMIT", rollback: "ROLLBACK" };
    this.statements.push(set);
    const push = (statement: string) => Promise.resolve(void this.statements.push(statement));
    return Promise.resolve({ commit: () => push(release), rollback: () => push(rollback) });
  }

  /** A placeholder for a result; reading it throws. */
  #unknown<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (target, name) => {
        if (name === "then") return undefined; // read by await
        this.#read();
        return Reflect.get(target, name);
      },
    });
  }

  #read(): never {
    this.hasRead = true;
    throw new OfflineError("Offline mode cannot read data.");
  }
}

/** Raises an error unless the database is at these heads. */
function guard({ table }: SqlNames, heads: readonly string[]): string {
  const expected = heads.length === 0 ? "NULL" : `ARRAY[${heads.toSorted().map(literal).join(", ")}]`;
  return `DO $$
BEGIN
  IF (SELECT array_agg(revision ORDER BY revision COLLATE "C") FROM ${table}) IS DISTINCT FROM ${expected} THEN
    RAISE EXCEPTION 'expected the database to be at revision ${position(heads)}';
  END IF;
END $$`;
}

/** Statements that update the version table and the log. */
function bookkeeping({ table, log }: SqlNames, step: MigrationStep): string[] {
  const { from, to, revision } = step;
  const gone = from.filter((id) => !to.includes(id)).map(literal);
  const come = to.filter((id) => !from.includes(id)).map((id) => `(${literal(id)})`);
  return [
    ...(gone.length > 0 ? [`DELETE FROM ${table} WHERE revision IN (${gone.join(", ")})`] : []),
    ...(come.length > 0 ? [`INSERT INTO ${table} (revision) VALUES ${come.join(", ")}`] : []),
    `INSERT INTO ${log} (revision, direction, checksum, milliseconds)\n  VALUES (${
      [revision.id, logDirection(step), revision.checksum].map(literal).join(", ")
    }, extract(epoch FROM clock_timestamp() - transaction_timestamp()) * 1000)`,
  ];
}
