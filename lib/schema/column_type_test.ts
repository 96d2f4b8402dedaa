/** Types of a program's own: one that PostgreSQL defines, with fixed OIDs, and one that a database defines. */
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  array,
  columnType,
  createEngine,
  createStatements,
  createSyncEngine,
  declarativeBase,
  identity,
  InvalidColumnTypeError,
  joinedload,
  manyToOne,
  Metadata,
  migrate,
  oneToMany,
  type Related,
  select,
  selectinload,
  sessionmaker,
  sql,
  sqlType,
  StaleDataError,
  syncSessionmaker,
  text,
} from "../mod.ts";
import { EngineUrl } from "../engine/url.ts";
import { isStoredAsSent } from "../orm/column_value.ts";
import { autogenerate } from "../migrate/autogenerate.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { makeMigrations, scratch } from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

interface Point {
  x: number;
  y: number;
}

const point = columnType<Point>({
  sql: "point",
  oids: [600, 1017],
  decode: (text) => {
    const [x, y] = text.slice(1, -1).split(",").map(Number);
    return { x, y };
  },
  encode: ({ x, y }) => `(${x},${y})`,
});

class Rgb {
  constructor(public red: number, public green: number, public blue: number) {}
  get sum(): number {
    return this.red + this.green + this.blue;
  }
}

const rgb = columnType<Rgb>({
  sql: "rgb",
  decode: (text) => {
    const [red, green, blue] = text.slice(1, -1).split(",").map(Number);
    return new Rgb(red, green, blue);
  },
  encode: ({ red, green, blue }) => `(${red},${green},${blue})`,
});

/** A text whose values cannot be changed in place. */
const tag = columnType<symbol>({
  sql: "tag",
  decode: (text) => Symbol.for(text),
  encode: (value) => Symbol.keyFor(value)!,
  mutable: false,
});

class Place extends model("places", {
  id: identity().primaryKey(),
  at: point(),
  corners: array(point()).nullable(),
  colour: rgb().nullable(),
  palette: array(rgb()).nullable(),
  grid: array(array(rgb())).nullable(),
  tag: tag().nullable(),
}) {}

/** Creates the types and an empty table. */
async function prepare(url: string): Promise<void> {
  await using engine = createEngine(url);
  await engine.begin(async (connection) => {
    await metadata.dropAll(connection);
    await connection.execute("DROP TYPE IF EXISTS rgb CASCADE; DROP DOMAIN IF EXISTS tag CASCADE");
    await connection.execute("CREATE TYPE rgb AS (red int, green int, blue int); CREATE DOMAIN tag AS text");
    await metadata.createAll(connection);
  });
}

const values = (n: number) => ({
  at: { x: n, y: -0.5 },
  corners: [{ x: 0, y: 0 }, { x: n, y: 1 }],
  colour: new Rgb(n, 2, 3),
  palette: [new Rgb(1, 1, 1), new Rgb(n, 0, 255)],
  grid: [[new Rgb(1, 1, 1)], [new Rgb(n, 2, 2)]],
  tag: Symbol.for(`tag ${n}`),
});
const valuesOf = ({ at, corners, colour, palette, grid, tag }: Place) => ({ at, corners, colour, palette, grid, tag });

Deno.test("DDL names the type", () => {
  const sql = createStatements(metadata).map(({ sql }) => sql).join("\n");
  assertStringIncludes(sql, "at point NOT NULL,\n  corners point[],\n  colour rgb,\n  palette rgb[],\n  grid rgb[][]");
});

for (const driver of ["pg", "postgres", "libpq"] as const) {
  database.test(`${driver}: values are written, read, changed in place and restored`, async (url) => {
    await prepare(url);
    await using engine = createEngine(EngineUrl.parse(url).withDriver(driver));
    const getSession = sessionmaker(engine);
    await getSession.begin((session) => session.addAll([1, 2, 3].map((n) => new Place(values(n)))));
    await getSession.begin((session) => session.add(new Place({ at: { x: 4, y: 4 } })));

    await using session = getSession();
    const [one, two, three, four] = (await session.scalars(select(Place).orderBy("id"))).all();
    assertEquals([one, two, three].map(valuesOf), [1, 2, 3].map(values));
    assertEquals(valuesOf(four), {
      at: { x: 4, y: 4 },
      corners: null,
      colour: null,
      palette: null,
      grid: null,
      tag: null,
    });
    assertInstanceOf(one.colour, Rgb);
    assertEquals([one.colour.sum, one.palette![1].sum], [6, 256]);
    assertEquals(session.dirty.size, 0);

    one.at.x = 100;
    one.corners![1].y = 7;
    one.colour.blue = 30;
    two.palette![0].red = 90;
    assertEquals(session.dirty, new Set([one, two]));
    await session.rollback();
    assertEquals([one.at.x, one.corners![1].y], [1, 1], "values as they were read");
    assertInstanceOf(one.colour, Rgb);
    one.at.x = 100;
    one.colour.blue = 30;
    two.palette![0].red = 90;
    await session.flush();
    assertEquals(session.dirty.size, 0);
    await session.rollback();
    assertEquals((await session.getOne(Place, one.id)).at.x, 1, "a flush that was rolled back");
    one.at.x = 100;
    one.colour.blue = 30;
    two.palette![0].red = 90;
    await session.commit();

    const rows = await session.execute(
      select(Place).where("id", "<=", 2).orderBy("id").columns("at", "colour", "palette"),
    );
    assertEquals(rows.all(), [
      { at: { x: 100, y: -0.5 }, colour: new Rgb(1, 2, 30), palette: values(1).palette },
      { at: { x: 2, y: -0.5 }, colour: new Rgb(2, 2, 3), palette: [new Rgb(90, 1, 1), new Rgb(2, 0, 255)] },
    ]);
    const found = await session.scalars(select(Place).where("tag", "=", Symbol.for("tag 1")));
    assertEquals(found.one(), one);
    const own = await session.scalars(select(Place).fromStatement("SELECT * FROM places WHERE id = $1", [three.id]));
    assertEquals(own.one(), three);

    await session.commit();
    await using other = getSession();
    const merged = await other.merge(one);
    assertEquals([merged.at, merged.colour, merged.palette], [one.at, one.colour, one.palette]);
    merged.colour!.red = 77;
    assertEquals(one.colour.red, 1, "merge() copies");
  });

  database.test(`${driver}: values that the server makes are decoded`, async (url) => {
    await prepare(url);
    await using engine = createEngine(EngineUrl.parse(url).withDriver(driver));
    const base = declarativeBase();
    class Spot extends base.model("spots", {
      id: identity().primaryKey(),
      at: point().serverDefault(sql("'(1,2)'")),
      colour: rgb().serverDefault(sql("ROW(4, 5, 6)::rgb")),
      palette: array(rgb()).serverDefault(sql("ARRAY[ROW(7, 8, 9)]::rgb[]")),
    }) {}
    await engine.begin(async (connection) => {
      await base.metadata.dropAll(connection);
      await base.metadata.createAll(connection);
    });
    await using session = sessionmaker(engine)();
    const spots = [new Spot({}), new Spot({})];
    session.addAll(spots);
    await session.commit();
    for (const { at, colour, palette } of spots) {
      assertEquals({ at, colour, palette }, {
        at: { x: 1, y: 2 },
        colour: new Rgb(4, 5, 6),
        palette: [new Rgb(7, 8, 9)],
      });
    }
    assertEquals(session.dirty.size, 0);
  });

  database.test(`${driver}: Kysely and SQL read values of a type with fixed OIDs, and send what encode() returns`, async (url) => {
    await prepare(url);
    await using engine = createEngine(EngineUrl.parse(url).withDriver(driver));
    const db = engine.kysely<{ places: { id: unknown; at: Point | string; corners: Point[] | string[] } }>();
    const at = { x: 1.5, y: -2 };
    const { encode } = point;
    await db.insertInto("places").values({ id: 1, at: encode(at), corners: [encode(at), encode({ x: 0, y: 0 })] })
      .execute();
    assertEquals(await db.selectFrom("places").select(["at", "corners"]).execute(), [
      { at, corners: [at, { x: 0, y: 0 }] },
    ]);
    await using connection = await engine.connect();
    const result = await connection.execute("SELECT at FROM places WHERE at ~= $1", [encode(at)]);
    assertEquals(result.scalarOne(), at);
  });
}

/** Keys such as `user_12`, which are integers in the database. */
const userId = columnType<string>({
  sql: "user_id",
  decode: (text) => `user_${text}`,
  encode: (value) => value.replace(/^user_/, ""),
});

database.test("a key: objects are found, related, updated and deleted by it", async (url) => {
  await using engine = createEngine(url);
  const base = declarativeBase();
  class User extends base.model("users", { id: userId().primaryKey(), name: text() }) {
    declare pets: Related<Pet>;
    static relations = { pets: oneToMany(() => Pet) };
  }
  class Pet extends base.model("pets", { id: userId().primaryKey(), ownerId: userId().references(() => User) }) {
    declare owner: User;
    static relations = { owner: manyToOne(() => User) };
  }
  await engine.begin(async (connection) => {
    await connection.execute("CREATE DOMAIN user_id AS integer"); // drivers see an integer
    await base.metadata.createAll(connection);
  });
  const getSession = sessionmaker(engine);
  await getSession.begin((session) => {
    const users = [1, 2].map((n) => new User({ id: `user_${n}`, name: "" }));
    session.addAll(users);
    session.addAll([1, 2, 3].map((n) => new Pet({ id: `user_${n}`, owner: users[n % 2] } as never)));
  });
  await using session = getSession();
  const user = await session.getOne(User, "user_2");
  assertEquals(user.id, "user_2");
  const users = (await session.scalars(select(User).options(selectinload("pets")).orderBy("id"))).all();
  assertEquals(users.map(({ pets }) => pets.all().map(({ id }) => id)), [["user_2"], ["user_1", "user_3"]]);
  const joined = (await session.scalars(select(Pet).options(joinedload("owner")).orderBy("id"))).all();
  assertEquals(joined.map(({ owner }) => owner.id), ["user_2", "user_1", "user_2"]);
  user.name = "alone";
  await session.commit();
  for (const each of users) each.name = "together";
  await session.commit();
  assertEquals(users.map(({ name }) => name), ["together", "together"]);
  assertStrictEquals((await session.scalars(select(User).where("id", "=", "user_2"))).one(), user, "one object a row");
  await using other = getSession();
  const pet = (await other.scalars(select(Pet).where("id", "=", "user_3").options(selectinload("owner")))).one();
  assertEquals([pet.owner.id, pet.owner.name], ["user_2", "together"]);
  await other.delete(pet);
  await other.commit();
  assertEquals(await other.get(Pet, "user_3"), null);
  const pets = (await other.scalars(select(Pet))).all();
  for (const each of pets) await other.delete(each);
  await engine.begin((connection) => connection.execute("DELETE FROM pets WHERE id = 1"));
  const stale = await assertRejects(() => other.flush(), StaleDataError);
  assertEquals(stale.keys, [["user_1"]]);
});

database.test("a column given by its SQL type has texts all the same", async (url) => {
  await using engine = createEngine(url);
  const base = declarativeBase();
  class Both extends base.model("both", { id: identity().primaryKey(), at: point(), text: sqlType("point") }) {}
  await engine.begin((connection) => base.metadata.createAll(connection));
  const getSession = sessionmaker(engine);
  await getSession.begin((session) => session.add(new Both({ at: { x: 1, y: 2 }, text: "(3,4)" })));
  await using session = getSession();
  const { at, text } = (await session.scalars(select(Both))).one();
  assertEquals([at, text], [{ x: 1, y: 2 }, "(3,4)"]);
});

database.test("SyncSession: values are written, read and changed in place", async (url) => {
  await prepare(url);
  using engine = createSyncEngine(EngineUrl.parse(url).withDriver("libpq"));
  const getSession = syncSessionmaker(engine);
  getSession.begin((session) => session.addAll([1, 2].map((n) => new Place(values(n)))));
  const read = () => {
    using session = getSession();
    return session.scalars(select(Place).orderBy("id")).all().map(valuesOf);
  };
  assertEquals(read(), [1, 2].map(values));
  getSession.begin((session) => {
    const place = session.getOne(Place, 1);
    place.at.y = 9;
    place.grid![1][0].green = 99;
  });
  assertEquals(read()[0].at, { x: 1, y: 9 });
  assertEquals(read()[0].grid, [[new Rgb(1, 1, 1)], [new Rgb(1, 99, 2)]]);
});

database.test("autogenerate finds the type equal, and a change of it", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations();
  const places = (at: ReturnType<typeof text> | ReturnType<typeof point>, corners = array(point())) => {
    const metadata = new Metadata();
    metadata.add("places", { id: identity().primaryKey(), at, corners });
    return metadata;
  };
  const found = (metadata: Metadata) => engine.begin((connection) => autogenerate(connection, metadata));
  const [before, after] = [places(text()), places(point())];
  await engine.begin((connection) => before.createAll(connection));
  await engine.begin((connection) => connection.execute("INSERT INTO places (at, corners) VALUES ('(1,2)', '{}')"));
  assertEquals((await found(before)).summary, []);
  assertEquals((await found(after)).summary, ["change type of places.at from text to point"]);
  await migrate.revision(folder.directory, { message: "point", autogenerate: engine, models: { metadata: after } });
  await migrate.upgrade(engine, folder.directory);
  assertEquals((await found(after)).summary, []);
  const at = await engine.begin(async (connection) => (await connection.execute("SELECT at FROM places")).scalarOne());
  assertEquals(at, { x: 1, y: 2 });
  await migrate.downgrade(engine, folder.directory, "base");
  assertEquals((await found(before)).summary, []);
  await migrate.upgrade(engine, folder.directory);
  assertEquals((await found(new Metadata())).summary, ["drop table places"]);
});

Deno.test("a type of the library cannot be defined again", () => {
  const options = { decode: String, encode: String };
  const own = { timestamptz: "timestamptz", varchar: "character varying(5)", doublePrecision: "double precision" };
  for (const [name, sql] of Object.entries(own)) {
    const error = assertThrows(() => columnType({ ...options, sql }), InvalidColumnTypeError, `Use ${name}().`);
    assertEquals(error.code, "INVALID_COLUMN_TYPE");
  }
  const byOid = { ...options, sql: "int4", oids: [23, 1007] } as const;
  assertThrows(() => columnType(byOid), InvalidColumnTypeError, "Use integer().");
});

Deno.test("types: values of the type, where the column has them", () => {
  const neverCalled = () => {
    const { x }: Point = new Place({ at: { x: 1, y: 2 } }).at;
    // @ts-expect-error a point is no text
    new Place({ at: "(1,2)" });
    // @ts-expect-error the list has points
    new Place({ at: { x, y: 2 }, corners: [1] });
    // @ts-expect-error encode() and decode() are of one type
    columnType<Point>({ sql: "point", decode: Number, encode: String });
  };
  assertEquals(typeof neverCalled, "function");
});

Deno.test("what the server makes of a value is unknown, unless the type is exact: then nothing is read back", () => {
  const options = { sql: "exact_tag", decode: (text: string) => text, encode: (value: string) => value };
  const column = (exact: boolean) => ({
    name: "tag",
    attribute: "tag",
    ...columnType({ ...options, exact })().definition,
  });
  assertEquals([false, true].map((exact) => isStoredAsSent(column(exact), "a")), [false, true]);
});
