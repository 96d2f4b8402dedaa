import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { sql } from "kysely";
import {
  array,
  createEngine,
  createSyncEngine,
  declarativeBase,
  type Engine,
  type EngineEvents,
  enumeration,
  InvalidStatementError,
  select,
  selectinload,
  type Session,
  type SessionMaker,
  sessionmaker,
  syncSessionmaker,
  text,
} from "../mod.ts";
import { EVERY_SESSION } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { Hero, metadata as heroes } from "../../testing/heroes.ts";
import { metadata as playground, Toy, User } from "../../testing/playground.ts";
import { onDriver } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);

const { model, metadata: moods } = declarativeBase();
class Mood extends model("moods", {
  name: text().primaryKey(),
  days: array(enumeration("mood", ["happy", "so so"])).nullable(),
}) {}

type Tables = { heroes: { id: string; name: string; app_src: string | null } };

interface Fixture {
  /** Builds queries. */
  engine: Engine;
  /** The events of the engine of the session. */
  events: EngineEvents;
  getSession: SessionMaker;
  session: Session;
}

/** The table has sandy and spongebob; the session knows neither. */
function test(name: string, run: (fixture: Fixture) => Promise<void>): void {
  for (const driver of EVERY_SESSION) {
    database.test(`${driver}: fromStatement: ${name}`, async (url) => {
      const on = (driver: string) => onDriver(url, driver);
      await using engine = createEngine(on(driver === "blocking" ? "pg" : driver));
      using blocking = driver === "blocking" ? createSyncEngine(on("libpq")) : undefined;
      await engine.begin(async (connection) => {
        for (const metadata of [heroes, playground, moods]) {
          await metadata.createAll(connection);
          await connection.execute(`TRUNCATE ${[...metadata.tables.keys()].join(", ")}`);
        }
      });
      const getSession = blocking ? syncSessionmaker(blocking) as unknown as SessionMaker : sessionmaker(engine);
      await getSession.begin((session) =>
        session.addAll([new Hero({ name: "spongebob" }), new Hero({ name: "sandy" })])
      );
      await using session = getSession();
      await run({ engine, events: (blocking ?? engine).events, getSession, session });
    });
  }
}

test("SQL with parameters, a template, a query of Kysely, a compiled one: the same object", async ({ engine, session }) => {
  const db = engine.kysely<Tables>();
  const sandy = (await session.scalars(select(Hero).where("name", "=", "sandy"))).one();
  assertEquals(sandy.greeting(), "I am sandy");
  const byBuilder = db.selectFrom("heroes").selectAll().where("name", "=", "sandy");
  for (
    const statement of [
      select(Hero).fromStatement("SELECT * FROM heroes WHERE name = $1", ["sandy"]),
      select(Hero).fromStatement(sql`SELECT * FROM heroes WHERE name = ${"sandy"}`),
      select(Hero).fromStatement(sql`SELECT * FROM heroes WHERE name = ${"sandy"}`.compile(db)),
      select(Hero).fromStatement(byBuilder),
      select(Hero).fromStatement(byBuilder.compile()),
    ]
  ) {
    assertEquals(statement.compile().parameters, ["sandy"]);
    assertStrictEquals((await session.execute(statement)).one().Hero, sandy);
    assertStrictEquals(await session.scalar(statement), sandy);
    assertStrictEquals((await session.scalars(statement)).one(), sandy);
  }
});

test("its objects are objects of the session: a change is written, what waits is seen", async ({ session }) => {
  const all = select(Hero).fromStatement("SELECT * FROM heroes ORDER BY name");
  (await session.scalars(all)).all()[0].name = "patrick";
  session.add(new Hero({ name: "gary" }));
  assertEquals((await session.scalars(all)).all().map(({ name }) => name), ["gary", "patrick", "spongebob"]);
});

test("columns in any order, among others", async ({ session }) => {
  const statement = select(Hero).fromStatement(
    "SELECT 1 AS extra, updated_on, created_at, app_src, upper(name) AS loud, name, 2 AS extra, id FROM heroes",
  );
  for (const hero of await session.scalars(statement)) {
    assertEquals(Object.keys(hero), ["id", "name", "appSrc", "createdAt", "updatedOn"]);
    assert(hero.createdAt instanceof Date && ["sandy", "spongebob"].includes(hero.name));
  }
  assertEquals(session.dirty.size, 0);
});

test("a column that is missing, or there twice, is an error before any object is made", async ({ session }) => {
  const columns = "id, name, created_at, updated_on";
  for (const rows of ["", " LIMIT 0"]) {
    await assertRejects(
      async () =>
        await session.scalars(select(Hero).fromStatement(`SELECT ${columns}, app_src AS "appSrc" FROM heroes${rows}`)),
      InvalidStatementError,
      'This statement cannot give objects of Hero: its result has no column "app_src"; ' +
        "it has: id, name, created_at, updated_on, appSrc.",
    );
    await assertRejects(
      async () => await session.execute(select(Hero).fromStatement(`SELECT *, 'x' AS name FROM heroes${rows}`)),
      InvalidStatementError,
      'more than one column "name"',
    );
  }
  await assertRejects(
    async () => await session.scalar(select(Hero).fromStatement("DELETE FROM heroes")),
    InvalidStatementError,
    'no column "id"; it has: none.',
  );
  await session.rollback();
  // nothing of it is in the session: the next query makes the objects
  assertEquals((await session.scalars(select(Hero).orderBy("name"))).all().map(({ name }) => name), [
    "sandy",
    "spongebob",
  ]);
});

test("a row without a key, as an outer join makes it, is an error", async ({ session }) => {
  const query = "SELECT h.* FROM (VALUES ('sandy'), ('nobody')) AS wanted (name) LEFT JOIN heroes AS h USING (name)";
  await assertRejects(
    async () => await session.scalars(select(Hero).fromStatement(query)),
    InvalidStatementError,
    "a row has NULL for its key, as an outer join makes it: leave it out.",
  );
  assertEquals(
    (await session.scalars(select(Hero).fromStatement(`${query} WHERE h.id IS NOT NULL`))).one().name,
    "sandy",
  );
});

test("INSERT … RETURNING gives objects that are in the session", async ({ engine, session }) => {
  const insert = engine.kysely<Tables>().insertInto("heroes")
    .values({ id: crypto.randomUUID(), name: "gary", app_src: null }).returningAll();
  const gary = (await session.scalars(select(Hero).fromStatement(insert))).one();
  assertStrictEquals(await session.get(Hero, gary.id), gary);
  gary.name = "pearl";
  await session.commit();
  assertEquals(await session.scalar(select(Hero).where("id", "=", gary.id).columns("name")), "pearl");
});

test("what a statement writes goes into the objects; what it reads does not", async ({ engine, session }) => {
  const sandy = (await session.scalars(select(Hero).where("name", "=", "sandy"))).one();
  const update = engine.kysely<Tables>().updateTable("heroes").set({ app_src: "movie" }).returningAll();
  const [first] = await session.scalars(select(Hero).fromStatement(update.where("name", "=", "sandy")));
  assertStrictEquals(first, sandy);
  assertEquals([sandy.appSrc, session.dirty.size], ["movie", 0]);
  await session.scalars(select(Hero).fromStatement("\n update heroes SET app_src = 'sea' RETURNING *"));
  assertEquals(sandy.appSrc, "sea");

  await session.execute(update, [], { synchronizeSession: false });
  assertEquals(sandy.appSrc, "sea");
  await session.scalars(select(Hero).fromStatement("SELECT * FROM heroes"));
  assertEquals(sandy.appSrc, "sea"); // as with every query: see refresh() and expire()
});

test("whether rows were written is told by the server, not by the first word", async ({ session }) => {
  const sandy = (await session.scalars(select(Hero).where("name", "=", "sandy"))).one();
  const after = async (query: string, parameters: unknown[] = []) => {
    await session.scalars(select(Hero).fromStatement(query, parameters));
    return sandy.appSrc;
  };
  const update = (value: string, from = "") => `UPDATE heroes SET app_src = ${value} ${from} RETURNING heroes.*`;
  assertEquals(await after(`/* one */ ${update("'one'")}`), "one");
  assertEquals(await after(`-- two\n${update("'two'")}`), "two");
  assertEquals(await after(`WITH given AS (SELECT 'three' AS value) ${update("value", "FROM given")}`), "three");
  assertEquals(await after(`WITH made AS (${update("'four'")}) SELECT * FROM made`), "four");
  assertEquals(await after(`WITH made AS (${update("$1")}) SELECT * FROM made WHERE name = $2`, ["5", "sandy"]), "5");
  assertEquals(await after(`WITH made AS (${update("'six'")}) SELECT * FROM made;\n`), "six");
  assertEquals(await after(`${update("'zero'")}; ${update("'seven'")}`), "seven");
  assertEquals(await after(`${update("'eight'")}; SELECT * FROM heroes`), "eight");
  const version = await session.scalar("SELECT current_setting('server_version_num')::int");
  const merge = "MERGE INTO heroes USING (VALUES (1)) ON true WHEN MATCHED THEN UPDATE SET app_src = 'nine'";
  if (version as unknown as number >= 170_000) assertEquals(await after(`${merge} RETURNING heroes.*`), "nine");
});

test("what a statement only reads does not go into the objects, whatever words it has", async ({ events, session }) => {
  const sandy = (await session.scalars(select(Hero).where("name", "=", "sandy"))).one();
  await session.execute("UPDATE heroes SET app_src = 'elsewhere'", [], { synchronizeSession: false });
  await session.execute("CREATE TEMPORARY TABLE log (note text) ON COMMIT DROP");
  for (
    const [query, parameters] of [
      ["SELECT * FROM heroes"],
      ["SELECT *, 'update; delete' AS note FROM heroes WHERE name = $1", ["sandy"]],
      ["SELECT * FROM heroes /* to update */ FOR UPDATE"],
      ["WITH logged AS (INSERT INTO log VALUES ('read')) SELECT * FROM heroes"],
      ["TABLE heroes"],
      ["SELECT * FROM heroes WHERE name <> $1", ["delete"]],
    ] as [string, string[]?][]
  ) {
    await session.scalars(select(Hero).fromStatement(query, parameters));
    assertEquals(sandy.appSrc, null, query);
  }
  const sent: string[] = [];
  events.on("query", ({ sql }) => sent.push(sql.split(" ", 2).join(" ")));
  await session.scalars(select(Hero).fromStatement("SELECT * FROM heroes"));
  assertEquals(sent, ["SELECT *"]); // nothing is asked for
  await session.scalars(select(Hero).fromStatement("SELECT *, 'insert' AS note FROM heroes"));
  assertEquals(sent.slice(1), ["SELECT *,", "EXPLAIN (FORMAT"]);
  assertEquals((await session.execute("SELECT count(*)::int FROM log")).scalars().one(), 1);
});

test("options: relations are brought along, given before it or after", async ({ session, getSession }) => {
  session.add(User.create({ name: "sandy", toys: [new Toy({ name: "car" }), new Toy({ name: "ball" })] }));
  await session.commit();
  for (
    const statement of [
      select(User).fromStatement("SELECT * FROM users").options(selectinload("toys", selectinload("users"))),
      select(User).options(selectinload("toys", selectinload("users"))).fromStatement("SELECT * FROM users"),
    ]
  ) {
    await using other = getSession();
    const sandy = (await other.scalars(statement)).one();
    assertEquals([...sandy.toys].map(({ name }) => name).sort(), ["ball", "car"]);
    assertEquals([...sandy.toys].map(({ users }) => users.has(sandy)), [true, true]);
  }
});

test("an array of an enum type is an array", async ({ session }) => {
  session.addAll([new Mood({ name: "sandy", days: ["so so", "happy"] }), new Mood({ name: "squidward" })]);
  await session.commit();
  session.expire();
  const found = await session.scalars(select(Mood).fromStatement("SELECT * FROM moods ORDER BY name"));
  assertEquals(found.all().map(({ days }) => days), [["so so", "happy"], null]);
});

Deno.test("fromStatement: it is the whole query; conditions beside it are refused, not dropped", () => {
  for (
    const statement of [
      select(Hero).where("name", "=", "sandy"),
      select(Hero).orderBy("name"),
      select(Hero).limit(1),
      select(Hero).distinct(),
      select(Hero).withForUpdate(),
    ]
  ) {
    assertThrows(
      () => statement.fromStatement("SELECT * FROM heroes"),
      InvalidStatementError,
      "This statement cannot give objects of Hero: fromStatement() would replace its conditions, joins or limits; " +
        "write them into the query.",
    );
  }
});

Deno.test("types: fromStatement gives the objects of the model, and takes its relations", () => {
  const neverCalled = async (session: Session) => {
    const statement = select(Hero).fromStatement("SELECT * FROM heroes WHERE name = $1", ["sandy"]);
    const one: Record<string, Hero> = (await session.execute(statement)).one();
    const first: Hero | null = await session.scalar(statement);
    const several: Hero[] = (await session.scalars(statement)).all();
    // @ts-expect-error there is no such relation
    select(User).fromStatement("SELECT * FROM users").options(selectinload("cars"));
    // @ts-expect-error it is the whole query
    statement.where("name", "=", "sandy");
    // @ts-expect-error a query, not a result
    select(Hero).fromStatement(await session.scalars(statement));
    return [one, first, several];
  };
  assertEquals(typeof neverCalled, "function");
});
