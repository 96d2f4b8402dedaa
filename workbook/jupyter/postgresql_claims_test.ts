/**
 * What the notebooks say about PostgreSQL and show in no cell: each sentence stands in its notebook, and the server does
 * as it says.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Connection, createEngine, type Engine } from "../../lib/mod.ts";
import { until } from "../../testing/until.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { readNotebooks } from "./notebook.ts";

const database = testDatabase(import.meta.url);
const notebooks = await readNotebooks();

/** A sentence, where it stands, and its proof on an empty table `t (id, name)` and an engine in autocommit mode. */
function claim(number: string, sentence: string, prove: (engine: Engine) => Promise<void>): void {
  database.test(`${number}: ${sentence}`, async (url) => {
    const { notebook } = notebooks.find(({ name }) => name.startsWith(number))!;
    const text = notebook.cells.filter(({ cell_type }) => cell_type === "markdown").map(({ source }) => source).join(
      "\n",
    );
    assertStringIncludes(text.replace(/\s+/g, " "), sentence);
    await using engine = createEngine(url, { isolationLevel: "AUTOCOMMIT" });
    await run(engine, "DROP TABLE IF EXISTS u, t CASCADE");
    await run(engine, "CREATE TABLE t (id integer PRIMARY KEY, name varchar(20))");
    await prove(engine);
  });
}

async function run(engine: Engine, ...statements: string[]): Promise<void> {
  await using connection = await engine.connect();
  for (const statement of statements) await connection.execute(statement);
}

async function value<T>(engine: Engine, sql: string): Promise<T> {
  await using connection = await engine.connect();
  return (await connection.execute(sql)).scalar<T>()!;
}

/** Returns the SQLSTATE of a statement that must fail. */
async function stateOf(engine: Engine, ...statements: string[]): Promise<string | undefined> {
  return await run(engine, ...statements).then(() => undefined, (error) => error.sqlstate);
}

const fill = (rows: number) => `INSERT INTO t SELECT n, 'name ' || n % 10 FROM generate_series(1, ${rows}) AS n`;
const fileOf = (engine: Engine) => value<number>(engine, "SELECT pg_relation_filenode('t')");

/** Returns how often statements scan the table. */
async function scans(connection: Connection, ...statements: string[]): Promise<number> {
  const seen = async () => {
    const sql = "SELECT seq_scan::integer FROM pg_stat_xact_user_tables WHERE relname = 't'";
    return (await connection.execute(sql)).scalar<number>()!;
  };
  await connection.execute("BEGIN");
  const before = await seen();
  for (const statement of statements) await connection.execute(statement);
  const after = await seen();
  await connection.execute("COMMIT");
  return after - before;
}

claim("01", "(`max_connections`, 100 by default)", async (engine) => {
  assertEquals(await value(engine, "SELECT boot_val FROM pg_settings WHERE name = 'max_connections'"), "100");
});

claim("02", "After a failed statement PostgreSQL treats `COMMIT` as a rollback", async (engine) => {
  await using connection = await engine.connect();
  await connection.execute("BEGIN");
  await connection.execute("INSERT INTO t VALUES (1, 'kept?')");
  await connection.execute("SELECT 1 / 0").catch(() => {});
  await connection.execute("COMMIT").catch(() => {});
  assertEquals(await value(engine, "SELECT count(*)::integer FROM t"), 0);
});

claim("03", "PostgreSQL rejects every further statement of a failed transaction", async (engine) => {
  await using connection = await engine.connect();
  await connection.execute("BEGIN");
  await connection.execute("SELECT 1 / 0").catch(() => {});
  const second = await connection.execute("SELECT 1").then(() => undefined, (error) => error.sqlstate);
  await connection.execute("ROLLBACK");
  assertEquals(second, "25P02");
});

claim("04", "PostgreSQL stores a changed row as a new version in another place", async (engine) => {
  await run(engine, fill(2));
  const place = () => value<string>(engine, "SELECT ctid::text FROM t WHERE id = 1");
  const before = await place();
  await run(engine, "UPDATE t SET name = 'changed' WHERE id = 1");
  assert(before !== await place());
});

claim("04", "`= NULL` would be true for no row", async (engine) => {
  await run(engine, "INSERT INTO t VALUES (1, NULL)");
  assertEquals(await value(engine, "SELECT count(*)::integer FROM t WHERE name = NULL"), 0);
});

claim("10", "The server releases it when that session ends, even if the process is killed.", async (engine) => {
  await using holder = await engine.connect();
  await holder.execute("SELECT pg_advisory_lock(4711)");
  const isFree = () => value<boolean>(engine, "SELECT pg_try_advisory_lock(4711)");
  assertEquals(await isFree(), false);
  await value(engine, `SELECT pg_terminate_backend(${holder.backendPid})`);
  await until("the lock is free", isFree);
});

claim("10", "`ADD COLUMN` itself is almost instant even on a large table", async (engine) => {
  await run(engine, fill(100));
  const file = await fileOf(engine);
  await using connection = await engine.connect();
  const add = ["ALTER TABLE t ADD COLUMN a text", "ALTER TABLE t ADD COLUMN b integer NOT NULL DEFAULT 7"];
  assertEquals(await scans(connection, ...add), 0);
  assertEquals(await fileOf(engine), file);
});

claim("10", "`ALTER COLUMN … TYPE` may rewrite every row", async (engine) => {
  await run(engine, fill(100));
  const files = [await fileOf(engine)];
  for (const type of ["name TYPE varchar(30)", "id TYPE bigint"]) {
    await run(engine, `ALTER TABLE t ALTER COLUMN ${type}`);
    files.push(await fileOf(engine));
  }
  assertEquals([files[0] === files[1], files[1] === files[2]], [true, false]);
});

claim("10", "from then on checks each row that is inserted or *updated*", async (engine) => {
  await run(engine, "INSERT INTO t VALUES (1, NULL)", "ALTER TABLE t ADD CHECK (name IS NOT NULL) NOT VALID");
  assertEquals(await stateOf(engine, "UPDATE t SET id = 2"), "23514");
  assertEquals(await stateOf(engine, "INSERT INTO t VALUES (3, NULL)"), "23514");
});

claim("10", "`SET NOT NULL` replaces it, without a scan, because the check has been validated.", async (engine) => {
  await run(engine, fill(100));
  await using connection = await engine.connect();
  const setNotNull = "ALTER TABLE t ALTER COLUMN name SET NOT NULL";
  assertEquals(await scans(connection, setNotNull), 1);
  await run(engine, "ALTER TABLE t ALTER COLUMN name DROP NOT NULL", "ALTER TABLE t ADD CHECK (name IS NOT NULL)");
  assertEquals(await scans(connection, setNotNull), 0);
});

claim("10", "It therefore cannot run inside a transaction.", async (engine) => {
  assertEquals(await stateOf(engine, "BEGIN", "CREATE INDEX CONCURRENTLY ON t (name)"), "25001");
});

claim("10", "between the scans waits for older transactions to end", async (engine) => {
  await using older = await engine.connect();
  await older.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await older.execute("SELECT count(*) FROM t");
  await using builder = await engine.connect();
  const built = builder.execute("CREATE INDEX CONCURRENTLY ON t (name)");
  await until(
    "the server has done so",
    () => value<boolean>(engine, `SELECT ${older.backendPid} = ANY (pg_blocking_pids(${builder.backendPid}))`),
  );
  await older.execute("COMMIT");
  await built;
});

claim("10", "an index marked `INVALID`, which serves no query, and may slow down every write", async (engine) => {
  await run(engine, fill(20));
  await using older = await engine.connect();
  await older.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await older.execute("SELECT count(*) FROM t");
  const build = "CREATE INDEX CONCURRENTLY half ON t (name)"; // waits for the older one, in vain
  assertEquals(await stateOf(engine, "SET statement_timeout = '200ms'", build), "57014");
  await older.execute("COMMIT");
  const flags = "SELECT indisready || ' ' || indisvalid FROM pg_index WHERE indexrelid = 'half'::regclass";
  assertEquals(await value(engine, flags), "true false"); // kept up to date, and not used
});

claim("11", "sees what was committed when its first statement began", async (engine) => {
  await using connection = await engine.connect();
  await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await run(engine, fill(1));
  const count = async () => (await connection.execute("SELECT count(*)::integer FROM t")).scalar();
  const first = await count();
  await run(engine, "DELETE FROM t");
  assertEquals([first, await count()], [1, 1]);
  await connection.execute("COMMIT");
});

claim("11", "its connection ends, its transaction rolls back, and the job is available again", async (engine) => {
  await run(engine, fill(1));
  const take = "SELECT id FROM t FOR UPDATE SKIP LOCKED";
  await using worker = await engine.connect();
  await worker.execute("BEGIN");
  await worker.execute(take);
  assertEquals(await value(engine, `SELECT count(*)::integer FROM (${take}) AS free`), 0);
  await value(engine, `SELECT pg_terminate_backend(${worker.backendPid})`);
  await until("the server has done so", () => value<boolean>(engine, `SELECT count(*) = 1 FROM (${take}) AS free`));
});

claim("12", "(autovacuum) runs it automatically, within about a minute", async (engine) => {
  const naptime = "SELECT boot_val || unit FROM pg_settings WHERE name = 'autovacuum_naptime'";
  assertEquals(await value(engine, naptime), "60s");
});

claim("12", "needs an index on that expression", async (engine) => {
  await run(engine, fill(10_000), "CREATE INDEX by_name ON t (name)", "ANALYZE t");
  await run(engine, "UPDATE t SET name = id", "VACUUM ANALYZE t");
  const uses = async () => {
    await using connection = await engine.connect();
    const plan = await connection.execute("EXPLAIN SELECT * FROM t WHERE lower(name) = '7'");
    return plan.scalars().all().join().includes("Seq Scan") ? "the table" : "an index";
  };
  const before = await uses();
  await run(engine, "CREATE INDEX ON t (lower(name))", "ANALYZE t");
  assertEquals([before, await uses()], ["the table", "an index"]);
});

claim("12", "PostgreSQL indexes a primary key automatically, but **not a foreign key", async (engine) => {
  await run(engine, "CREATE TABLE u (t_id integer REFERENCES t)");
  const indexes = (table: string) =>
    value<number>(engine, `SELECT count(*)::integer FROM pg_index WHERE indrelid = '${table}'::regclass`);
  assertEquals([await indexes("t"), await indexes("u")], [1, 0]);
});

claim("12", "an index that serves both cases (`(status, id)` does)", async (engine) => {
  await run(
    engine,
    "INSERT INTO t SELECT n, CASE WHEN n > 9990 THEN 'open' ELSE 'done' END FROM generate_series(1, 10000) AS n",
  );
  await run(engine, "CREATE INDEX ON t (name, id)", "VACUUM ANALYZE t");
  await using connection = await engine.connect();
  await connection.execute("SET plan_cache_mode = force_generic_plan");
  await connection.execute("PREPARE oldest (text) AS SELECT id FROM t WHERE name = $1 ORDER BY id LIMIT 10");
  for (const status of ["done", "open"]) {
    const plan = (await connection.execute(`EXPLAIN (ANALYZE) EXECUTE oldest('${status}')`)).scalars().all().join("\n");
    assertStringIncludes(plan, "Index Only Scan");
    assert(!plan.includes("Rows Removed"), plan);
  }
});
