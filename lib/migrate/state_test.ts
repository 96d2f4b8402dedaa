import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { createEngine } from "../engine/engine.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { inWeakRole, WEAK_ROLE } from "../../testing/weak_role.ts";
import { check, current, downgrade, history, stamp, upgrade } from "./commands.ts";
import { IrreversibleError, MissingPrivilegeError, RevisionFailedError } from "./errors.ts";
import { checkLines, historyLines } from "./report.ts";
import { creating, makeMigrations, onSchemas, scratch, tables, versions } from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);
const A1 = { id: "a1", ...creating("one") };
const B2 = { id: "b2", after: "a1", ...creating("two") };
const C3 = { id: "c3", after: "a1", ...creating("three") };
const NO_MODELS = "export const nothing = 1;";

database.test("the log keeps what ran when, how long, by whom and with which file", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2);
  await upgrade(engine, folder.directory);
  await downgrade(engine, folder.directory, "-1");
  await using connection = await engine.connect();
  const rows = await connection.execute(
    `SELECT revision, direction, user_name = current_user, application_name, length(checksum),
            milliseconds > 0 AND started_at BETWEEN now() - interval '1 h' AND now() AS told
       FROM schema_version_log ORDER BY id`,
  );
  assertEquals(rows.tuples().all(), [
    ["a1", "up", true, "deno", 64, true],
    ["b2", "up", true, "deno", 64, true],
    ["b2", "down", true, "deno", 64, true],
  ]);
  const [, verbose] = await history(engine, folder.directory);
  assertMatch(historyLines([verbose], { verbose: true }).join("\n"), /Applied: 20\S+Z in \d+ ms, by \S+ \(deno\)/);
});

database.test("an applied revision that was edited is reported by history and check; stamp accepts it", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2);
  await folder.write("env.ts", NO_MODELS);
  await upgrade(engine, folder.directory);
  assertEquals((await check(engine, folder.directory)).isClean, true);

  await folder.add({ ...A1, message: "another text" });
  const marks = async () => (await history(engine, folder.directory)).map(({ changed }) => changed);
  assertEquals(await marks(), [false, true]);
  assertStringIncludes(historyLines(await history(engine, folder.directory))[1], "(changed since it was applied)");
  const found = await check(engine, folder.directory);
  assertEquals([found.isClean, checkLines(found)[0]], [false, "changed since it was applied: a1  another text"]);
  assertEquals((await upgrade(engine, folder.directory)).length, 0, "nothing is repaired by itself");
  assertEquals(await marks(), [false, true]);

  await stamp(engine, folder.directory, "head");
  assertEquals(await marks(), [false, false]);
  await folder.add({ ...A1, message: "and another" });
  await downgrade(engine, folder.directory, "base");
  assertEquals(await marks(), [false, false], "what is not applied cannot have changed");
});

database.test("check tells what is not applied", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2);
  await folder.write("env.ts", NO_MODELS);
  await upgrade(engine, folder.directory, "+1");
  const found = await check(engine, folder.directory);
  assertEquals([found.isClean, checkLines(found)[0]], [false, "not applied: b2  revision b2"]);
});

database.test("a database made before there was a log goes on working", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2);
  await engine.begin(async (connection) => {
    await connection.execute("CREATE TABLE schema_version (revision text CONSTRAINT pk_schema_version PRIMARY KEY)");
    await connection.execute("INSERT INTO schema_version VALUES ('a1'); CREATE TABLE one ()");
  });
  const states = async () =>
    (await history(engine, folder.directory)).map(({ applied, log }) => [applied, log?.revision]);
  assertEquals(await states(), [[false, undefined], [true, undefined]]);
  assertEquals((await upgrade(engine, folder.directory)).length, 1);
  assertEquals(await states(), [[true, "b2"], [true, undefined]]);
  await downgrade(engine, folder.directory, "base");
  assertEquals([await tables(engine), await versions(engine)], [[], []]);
});

database.test("two heads: head is refused with the command to type, heads goes to both", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2, C3);
  const command = `deno task migrate merge -m "merge b2 and c3" b2 c3`;
  await assertRejects(() => upgrade(engine, folder.directory), Error, command);
  await upgrade(engine, folder.directory, "heads");
  assertEquals([await tables(engine), await versions(engine)], [["one", "three", "two"], ["b2", "c3"]]);
  await folder.add({ id: "d4", after: ["b2", "c3"] });
  await upgrade(engine, folder.directory);
  assertEquals(await versions(engine), ["d4"]);
  await downgrade(engine, folder.directory, "-1");
  assertEquals(await versions(engine), ["b2", "c3"]);
});

database.test("stamp writes where the database stands and runs nothing", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1, B2, C3);
  const at = async (...target: string[]) => (await stamp(engine, folder.directory, target)).map(({ id }) => id);
  assertEquals(await at("b"), ["b2"]);
  assertEquals([await versions(engine), await tables(engine)], [["b2"], []]);
  assertEquals(await at("heads"), ["b2", "c3"]);
  assertEquals(await at("a1", "c3"), ["c3"], "one that comes before another is no head");
  assertEquals((await current(engine, folder.directory)).map(({ revision }) => revision.id), ["c3"]);
  assertEquals(await at("base"), []);
  assertEquals(await versions(engine), []);
  await engine.begin((connection) => connection.execute("INSERT INTO schema_version VALUES ('unknown')"));
  await assertRejects(
    () => upgrade(engine, folder.directory, "heads"),
    Error,
    "revision unknown, which has no file",
  );
  await at("a1");
  assertEquals(await versions(engine), ["a1"], "whatever was there is replaced");
});

database.test("a revision without a way down says so, and stays", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  const errors = new URL("errors.ts", import.meta.url).href;
  await using folder = await makeMigrations({
    ...A1,
    down: `const { IrreversibleError } = await import(${JSON.stringify(errors)});
  throw new IrreversibleError("the rows are gone");`,
  });
  await upgrade(engine, folder.directory);
  const error = await assertRejects(() => downgrade(engine, folder.directory, "-1"), RevisionFailedError);
  assertEquals(error.cause instanceof IrreversibleError, true);
  assertMatch(error.message, /^Revision a1 \(revision a1\) cannot be undone\.\n {2}Reason: the rows are gone\n/);
  assertMatch(error.message, /It was rolled back; the database is at a1\.$/);
  assertEquals(await versions(engine), ["a1"]);
});

database.test("who may not create tables in the schema is told how to get the right", async (url) => {
  const { engine, schema } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations(A1);
  await engine.begin((connection) => connection.execute(`GRANT USAGE ON SCHEMA ${schema} TO ${WEAK_ROLE}`));
  await using weak = createEngine(inWeakRole(onSchemas(url, schema).reveal()));
  const error = await assertRejects(() => upgrade(weak, folder.directory), MissingPrivilegeError);
  assertMatch(
    error.message,
    new RegExp(`Permission denied for role ${WEAK_ROLE} to create tables in schema ${schema}\\.`),
  );
  assertStringIncludes(error.message, `GRANT CREATE ON SCHEMA ${schema} TO ${WEAK_ROLE}`);
  assertEquals(await tables(engine), []);
});
