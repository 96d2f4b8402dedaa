import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { createEngine } from "../engine/engine.ts";
import { Server } from "../../testing/server.ts";
import { StallingProxy } from "../../testing/stalling_proxy.ts";
import { until } from "../../testing/until.ts";
import type { DriverName } from "../engine/url.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { upgrade } from "./commands.ts";
import { MigrationInterruptedError } from "./errors.ts";
import { creating, makeMigrations, type RevisionText, scratch, tables, versions } from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);
const CLI = fileURLToPath(new URL("cli.ts", import.meta.url));

/** A statement that runs, or waits, longer than any test. */
interface Long {
  /** The revision in which it is, after `a1`, which makes the table `one`. */
  readonly revision: Omit<RevisionText, "id" | "after">;
  /** True in pg_stat_activity while it is under way. */
  readonly isUnderWay: string;
  /** Final output of the command. */
  readonly says: RegExp;
}

const SLEEPING: Long = {
  revision: { up: `${creating("two").up} await sql\`SELECT pg_sleep(600)\`.execute(db);` },
  isUnderWay: "wait_event = 'PgSleep'",
  says: /^Interrupted in revision b2 \(revision b2\)\. It was rolled back; the database is at a1\.\n$/,
};

const BLOCKED: Long = {
  ...SLEEPING,
  // a revision that goes on after an error is stopped all the same
  revision: {
    up: `try { await sql\`ALTER TABLE one ADD COLUMN name text\`.execute(db); } catch { ${creating("two").up} }`,
  },
  isUnderWay: "wait_event_type = 'Lock'",
};

const CONCURRENTLY: Long = {
  revision: { transactional: false, up: "await sql`CREATE INDEX CONCURRENTLY ix_one_id ON one (id)`.execute(db);" },
  isUnderWay: "wait_event_type = 'Lock'",
  says: new RegExp(
    "^Interrupted in revision b2 \\(revision b2\\)\\. It runs outside a transaction; no statement was completed\\.\n" +
      "It left index s_\\w+\\.ix_one_id INVALID\\. The next run drops it first\\.\n" +
      "The database is at a1\\.\n$",
  ),
};

/** COMMIT has to run a trigger first. */
const COMMITTING: Long = {
  ...SLEEPING,
  revision: {
    up: `${creating("two").up}
  await sql\`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NULL; END'\`
    .execute(db);
  await sql\`CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON two DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION slow()\`.execute(db);
  await sql\`INSERT INTO two VALUES (1)\`.execute(db);`,
  },
  isUnderWay: "wait_event = 'PgSleep' AND query = 'COMMIT'",
};

interface Stopped {
  readonly code: number;
  readonly err: string;
}

/** Starts `deno task migrate`'s program, waits until the statement is under way, and sends it a signal. */
async function stopped(url: string, driver: DriverName, long: Long, signal: Deno.Signal): Promise<Stopped> {
  await using server = new Server(url);
  const { engine, url: target } = await scratch(url, driver);
  await using _engine = engine;
  await using folder = await makeMigrations({ id: "a1", ...creating("one") }, {
    id: "b2",
    after: "a1",
    ...long.revision,
  });
  const run = (...args: string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", CLI, "upgrade", ...args, "--url", target, "--dir", folder.directory],
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).spawn();
  assertEquals((await run("a1").output()).code, 0);
  await using holder = await engine.connect();
  await holder.execute("INSERT INTO one VALUES (1)"); // for it wait ALTER TABLE and CONCURRENTLY
  const process = run("head", "--lock-timeout", "0");
  const mine = "datname = current_database() AND application_name = 'migrate'";
  await until(
    "the statement is under way",
    async () =>
      (await server.run(`SELECT pid FROM pg_stat_activity WHERE ${mine} AND ${long.isUnderWay}`)).length === 1,
  );
  const at = performance.now();
  process.kill(signal);
  const { code, stderr } = await process.output();
  assertEquals(performance.now() - at < 10_000, true, "it ends soon"); // a fraction of a second on a quiet machine
  await server.untilNoneLeft("migrate");
  await holder.rollback();
  assertEquals([await tables(engine), await versions(engine)], [["one"], ["a1"]]);
  const columns = await holder.execute("SELECT * FROM one");
  assertEquals(columns.columns, ["id"]);
  return { code, err: new TextDecoder().decode(stderr) };
}

for (const driver of ["pg", "postgres", "libpq"] as const) {
  const cases = [["SIGINT", 130, SLEEPING], ["SIGTERM", 143, BLOCKED], ["SIGHUP", 129, CONCURRENTLY], [
    "SIGINT",
    130,
    COMMITTING,
  ]] as const;
  for (const [signal, status, long] of cases) {
    const what = long === COMMITTING ? "a COMMIT under way" : "what a migration waits for";
    database.test(`${driver}: ${signal} cancels ${what}, on the server too: status ${status}`, async (url) => {
      const { code, err } = await stopped(url, driver, long, signal);
      assertMatch(err, long.says);
      assertEquals(code, status);
    });
  }
}

/** Commands beside a run of revisions, and the signal that stops each: they wait for the table of versions. */
const COMMANDS = [
  ["SIGINT", "check"],
  ["SIGTERM", "history"],
  ["SIGHUP", "current"],
  ["SIGINT", "stamp", "head"],
  ["SIGTERM", "upgrade"],
  ["SIGINT", "downgrade", "base"],
  ["SIGINT", "revision", "--autogenerate", "-m", "toys"],
] as const;

/** Stops a command in a wait for a lock, which ends only later: by then nothing of it is left on the server. */
async function stoppedInLock(
  server: Server,
  command: { readonly url: string; readonly directory: string; readonly args: readonly string[] },
  signal: Deno.Signal,
): Promise<Stopped> {
  const { url, directory, args } = command;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", CLI, ...args, "--url", url, "--dir", directory],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const mine = "datname = current_database() AND application_name = 'migrate'";
  const isWaiting = `wait_event_type = 'Lock' OR wait_event = 'PgSleep'`;
  await until(
    `${args.join(" ")} waits`,
    async () => (await server.run(`SELECT pid FROM pg_stat_activity WHERE ${mine} AND (${isWaiting})`)).length === 1,
  );
  process.kill(signal);
  const { code, stderr } = await process.output();
  await server.untilNoneLeft("migrate");
  return { code, err: new TextDecoder().decode(stderr) };
}

const STATUS: Partial<Record<Deno.Signal, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

for (const [signal, ...args] of COMMANDS) {
  for (const driver of args[0] === "check" ? ["pg", "postgres", "libpq"] as const : ["pg"] as const) {
    database.test(`${driver}: ${signal} cancels what ${args[0]} waits for, on the server too`, async (url) => {
      await using server = new Server(url);
      const { engine, url: target } = await scratch(url, driver);
      await using _engine = engine;
      await using folder = await makeMigrations({ id: "a1", ...creating("one") });
      await upgrade(engine, folder.directory);
      await using holder = await engine.connect();
      await holder.execute("LOCK TABLE schema_version");
      const command = { url: target, directory: folder.directory, args };
      const outcome = await stoppedInLock(server, command, signal);
      assertEquals(outcome, { code: STATUS[signal]!, err: "Interrupted; nothing was changed.\n" });
      await holder.rollback();
      assertEquals([await tables(engine), await versions(engine)], [["one"], ["a1"]]);
    });
  }
}

for (const args of [["check"], ["revision", "--autogenerate", "-m", "toys"]]) {
  database.test(`Ctrl-C cancels the comparison of ${args[0]} on the server too`, async (url) => {
    await using server = new Server(url);
    const { engine, url: target } = await scratch(url);
    await using _engine = engine;
    await using folder = await makeMigrations({
      id: "a1",
      up: `await sql\`CREATE FUNCTION slow() RETURNS int IMMUTABLE LANGUAGE plpgsql
        AS 'BEGIN PERFORM pg_sleep(600); RETURN 1; END'\`.execute(db);`,
    });
    await folder.write(
      "env.ts",
      `import { declarativeBase, integer, sql } from ${JSON.stringify(import.meta.resolve("../mod.ts"))};
const { model, metadata } = declarativeBase();
class Toy extends model("toys", { id: integer().primaryKey() }, {
  indexes: [{ on: ["id"], where: sql("slow() > 0") }],
}) {}
export { metadata, Toy };
`,
    );
    await upgrade(engine, folder.directory);
    const outcome = await stoppedInLock(server, { url: target, directory: folder.directory, args }, "SIGINT");
    assertEquals(outcome, { code: 130, err: "Interrupted; nothing was changed.\n" });
    assertEquals([...Deno.readDirSync(`${folder.directory}/versions`)].length, 1);
  });
}

database.test("stopped while nobody knows what became of a COMMIT: it says so", async (url) => {
  const { url: target } = await scratch(url);
  await using proxy = await StallingProxy.start(target);
  const engine = createEngine(proxy.url, { connectTimeout: 2_000, maxOverflow: 0 });
  await using folder = await makeMigrations({ id: "a1", ...creating("one") });
  const stop = new AbortController();
  await proxy.stallAt("COMMIT");
  engine.events.on("send", ({ sql }) => sql === "COMMIT" && setTimeout(() => stop.abort(new Error("enough"))));
  const error = await assertRejects(
    () => upgrade(engine, folder.directory, "head", { signal: stop.signal }),
    MigrationInterruptedError,
  );
  assertEquals(
    error.message,
    "Interrupted in revision a1 (revision a1). The outcome of its COMMIT is unknown. " +
      "Check the current revision to see whether it was committed.",
  );
  await engine.dispose({ force: true, timeout: 500 });
});

database.test("stopped at the beginning of a revision outside a transaction: those before it are not denied", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(
    { id: "a1", ...creating("one") },
    { id: "b2", after: "a1", transactional: false, ...creating("two") },
  );
  const stop = new AbortController();
  const onProgress = (progress: { type: string; step?: { revision: { id: string } } }) => {
    if (progress.type === "running" && progress.step?.revision.id === "b2") stop.abort(new Error("enough"));
  };
  const error = await assertRejects(
    () => upgrade(engine, folder.directory, "head", { signal: stop.signal, onProgress }),
    MigrationInterruptedError,
  );
  assertEquals(
    error.message,
    "Interrupted in revision b2 (revision b2). It runs outside a transaction; no statement was completed.\n" +
      "The database is at a1.",
  );
  assertEquals([await tables(engine), await versions(engine)], [["one"], ["a1"]]);
});

/** The program, started; its output is in `stderr` and `stdout`. */
function start(url: string, directory: string, through: string[] = []): Deno.ChildProcess {
  const [program, ...args] = [...through, Deno.execPath()];
  return new Deno.Command(program, {
    args: [...args, "run", "-A", "--no-check", "--quiet", CLI, "--url", url, "--dir", directory],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function outcome(process: Deno.ChildProcess): Promise<[code: number, err: string]> {
  const { code, stderr } = await process.output();
  return [code, new TextDecoder().decode(stderr)];
}

const sleeping = (server: Server, seconds: number) =>
  until("the migration sleeps", async () =>
    (await server.run(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = $1 AND wait_event = 'PgSleep'",
      [`SELECT pg_sleep(${seconds})`],
    )).length === 1);

database.test("Ctrl-C while another run is waited for: nothing was changed", async (url) => {
  await using server = new Server(url);
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({ id: "a1", up: "await sql`SELECT pg_sleep(600)`.execute(db);" });
  const first = start(target, folder.directory);
  await sleeping(server, 600);
  const second = start(target, folder.directory);
  const lines = second.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assertMatch((await lines.read()).value!, /^waiting for process/);
  second.kill("SIGINT");
  await lines.cancel();
  const { code } = await second.status;
  assertEquals([code, await new Response(second.stderr).text()], [130, "Interrupted; nothing was changed.\n"]);
  first.kill("SIGTERM");
  assertEquals((await outcome(first))[0], 143);
  await server.untilNoneLeft("migrate");
});

database.test("a SIGHUP that nohup has told to ignore does not stop a migration", async (url) => {
  await using server = new Server(url);
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({ id: "a1", up: "await sql`SELECT pg_sleep(2)`.execute(db);" });
  const process = start(target, folder.directory, ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"]);
  await sleeping(server, 2);
  process.kill("SIGHUP");
  assertEquals(await outcome(process), [0, ""]);
  assertEquals(await versions(engine), ["a1"]);
});

database.test("a server that does not answer any more does not keep the program", async (url) => {
  await using server = new Server(url);
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({ id: "a1", up: "await sql`SELECT pg_sleep(1)`.execute(db);" });
  await using proxy = await StallingProxy.start(target);
  const process = start(proxy.url.reveal(), folder.directory);
  await sleeping(server, 1);
  await proxy.stall();
  const at = performance.now();
  process.kill("SIGINT");
  const [code, err] = await outcome(process);
  assert(performance.now() - at < 20_000);
  assertEquals(code, 130);
  assertMatch(err, /^Interrupted/);
});

database.test("a signal stops a run of a program: in a statement, in the pause before another attempt, between revisions", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(
    { id: "a1", ...creating("one") },
    { id: "b2", after: "a1", up: `await sql\`ALTER TABLE one ADD COLUMN name text\`.execute(db);` },
  );
  const run = async (type: string, wish: Error) => {
    const stop = new AbortController();
    const onProgress = (progress: { type: string; step?: { revision: { id: string } } }) => {
      if (`${progress.type} ${progress.step?.revision.id}` === type) stop.abort(wish);
    };
    return await assertRejects(
      () => upgrade(engine, folder.directory, "head", { signal: stop.signal, onProgress, lockTimeout: 50 }),
      MigrationInterruptedError,
    );
  };
  const wish = new Error("enough");
  const before = await run("done a1", wish);
  assertEquals([before.revision, before.cause], ["b2", wish]);
  assertEquals(before.message, "Interrupted in revision b2 (revision b2). It was rolled back; the database is at a1.");
  await using holder = await engine.connect();
  await holder.execute("SELECT * FROM one");
  assertEquals((await run("running b2", wish)).cause, wish);
  assertEquals((await run("retrying b2", wish)).cause, wish);
  await holder.rollback();
  const locks = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database " +
    "WHERE datname = current_database())";
  // the server lets go of them when it notices that the connection of the stopped run is gone
  await until("no lock is left", async () => (await holder.execute(locks)).rowCount === 0);
  assertEquals([await tables(engine), await versions(engine)], [["one"], ["a1"]]);
  await upgrade(engine, folder.directory, "head", { signal: new AbortController().signal });
  assertEquals(await versions(engine), ["b2"]);
});
