/** Each row of the table of query styles in README.md, on both drivers. */
import { sql } from "kysely";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  containsEager,
  createEngine,
  type Engine,
  FilteredCollectionError,
  joinedload,
  MultipleResultsFound,
  NoResultFound,
  ScalarResult,
  select,
  selectinload,
  type Session,
  sessionmaker,
  UniqueRequiredError,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { Hero, metadata as heroes } from "../../testing/heroes.ts";
import { metadata as playground, Toy, User } from "../../testing/playground.ts";
import { permittedTest } from "../../testing/permitted.ts";
import { onDriver } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);

/** A session that knows nothing yet; the table has sandy, then spongebob, by name. */
interface Fixture {
  engine: Engine;
  session: Session;
  /** A second session. */
  other: Session;
  /** The first words of the statements sent. */
  sent: string[];
  sandyId: string;
}

const stmt = select(Hero).orderBy("name");
const sandyOnly = stmt.where("name", "=", "sandy");
const nobody = stmt.where("name", "=", "nobody");

/** By the second column of the table. */
const STYLES: Record<string, (fixture: Fixture) => Promise<void>> = {
  "await session.get(Hero, id)": async ({ session, sent, sandyId }) => {
    const sandy = await session.get(Hero, sandyId);
    assertEquals(sandy?.name, "sandy");
    sent.length = 0;
    assertStrictEquals(await session.get(Hero, sandyId), sandy);
    assertEquals(sent, []);
    assertEquals(await session.get(Hero, crypto.randomUUID()), null);
  },
  "await session.getOne(Hero, id)": async ({ session, sandyId }) => {
    assertEquals((await session.getOne(Hero, sandyId)).name, "sandy");
    await assertRejects(() => session.getOne(Hero, crypto.randomUUID()), NoResultFound);
  },
  "(await session.execute(stmt)).all()": async ({ session, sandyId }) => {
    const rows = (await session.execute(stmt)).all();
    assertEquals(rows.map((row) => Object.keys(row)), [["Hero"], ["Hero"]]);
    assertStrictEquals(rows[0].Hero, await session.get(Hero, sandyId));
  },
  "(await session.execute(stmt)).tuples()": async ({ session, sandyId }) => {
    const tuples = (await session.execute(stmt)).tuples().all();
    assertEquals(tuples.map((tuple) => tuple.length), [1, 1]);
    assertStrictEquals(tuples[0][0], await session.get(Hero, sandyId));
  },
  "(await session.execute(stmt)).first()": async ({ session }) => {
    assertEquals((await session.execute(stmt)).first()?.Hero.name, "sandy");
    assertEquals((await session.execute(nobody)).first(), null);
  },
  "(await session.execute(stmt)).one()": async ({ session }) => {
    assertEquals((await session.execute(sandyOnly)).one().Hero.name, "sandy");
    const [none, two] = [await session.execute(nobody), await session.execute(stmt)];
    assertThrows(() => none.one(), NoResultFound);
    assertThrows(() => two.one(), MultipleResultsFound);
  },
  "(await session.execute(stmt)).oneOrNone()": async ({ session }) => {
    assertEquals((await session.execute(sandyOnly)).oneOrNone()?.Hero.name, "sandy");
    assertEquals((await session.execute(nobody)).oneOrNone(), null);
    const two = await session.execute(stmt);
    assertThrows(() => two.oneOrNone(), MultipleResultsFound);
  },
  "(await session.execute(stmt)).scalar()": async ({ session }) => {
    assertEquals((await session.execute(stmt)).scalar()?.name, "sandy");
    assertEquals((await session.execute(nobody)).scalar(), null);
  },
  "(await session.execute(stmt)).scalarOne()": async ({ session }) => {
    assertEquals((await session.execute(sandyOnly)).scalarOne().name, "sandy");
    const [none, two] = [await session.execute(nobody), await session.execute(stmt)];
    assertThrows(() => none.scalarOne(), NoResultFound);
    assertThrows(() => two.scalarOne(), MultipleResultsFound);
  },
  "(await session.execute(stmt)).scalarOneOrNone()": async ({ session }) => {
    assertEquals((await session.execute(sandyOnly)).scalarOneOrNone()?.name, "sandy");
    assertEquals((await session.execute(nobody)).scalarOneOrNone(), null);
    const two = await session.execute(stmt);
    assertThrows(() => two.scalarOneOrNone(), MultipleResultsFound);
  },
  "(await session.execute(stmt)).scalars()": async ({ session }) => {
    assertEquals((await session.execute(stmt)).scalars().all(), (await session.scalars(stmt)).all());
  },
  "await session.scalar(stmt)": async ({ session, sandyId }) => {
    assertStrictEquals(await session.scalar(stmt), await session.get(Hero, sandyId));
    assertEquals(await session.scalar(nobody), null);
    assertEquals(await session.scalar(stmt.columns("appSrc")), null); // as where there is no row
  },
  "await session.scalars(stmt)": async ({ session }) => {
    const result = await session.scalars(stmt);
    assert(result instanceof ScalarResult && !Array.isArray(result));
    assertEquals([...result].map(({ name }) => name), ["sandy", "spongebob"]);
    assertEquals([...result].length, 2);
  },
  "(await session.scalars(stmt)).all()": async ({ session }) => {
    assertEquals((await session.scalars(stmt)).all().map(({ name }) => name), ["sandy", "spongebob"]);
    assertEquals((await session.scalars(nobody)).all(), []);
  },
  "(await session.scalars(stmt)).first()": async ({ session }) => {
    assertEquals((await session.scalars(stmt)).first()?.name, "sandy");
    assertEquals((await session.scalars(nobody)).first(), null);
  },
  "(await session.scalars(stmt)).one()": async ({ session }) => {
    assertEquals((await session.scalars(sandyOnly)).one().name, "sandy");
    const [none, two] = [await session.scalars(nobody), await session.scalars(stmt)];
    assertThrows(() => none.one(), NoResultFound);
    assertThrows(() => two.one(), MultipleResultsFound);
  },
  "(await session.scalars(stmt)).oneOrNone()": async ({ session }) => {
    assertEquals((await session.scalars(sandyOnly)).oneOrNone()?.name, "sandy");
    assertEquals((await session.scalars(nobody)).oneOrNone(), null);
    const two = await session.scalars(stmt);
    assertThrows(() => two.oneOrNone(), MultipleResultsFound);
  },
  "(await session.scalars(stmt)).unique()": async ({ session }) => {
    await addToys(session, "car", "ball");
    const result = await session.scalars(select(User).join("toys"));
    assertEquals(result.all().length, 2);
    assertEquals(result.unique().all().map(({ name }) => name), ["sandy"]);
  },
  'select(Hero).columns("name", "appSrc")': async ({ session }) => {
    const rows = (await session.execute(stmt.columns("name", "appSrc"))).all();
    assertEquals(rows, [{ name: "sandy", appSrc: null }, { name: "spongebob", appSrc: "notebook" }]);
  },
  'stmt.where("name", "=", "sandy")': async ({ session }) => {
    assertEquals(await names(session, sandyOnly), ["sandy"]);
    assertEquals(await names(session, sandyOnly.where("appSrc", "=", "notebook")), []);
  },
  'stmt.where("appSrc", "=", null)': async ({ session }) => {
    assertEquals(await names(session, stmt.where("appSrc", "=", null)), ["sandy"]);
    assertEquals(await names(session, stmt.where("appSrc", "is", null)), ["sandy"]);
    assertEquals(await names(session, stmt.where("appSrc", "!=", null)), ["spongebob"]);
  },
  'stmt.where("name", "in", names)': async ({ session }) => {
    assertEquals(await names(session, stmt.where("name", "in", ["sandy", "patrick"])), ["sandy"]);
    assertEquals(await names(session, stmt.where("name", "in", [])), []);
    assertEquals(await names(session, stmt.where("name", "not in", [])), ["sandy", "spongebob"]);
  },
  "stmt.where(({ eb, or }) => or([…, …]))": async ({ session }) => {
    const either = stmt.where(({ eb, or }) => or([eb("name", "=", "sandy"), eb("appSrc", "=", "notebook")]));
    assertEquals(await names(session, either), ["sandy", "spongebob"]);
  },
  'stmt.orderBy("name", "desc").limit(2).offset(1)': async ({ session }) => {
    assertEquals(await names(session, select(Hero).orderBy("name", "desc").limit(2).offset(1)), ["sandy"]);
  },
  'stmt.orderBy("appSrc", (by) => by.desc().nullsLast())': async ({ session }) => {
    session.add(new Hero({ name: "patrick", appSrc: "movie" }));
    const bySource = select(Hero).orderBy("appSrc", (by) => by.desc().nullsLast());
    assertEquals(await names(session, bySource), ["spongebob", "patrick", "sandy"]);
    const byLength = select(Hero).orderBy(({ fn }) => fn("length", ["name"]));
    assertEquals(await names(session, byLength), ["sandy", "patrick", "spongebob"]);
  },
  "stmt.distinct()": async ({ session }) => {
    await addToys(session, "car", "ball");
    assertEquals((await session.scalars(select(User).join("toys").columns("id"))).all().length, 2);
    assertEquals((await session.scalars(select(User).join("toys").columns("id").distinct())).all().length, 1);
  },
  'select(User).join("toys").where("toys.name", "=", "car")': async ({ session }) => {
    await addToys(session, "car", "ball");
    session.add(new User({ name: "patrick" }));
    const joined = select(User).join("toys").orderBy("toys.name");
    assertEquals(await names(session, joined.where("toys.name", "=", "car")), ["sandy"]);
    assertEquals(await names(session, joined), ["sandy", "sandy"]);
    assertEquals(await names(session, joined.limit(1)), ["sandy"]);
  },
  'select(User).join("toys").columns("name", "toys.name")': async ({ session }) => {
    await addToys(session, "car", "ball");
    const statement = select(User).join("toys").columns("name", "toys.name").orderBy("toys.name");
    const rows: { name: string; "toys.name": string }[] = (await session.execute(statement)).all();
    assertEquals(rows, [{ name: "sandy", "toys.name": "ball" }, { name: "sandy", "toys.name": "car" }]);
    assertEquals((await session.execute(statement)).scalars("toys.name").all(), ["ball", "car"]);
  },
  'stmt.options(selectinload("toys"))': async ({ session, other, sent }) => {
    await addToys(session, "car", "ball");
    sent.length = 0;
    const [sandy] = await other.scalars(select(User).options(selectinload("toys")));
    assertEquals(sent, ["BEGIN", "SELECT", "SELECT"]);
    assertEquals([...sandy.toys].map(({ name }) => name).sort(), ["ball", "car"]);
  },
  'stmt.options(joinedload("friend"))': async ({ session, other, sent }) => {
    const sandy = new User({ name: "sandy" });
    session.add(User.create({ name: "patrick", friend: sandy }));
    await session.commit();
    sent.length = 0;
    const users = (await other.scalars(select(User).orderBy("name").options(joinedload("friend")))).all();
    assertEquals(sent, ["BEGIN", "SELECT"]);
    assertEquals(users.map(({ friend }) => friend), [users[1], null]);
  },
  '(await session.scalars(stmt.options(joinedload("toys")))).unique()': async ({ session, other, sent }) => {
    await addToys(session, "car", "ball");
    sent.length = 0;
    const result = await other.scalars(select(User).options(joinedload("toys")));
    assertThrows(() => result.all(), UniqueRequiredError);
    const sandy = result.unique().one();
    assertEquals(sent, ["BEGIN", "SELECT"]);
    assertEquals([...sandy.toys].map(({ name }) => name).sort(), ["ball", "car"]);
    const none = await other.scalars(select(User).where("name", "=", "nobody").options(joinedload("toys")));
    assertThrows(() => none.all(), UniqueRequiredError);
  },
  'stmt.options(selectinload("toys", (toys) => …))': async ({ session, other, sent }) => {
    await addToys(session, "car", "cat", "ball");
    sent.length = 0;
    const some = selectinload<User, "toys", []>(
      "toys",
      (toys) => toys.where("name", "!=", "ball").orderBy("name").limit(1),
    );
    const [sandy] = await other.scalars(select(User).options(some));
    assertEquals(sent, ["BEGIN", "SELECT", "SELECT"]);
    assertEquals([...sandy.toys].map(({ name }) => name), ["car"]);
    assertThrows(() => sandy.toys.add(new Toy({ name: "dog" })), FilteredCollectionError);
  },
  'stmt.join("toys").options(containsEager("toys"))': async ({ session, other, sent }) => {
    await addToys(session, "car", "cat", "ball");
    sent.length = 0;
    const joined = select(User).join("toys").where("toys.name", "like", "c%").orderBy("toys.name");
    const sandy = (await other.scalars(joined.options(containsEager("toys")))).unique().one();
    assertEquals(sent, ["BEGIN", "SELECT"]);
    assertEquals([...sandy.toys].map(({ name }) => name), ["car", "cat"]);
    assertThrows(() => sandy.toys.add(new Toy({ name: "dog" })), FilteredCollectionError);
  },
  "stmt.withForUpdate({ skipLocked: true })": async ({ session, other }) => {
    await session.scalars(sandyOnly.withForUpdate());
    assertEquals(await names(other, stmt.withForUpdate({ skipLocked: true })), ["spongebob"]);
    await addToys(session, "car");
    await session.scalars(select(User).join("toys").withForUpdate());
    assertEquals(await names(other, select(Toy).withForUpdate({ skipLocked: true })), ["car"]);
    assertEquals(await names(other, select(User).withForUpdate({ skipLocked: true })), []);
  },
  "stmt.populateExisting()": async ({ session, other }) => {
    const sandy = (await session.scalars(sandyOnly)).one();
    await session.commit();
    (await other.scalars(sandyOnly)).one().appSrc = "movie";
    await other.commit();
    assertStrictEquals((await session.scalars(sandyOnly)).one(), sandy);
    assertEquals(sandy.appSrc, null);
    await session.scalars(sandyOnly.populateExisting());
    assertEquals(sandy.appSrc, "movie");
  },
  'session.execute(db.selectFrom("heroes").select(…))': async ({ session, engine }) => {
    session.add(new Hero({ name: "patrick" }));
    const db = engine.kysely<{ heroes: { id: string; name: string } }>();
    const query = db.selectFrom("heroes").select(({ fn }) => fn.countAll<bigint>().as("count"));
    const rows: { count: bigint }[] = (await session.execute(query)).all();
    assertEquals(rows, [{ count: 3n }]); // it sees what waited in the session
    const everything = db.selectFrom("heroes").selectAll().where("name", "=", "patrick");
    const row: { id: string; name: string } = (await session.execute(everything)).one();
    assert(!(row instanceof Hero) && row.name === "patrick");
  },
  'session.execute("SELECT …", [name])': async ({ session }) => {
    session.add(new Hero({ name: "patrick" }));
    const older = "SELECT name FROM heroes WHERE name < $1 ORDER BY name";
    const rows: { name: string }[] = (await session.execute<{ name: string }>(older, ["sandy"])).all();
    assertEquals(rows, [{ name: "patrick" }]);
    assertEquals(await session.scalar(sql<{ name: string }>`SELECT name FROM heroes WHERE name = ${"sandy"}`), "sandy");
  },
  'session.execute(db.updateTable("heroes").set(…))': async ({ session, engine, sent, sandyId }) => {
    const db = engine.kysely<{ heroes: { id: string; name: string; app_src: string | null } }>();
    const [sandy, spongebob] = (await session.scalars(stmt)).all();
    sent.length = 0;
    assertEquals((await session.execute(db.updateTable("heroes").set({ app_src: "movie" }))).rowCount, 2);
    assertEquals([sandy.appSrc, spongebob.appSrc, sent.length], ["movie", "movie", 1]);
    await session.execute(db.deleteFrom("heroes").where("id", "=", sandyId));
    assertEquals(await session.get(Hero, sandyId), null);
    await session.execute("UPDATE heroes SET app_src = 'sea'");
    assertEquals([await session.get(Hero, spongebob.id), spongebob.appSrc], [spongebob, "sea"]);
  },
  "session.scalars(select(Hero).fromStatement(query))": async ({ session, engine, sandyId }) => {
    session.add(new Hero({ name: "patrick" }));
    const db = engine.kysely<{ heroes: { id: string; name: string } }>();
    const query = db.selectFrom("heroes").selectAll().where("name", "!=", "spongebob").orderBy("name", "desc");
    const found: Hero[] = (await session.scalars(select(Hero).fromStatement(query))).all();
    assertEquals(found.map((hero) => hero.greeting()), ["I am sandy", "I am patrick"]);
    assertStrictEquals(found[0], await session.get(Hero, sandyId));
  },
  'session.events.on("beforeFlush", listen)': async ({ session, sent }) => {
    const told: unknown[] = [];
    session.events.on("beforeFlush", ({ session }) => session.add(new Hero({ name: `beside ${session.new.size}` })));
    session.events.on("afterCommit", async ({ inserted }) => void told.push(await Promise.resolve(inserted.length)));
    session.events.on("load", ({ object }) => void told.push((object as Hero).name));
    session.add(new Hero({ name: "patrick" }));
    await session.commit();
    assertEquals([told.splice(0), sent.toSorted()], [[2], ["BEGIN", "COMMIT", "INSERT"]]);
    await session.scalars(stmt);
    assertEquals(told, ["sandy", "spongebob"]);
  },
};

for (const driver of ["pg", "postgres"]) {
  for (const [style, run] of Object.entries(STYLES)) {
    database.test(`${driver}: ${style}`, async (url) => {
      await using engine = createEngine(onDriver(url, driver));
      await engine.begin(async (connection) => {
        for (const metadata of [heroes, playground]) {
          await metadata.createAll(connection);
          await connection.execute(`TRUNCATE ${[...metadata.tables.keys()].join(", ")}`);
        }
      });
      const getSession = sessionmaker(engine);
      const sandy = new Hero({ name: "sandy" });
      await getSession.begin((session) => session.addAll([new Hero({ name: "spongebob", appSrc: "notebook" }), sandy]));
      const sent: string[] = [];
      engine.events.on("query", ({ sql }) => sent.push(sql.split(" ")[0].toUpperCase()));
      await using session = getSession();
      await using other = getSession();
      await run({ engine, session, other, sent, sandyId: sandy.id });
    });
  }
}

const readme = new URL("README.md", import.meta.url);

permittedTest("read", `every row of the table in README.md has a test here`, async () => {
  const table = (await Deno.readTextFile(readme)).split("<!-- styles begin -->")[1].split("<!-- styles end -->")[0];
  const rows = table.trim().split("\n").slice(2).map((line) => line.split("|")[2].trim().replaceAll("`", ""));
  assertEquals(rows, Object.keys(STYLES));
});

/** A user with toys, committed. */
async function addToys(session: Session, ...toys: string[]): Promise<void> {
  session.add(User.create({ name: "sandy", toys: toys.map((name) => new Toy({ name })) }));
  await session.commit();
}

// deno-lint-ignore no-explicit-any -- of any statement for objects that have a name
async function names(session: Session, statement: any): Promise<string[]> {
  return [...await session.scalars<{ object: { name: string } }>(statement)].map(({ name }) => name);
}
