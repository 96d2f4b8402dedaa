/**
 * The first cell of every notebook: finds or starts PostgreSQL and creates an empty schema for the notebook.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Client, codeOf, withClient } from "./admin_client.ts";
import { withoutDriver, withStartupOption } from "./connection_url.ts";
import { configuredUrl, databaseUrl, DatabaseUrlError, serverVersion } from "./database_url.ts";
import { judgeVersion } from "./supported_versions.ts";
import { beginRun, defer } from "./kernel_run.ts";
import { keepDirect } from "./loopback.ts";

/** Environment of a notebook. */
export interface Workbook extends AsyncDisposable {
  /** Notebook number, such as `"01"`. */
  readonly notebook: string;
  /** The notebook's own schema, such as `notebook_01`; unqualified table names refer to it. */
  readonly schema: string;
  /** URL for `createEngine`: without driver, including the password, with the schema as search path. */
  readonly url: string;
  /** Calls a function before the first cell runs again: for connections that no engine of this library has opened. */
  defer(end: () => unknown): void;
  /** Drops the schema with its contents. May be called twice. */
  tearDown(): Promise<void>;
}

/**
 * Prepares a notebook: finds or starts PostgreSQL, recreates the notebook's schema, and prints one line. Running the
 * cell again starts over: engines that the last run created are disposed of, and sessions that hold locks in the old
 * schema are terminated.
 *
 * ```ts ignore
 * const workbook = await setUp("01");
 * const engine = createEngine(workbook.url);
 * ```
 *
 * @param notebook notebook number.
 * @param options `run`: suffix of the schema's name, which separates a test run from an open notebook; default: the
 * environment variable WORKBOOK_RUN. `user`: owner of the notebook on a shared server, instead of `run`; default: the
 * environment variable JUPYTERHUB_USER. `url`: the database; default `databaseUrl()`. `print`: receives each line to
 * show; default `console.log`.
 * @throws {LocalPostgresError | DatabaseUrlError} if PostgreSQL is not available, with a remedy.
 * @throws {ServerFullError} if it has no free connection, with the notebooks that hold some.
 */
export async function setUp(
  notebook: string,
  options: { run?: string; user?: string; url?: string; print?: (line: string) => void } = {},
): Promise<Workbook> {
  const print = options.print ?? console.log;
  keepDirect();
  const schema = schemaName(notebook, options.run ?? Deno.env.get("WORKBOOK_RUN") ?? learner(options.user));
  await beginRun(schema, notebook); // before a connection is needed
  const base = withoutDriver(options.url ?? await databaseUrl({ onProgress: print }));
  const version = await serverVersion(base);
  const { isUsable, advice } = judgeVersion(version);
  if (!isUsable) throw new DatabaseUrlError(advice!);
  if (advice) print(advice);
  await withClient(base, async (client) => {
    await dropSchema(client, schema);
    await createSchema(client, schema);
  });
  const origin = options.url ? "" : configuredUrl() ? " (DATABASE_URL)" : " (local server)";
  print(`PostgreSQL ${version} is ready${origin}. This notebook works in its own schema, ${schema}.`);
  const tearDown = () => withClient(base, (client) => dropSchema(client, schema));
  return {
    notebook,
    schema,
    url: withStartupOption(base, `-csearch_path=${schema} -cstatement_timeout=30s`),
    defer,
    tearDown,
    [Symbol.asyncDispose]: tearDown,
  };
}

/**
 * Returns the name of the schema: `notebook_01`, or `notebook_01_<run>`.
 * @throws {TypeError} for characters other than letters, digits and _.
 */
export function schemaName(notebook: string, run?: string): string {
  const name = `notebook_${notebook}${run ? `_${run}` : ""}`.toLowerCase();
  if (/^\w{1,63}$/.test(name)) return name;
  throw new TypeError(
    `The notebook ${JSON.stringify(notebook)} with WORKBOOK_RUN=${JSON.stringify(run ?? "")} gives no schema name: ` +
      "use letters, digits and underscores only, at most 63 in all.",
  );
}

/**
 * Returns the learner's part of a schema name; a name that is not a plain word gets a short hash, so that names stay
 * distinct.
 */
export function learner(user: string | undefined = Deno.env.get("JUPYTERHUB_USER")): string | undefined {
  if (!user) return undefined;
  const word = user.toLowerCase().replaceAll(/\W/g, "_").slice(0, 40);
  return word === user ? word : `${word}_${createHash("sha256").update(user).digest("hex").slice(0, 6)}`;
}

async function createSchema(client: Client, schema: string): Promise<void> {
  try {
    await client.query(`CREATE SCHEMA "${schema}"`);
  } catch (error) {
    if (codeOf(error) !== "42501") throw error;
    const { rows: [row] } = await client.query("SELECT current_database() AS database, current_user AS role");
    throw new DatabaseUrlError(
      `The role ${row.role} may not make schemas in the database ${row.database}. Its owner gives the right with: ` +
        `GRANT CREATE ON DATABASE "${row.database}" TO "${row.role}";`,
      { cause: error },
    );
  }
}

/** Drops a schema, after terminating transactions that hold locks in it. */
export async function dropSchema(client: Client, schema: string): Promise<void> {
  // a failed cell may have left a transaction open, which would block DROP forever; nothing else uses the schema
  await client.query(
    `SELECT pg_terminate_backend(held.pid)
       FROM (SELECT DISTINCT l.pid FROM pg_locks l
               JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
               JOIN pg_class c ON c.oid = l.relation
               JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = $1) AS held
       JOIN pg_stat_activity AS a ON a.pid = held.pid AND a.backend_type = 'client backend' -- others need a superuser
      WHERE held.pid <> pg_backend_pid()`,
    [schema],
  );
  await client.query("SET client_min_messages = warning"); // no notice for each table that goes along
  await client.query("SET lock_timeout = '10s'");
  await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
}
