import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { Connection } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { until } from "../../testing/until.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { creating, makeMigrations, type RevisionText, scratch, tables, versions } from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);
const CLI = fileURLToPath(new URL("cli.ts", import.meta.url));

/** A real `deno task migrate`. */
function start(url: string, directory: string): Deno.ChildProcess {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", CLI, "--url", url, "--dir", directory],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
  return command.spawn();
}

async function outputOf(process: Deno.ChildProcess): Promise<string> {
  const { stdout, stderr } = await process.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

async function kill(process: Deno.ChildProcess): Promise<void> {
  process.kill("SIGKILL");
  assertEquals((await process.output()).signal, "SIGKILL");
}

/** Waits until a migration runs a statement that begins so. @returns its server process. */
async function untilRuns(observer: Connection, statement: string, waiting = false): Promise<number> {
  let pid: number | null = null;
  await until(`a migration runs ${statement}`, async () => {
    const answer = await observer.execute<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'migrate'
          AND query LIKE $1 || '%' AND (NOT $2::boolean OR wait_event_type = 'Lock')`,
      [statement, waiting],
    );
    pid = answer.scalars().first() as number | null;
    return pid !== null;
  });
  return pid!;
}

async function logged(engine: Engine): Promise<unknown[][]> {
  await using connection = await engine.connect();
  const rows = await connection.execute(
    "SELECT revision, direction, milliseconds IS NOT NULL FROM schema_version_log ORDER BY id",
  );
  return rows.tuples().all();
}

database.test("killed inside a revision's transaction: nothing of it stays, and the next run goes on there", async (url) => {
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({ id: "a1", ...creating("one") }, {
    id: "b2",
    after: "a1",
    up: `${creating("two").up}
  while ((await sql\`SELECT FROM gate\`.execute(db)).rows.length === 0) await sql\`SELECT pg_sleep(0.02)\`.execute(db);`,
  });
  await engine.begin((connection) => connection.execute("CREATE TABLE gate ()"));
  await using observer = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  const process = start(target, folder.directory);
  await untilRuns(observer, "SELECT pg_sleep(0.02)");
  await kill(process);
  assertEquals([await tables(engine), await versions(engine)], [["gate", "one"], ["a1"]]);

  await observer.execute("INSERT INTO gate DEFAULT VALUES");
  assertStringIncludes(await outputOf(start(target, folder.directory)), "a1 → b2  revision b2");
  assertEquals([await tables(engine), await versions(engine)], [["gate", "one", "two"], ["b2"]]);
  assertEquals(await logged(engine), [["a1", "up", true], ["b2", "up", true]]);
});

const CONCURRENT: RevisionText[] = [{ id: "a1", ...creating("one") }, {
  id: "b2",
  after: "a1",
  transactional: false,
  up: "await sql`CREATE INDEX CONCURRENTLY ix_one_id ON one (id)`.execute(db);",
}];

/** Kills a migration while its CONCURRENTLY waits for a transaction, which `work` then ends. */
async function killedInConcurrently(
  url: string,
  work: (run: { engine: Engine; target: string; directory: string; writer: Connection; pid: number }) => Promise<void>,
): Promise<void> {
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(...CONCURRENT);
  await using observer = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  await using writer = await engine.connect();
  await observer.execute("CREATE TABLE schema_version (revision text PRIMARY KEY); CREATE TABLE one (id integer)");
  await observer.execute("INSERT INTO schema_version VALUES ('a1')");
  await writer.execute("INSERT INTO one VALUES (1)"); // CONCURRENTLY waits for its end
  const process = start(target, folder.directory);
  const pid = await untilRuns(observer, "CREATE INDEX CONCURRENTLY", true);
  await kill(process);
  await work({ engine, target, directory: folder.directory, writer, pid });
  const index = await observer.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_one_id'::regclass");
  assertEquals([index.scalarOne(), await versions(engine)], [true, ["b2"]]);
  assertEquals(await logged(engine), [["b2", "up", true]]);
}

database.test("killed in CREATE INDEX CONCURRENTLY: who comes next waits for the server to finish it, and keeps it", async (url) => {
  await killedInConcurrently(url, async ({ engine, target, directory, writer, pid }) => {
    const next = start(target, directory);
    await using observer = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    await untilRuns(observer, "SELECT pid, coalesce(application_name"); // it asks for whom it waits
    await writer.commit();
    const output = await outputOf(next);
    assertStringIncludes(output, `waiting for process ${pid} ("migrate", connected since 20`);
    assertStringIncludes(output, "ix_one_id, created by an earlier run");
  });
});

database.test("killed together with its server process: the next run drops the INVALID index, and makes it anew", async (url) => {
  await killedInConcurrently(url, async ({ engine, target, directory, writer, pid }) => {
    await using observer = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    assert((await observer.execute("SELECT pg_terminate_backend($1, 60000)", [pid])).scalarOne<boolean>());
    await writer.commit();
    assertStringIncludes(await outputOf(start(target, directory)), "ix_one_id, left INVALID by an earlier run");
  });
});
