import { assertEquals, assertThrows } from "@std/assert";
import { sql } from "kysely";
import {
  array,
  createEngine,
  declarativeBase,
  type Engine,
  enumeration,
  InvalidModelError,
  jsonb,
  manyToOne,
  oneToMany,
  type Related,
  select,
  type Session,
  text,
  uuid,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { snakeCase } from "../base/naming.ts";
import { Hero } from "../../testing/heroes.ts";
import { Score, Team, User } from "../../testing/playground.ts";

const database = testDatabase(import.meta.url);

const COLUMNS = `"heroes"."id", "heroes"."name", "heroes"."app_src", "heroes"."created_at", "heroes"."updated_on"`;

Deno.test("select() names every column, in the order of the table", () => {
  assertEquals(select(Hero).compile().sql, `select ${COLUMNS} from "heroes"`);
});

Deno.test("conditions, order and limits become SQL with parameters", () => {
  const statement = select(Hero).where("name", "=", "sandy").where("appSrc", "is", null)
    .orderBy("createdAt", "desc").orderBy("name").limit(3).offset(6);
  const { sql, parameters } = statement.compile();
  assertEquals(
    sql,
    `select ${COLUMNS} from "heroes" where "heroes"."name" = $1 and "heroes"."app_src" is null ` +
      `order by "heroes"."created_at" desc, "heroes"."name" asc limit $2 offset $3`,
  );
  assertEquals(parameters, ["sandy", 3, 6]);
});

Deno.test("a condition may be built with Kysely's expression builder", () => {
  const statement = select(Hero).where(({ eb, or }) => or([eb("name", "=", "sandy"), eb("appSrc", "is", null)]));
  assertEquals(
    statement.compile().sql,
    `select ${COLUMNS} from "heroes" where ("heroes"."name" = $1 or "heroes"."app_src" is null)`,
  );
});

Deno.test("a statement is a value: refining it leaves the first as it was", () => {
  const all = select(Hero);
  all.where("name", "=", "sandy");
  assertEquals(all.compile().parameters, []);
});

/** The SQL after "where". */
const condition = (statement: { compile(): { sql: string } }) => statement.compile().sql.split(" where ")[1];
/** The SQL after the first table. */
const from = (statement: { compile(): { sql: string } }) => statement.compile().sql.split(" from ")[1];

Deno.test("null is compared with IS, also where the operator is = or !=", () => {
  assertEquals(condition(select(Hero).where("appSrc", "=", null)), '"heroes"."app_src" is null');
  assertEquals(condition(select(Hero).where("appSrc", "!=", null)), '"heroes"."app_src" is not null');
  assertEquals(condition(select(Hero).where("appSrc", "is not", null)), '"heroes"."app_src" is not null');
});

Deno.test("an empty list is in no row, and not in every row", () => {
  assertEquals(condition(select(Hero).where("name", "in", [])), "1 = 0");
  assertEquals(condition(select(Hero).where("name", "not in", [])), "1 = 1");
  assertEquals(condition(select(Hero).where(({ eb }) => eb("name", "in", []))), "1 = 0");
});

Deno.test("a value that is an array is one parameter, a list one a value; JSON is marked as such", () => {
  const { model } = declarativeBase();
  class Toy extends model("toys", { id: uuid().primaryKey(), tags: array(text()), notes: jsonb<unknown[]>() }) {}
  const tags = select(Toy).where("tags", "=", ["a", "b"]).compile();
  assertEquals(tags.parameters, [["a", "b"]]);
  assertEquals(select(Toy).where("tags", "in", [["a"], ["b"]]).compile().parameters, [["a"], ["b"]]);
  const notes = select(Toy).where("notes", "=", [1]).compile();
  assertEquals([tags.sql.split(" where ")[1], notes.sql.split(" where ")[1]], [
    '"toys"."tags" = $1',
    '"toys"."notes" = $1',
  ]);
  assertEquals({ ...notes.parameters[0] as object }, { value: [1] });
});

Deno.test("an array of an enum type is read as texts: its own type is unknown to the driver", () => {
  const { model } = declarativeBase();
  class Toy extends model("toys", { id: uuid().primaryKey(), moods: array(enumeration("mood", ["happy"])) }) {}
  assertEquals(select(Toy).compile().sql, 'select "toys"."id", "toys"."moods"::text[] as "moods" from "toys"');
});

Deno.test("join: the other side is called like the relation; a column without a table is the model's own", () => {
  assertEquals(
    from(select(User).join("toys").where("name", "=", "sandy").orderBy("toys.name").orderBy("name")),
    '"users" inner join "user_toy" as "toys_link" on "toys_link"."user_id" = "users"."id" ' +
      'inner join "toys" as "toys" on "toys"."id" = "toys_link"."toy_id" ' +
      'where "users"."name" = $1 order by "toys"."name" asc, "users"."name" asc',
  );
  assertEquals(
    from(select(User).join("friend").where("friend.name", "=", "sandy")),
    '"users" inner join "users" as "friend" on "friend"."id" = "users"."friend_id" where "friend"."name" = $1',
  );
  assertEquals(
    from(select(Team).join("members").join("captain").withForUpdate()),
    '"teams" inner join "users" as "members" on "members"."team_id" = "teams"."id" ' +
      'inner join "users" as "captain" on "captain"."id" = "teams"."captain_id" for update of "teams"',
  );
});

Deno.test("join: the model's own columns can be named with their table, in an expression, too", () => {
  const statement = select(User).join("toys").where(({ eb, ref }) => eb("users.name", "=", ref("toys.name")));
  assertEquals(condition(statement), '"users"."name" = "toys"."name"');
});

Deno.test("join: a column without a table is the model's own in every form of a condition", () => {
  const joined = select(User).join("toys");
  const own = (statement: { compile(): { sql: string } }) => condition(statement).replaceAll('"users".', "~");
  assertEquals(
    own(joined.where(({ eb, or }) => or([eb("name", "=", "sandy"), eb("toys.name", "=", "car")]))),
    '(~"name" = $1 or "toys"."name" = $2)',
  );
  assertEquals(
    own(joined.where(({ eb, fn }) => eb(fn<string>("lower", ["name"]), "=", "sandy"))),
    'lower(~"name") = $1',
  );
  assertEquals(own(joined.where(({ eb, ref }) => eb("toys.name", "=", ref("name")))), '"toys"."name" = ~"name"');
  assertEquals(own(joined.where((eb) => eb.ref("name"), "=", "sandy")), '~"name" = $1');
  assertEquals(own(joined.where(sql<boolean>`${sql.ref("createdAt")} < now()`)), '~"created_at" < now()');
  assertEquals(
    own(joined.where(({ not, between }) => not(between("name", "a", "b")))),
    'not ~"name" between $1 and $2',
  );
  assertEquals(own(joined.where("toys.name", "=", ({ ref }) => ref("name"))), '"toys"."name" = ~"name"');
});

Deno.test("join: a query within a condition has tables of its own; an empty list is in no row there, too", () => {
  const statement = select(User).join("toys").where(
    "id",
    "in",
    (eb) => eb.selectFrom("users").select("id").where("name", "=", "sandy").where("name", "in", []),
  );
  assertEquals(statement.compile().sql.split(" inner join ").at(-1)!.split(" where ").slice(1), [
    '"users"."id" in (select "id" from "users"',
    '"name" = $1 and 1 = 0)',
  ]);
});

Deno.test("join: columns of both sides, each called as it was asked for", () => {
  const statement = select(User).join("toys").join("friend").columns(
    "name",
    "toys.name",
    "friend.name",
    "users.teamId",
  );
  assertEquals(
    statement.compile().sql.split(" from ")[0],
    'select "users"."name", "toys"."name", "friend"."name", "users"."team_id"',
  );
  assertEquals(statement.names, ["name", "toys.name", "friend.name", "users.teamId"]);
  const wrong = ["toys.color", "cars.name", "color"] as unknown as "name"[];
  for (const name of wrong) {
    assertThrows(() => select(User).join("toys").columns(name), InvalidModelError, `it has no column "${name}"`);
  }
});

Deno.test("join: a column of the other side is compared as its type wants it", () => {
  const themes = select(Team).join("members").where("members.settings", "=", { sizes: [1] }).compile();
  assertEquals({ ...themes.parameters[0] as object }, { value: { sizes: [1] } });
});

Deno.test("join: names that SQL reserves, or that have several words, are no exception", () => {
  const { model } = declarativeBase();
  class Order extends model("order", { id: uuid().primaryKey(), bestOrderId: uuid().references("order.id") }) {
    declare user: Order | null;
    declare bestOrder: Order | null;
    static relations = {
      user: manyToOne(() => Order),
      bestOrder: manyToOne(() => Order),
    };
  }
  assertEquals(
    from(select(Order).join("user").join("bestOrder").where("bestOrder.bestOrderId", "=", "x").columns("id")),
    '"order" inner join "order" as "user" on "user"."id" = "order"."best_order_id" ' +
      'inner join "order" as "best_order" on "best_order"."id" = "order"."best_order_id" ' +
      'where "best_order"."best_order_id" = $1',
  );
});

Deno.test("join: a relation called like the model's own table is refused: SQL could not tell them apart", () => {
  const { model } = declarativeBase();
  class Person extends model("friends", { id: uuid().primaryKey(), friendId: uuid().references("friends.id") }) {
    declare friends: Related<Person>;
    static relations = { friends: oneToMany(() => Person) };
  }
  assertThrows(
    () => select(Person).join("friends"),
    InvalidModelError,
    `"friends" has the name of its table and cannot be joined: rename it`,
  );
});

Deno.test("every attribute is named in queries as it is in the table", () => {
  const { model } = declarativeBase();
  const names = ["id", "appSrc", "appURL2", "a1", "URL", "x2Y", "a_b", "_under", "HTTPPort", "größeÄ", "userID"];
  const columns = Object.fromEntries(names.map((name) => [name, text().primaryKey()]));
  class Odd extends model("odd", columns) {}
  const expected = Odd.table.columns.map(({ name }) => `"odd"."${name}"`);
  assertEquals(select(Odd).compile().sql, `select ${expected.join(", ")} from "odd"`);
  assertEquals(names.map(snakeCase).slice(1, 6), ["app_src", "app_url2", "a1", "url", "x2_y"]);
});

database.test("every form above is SQL that the server takes", async (url) => {
  await using engine = createEngine(url);
  await engine.begin(async (connection) => {
    await User.table.metadata.createAll(connection);
    const joined = select(User).join("toys").join("friend").where("name", "=", "x").where("toys.name", "in", []);
    for (
      const each of [
        joined.orderBy("toys.name").limit(1).offset(1),
        joined.withForUpdate({ noWait: true }).limit(1),
        select(Team).join("members").where(({ eb, ref }) => eb("members.name", "=", ref("teams.name"))),
        joined.where(({ eb, or }) => or([eb("name", "=", "x"), eb("toys.name", "=", "x")])).orderBy("createdAt"),
        joined.columns("name", "toys.name", "friend.name").orderBy("name"),
        joined.where("id", "in", (eb) => eb.selectFrom("users").select("id").where("name", "=", "x")),
        select(User).distinct().columns("name").where("teamId", "!=", null),
        select(User).where("settings", "=", { theme: "dark" }),
        select(Score).where("round", "in", [1, 2]),
      ]
    ) {
      assertEquals((await connection.execute<unknown>(each)).all(), []);
    }
  });
});

Deno.test("types: a wrong column or value does not compile", () => {
  const neverCalled = () => {
    // @ts-expect-error there is no such column
    select(Hero).where("color", "=", "brown");
    // @ts-expect-error a name is a text
    select(Hero).where("name", "=", 7);
    // @ts-expect-error a name is never null
    select(Hero).where("name", "=", null);
    // @ts-expect-error a method is not a column
    select(Hero).where("greeting", "=", "hello");
    // @ts-expect-error "in" takes a list
    select(Hero).where("name", "in", "sandy");
    // @ts-expect-error "=" takes one value
    select(Hero).where("name", "=", ["sandy"]);
    // @ts-expect-error "is" takes null or a boolean
    select(Hero).where("appSrc", "is", "notebook");
    // @ts-expect-error there is no such column
    select(Hero).orderBy("color");
    // @ts-expect-error toys were not joined
    select(User).orderBy("toys.name");
    // @ts-expect-error there is no such relation
    select(User).join("cars");
    // @ts-expect-error a relation is not a column
    select(Team).join("members").where("members.team", "=", null);
    // @ts-expect-error a relation is not a column
    select(Team).join("members").orderBy("members.toys");
    // @ts-expect-error a relation is not a column
    select(Team).join("members").columns("members.friend");
    // @ts-expect-error a user's id is a text: without a table it is not the team's number
    select(User).join("team").where("id", "=", 1);
    // @ts-expect-error a column of the other side is named with it
    select(User).join("notes").orderBy("line");
    select(User).join("team").where("team.id", "=", 1).where("users.id", "=", "id").where("id", "=", "id");
    // @ts-expect-error another table
    select(Hero).where("toys.name", "=", "car");
    select(Hero).where("heroes.name", "=", "sandy").where("appSrc", "in", ["a", null]);
  };
  assertEquals(typeof neverCalled, "function");
});

Deno.test("types: what execute, scalar and scalars give for objects, columns and queries of Kysely", () => {
  const neverCalled = async (session: Session, engine: Engine) => {
    const objects = await session.execute(select(Hero));
    const hero: Hero = objects.scalarOne();
    const found: Hero | null = await session.scalar(select(Hero).where("name", "=", "sandy"));
    const all: Hero[] = (await session.scalars(select(Hero).limit(1))).all();
    const joined: User | null = await session.scalar(select(User).join("toys").where("toys.name", "=", "car"));

    const rows: { name: string; appSrc: string | null }[] =
      (await session.execute(select(Hero).columns("name", "appSrc"))).all();
    const name: string | null = await session.scalar(select(Hero).columns("name"));
    const sources: (string | null)[] = (await session.scalars(select(Hero).columns("appSrc"))).all();
    // @ts-expect-error the row has no such column
    rows[0].id;
    // of several columns the first, as in SQLAlchemy
    const first: string | null = await session.scalar(select(Hero).columns("name", "appSrc"));
    const nullable: (string | null)[] = (await session.scalars(select(Hero).columns("appSrc", "name", "id"))).all();
    const ids: number[] = (await session.scalars(select(User).join("team").columns("team.id", "name"))).all();
    // @ts-expect-error the first column is a text
    const wrongFirst: Date | null = await session.scalar(select(Hero).columns("name", "createdAt"));
    const second: Date[] = (await session.execute(select(Hero).columns("name", "createdAt"))).scalars("createdAt")
      .all();
    for await (const name of session.streamScalars(select(Hero).columns("name", "id"))) name satisfies string;
    const pairs: { name: string; "team.captainId": string | null; "team.id": number }[] =
      (await session.execute(select(User).join("team").columns("name", "team.captainId", "team.id"))).all();
    const own: string | null = await session.scalar(select(User).join("team").columns("id"));

    // @ts-expect-error a name is a text
    const wrongName: number | null = await session.scalar(select(Hero).columns("name"));

    const db = engine.kysely<{ heroes: { id: string; name: string; age: number } }>();
    const people: { name: string; age: number }[] =
      (await session.execute(db.selectFrom("heroes").select(["name", "age"]))).all();
    const age: number | null = await session.scalar(db.selectFrom("heroes").select("age"));
    const ages: number[] = (await session.scalars(db.selectFrom("heroes").select("age"))).all();
    const inserted: { id: string } = (await session.execute(
      db.insertInto("heroes").values({ id: "1", name: "sandy", age: 1 }).returning("id"),
    )).one();
    // @ts-expect-error an age is a number
    const wrongAge: string | null = await session.scalar(db.selectFrom("heroes").select("age"));
    return [
      first,
      nullable,
      ids,
      wrongFirst,
      second,
      pairs,
      own,
      hero,
      found,
      all,
      joined,
      name,
      sources,
      wrongName,
      people,
      age,
      ages,
      inserted,
      wrongAge,
    ];
  };
  assertEquals(typeof neverCalled, "function");
});

Deno.test("types: a key is the value of the primary key, or an object of its columns", () => {
  const neverCalled = (session: Session) => {
    session.get(Hero, "id");
    session.get(Team, 1);
    session.getOne(Score, { game: "chess", round: 1 });
    // @ts-expect-error the key is a text
    session.get(Hero, 1);
    // @ts-expect-error the key is one value
    session.get(Hero, { id: "id" });
    // @ts-expect-error the key has two columns
    session.get(Score, "chess");
    // @ts-expect-error a round is a number
    session.get(Score, { game: "chess", round: "1" });
    // @ts-expect-error no key is null
    session.get(Hero, null);
  };
  assertEquals(typeof neverCalled, "function");
});
