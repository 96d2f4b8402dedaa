import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  array,
  createEngine,
  createSyncEngine,
  declarativeBase,
  EngineUrl,
  enumeration,
  integer,
  InvalidModelError,
  InvalidStatementError,
  joinedload,
  manyToOne,
  NotLoadedError,
  oneToMany,
  type Related,
  select,
  selectinload,
  sessionmaker,
  syncSessionmaker,
  text,
  UniqueRequiredError,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { type Fixture, sessionTest } from "../../testing/fixture.ts";
import { metadata, Note, Team, Toy, User } from "../../testing/playground.ts";
import { emptyTables } from "../../testing/empty_tables.ts";

const database = testDatabase(import.meta.url);

const columns = (table: string, names: string) => names.split(" ").map((name) => `${table}.${name}`).join(", ");
const USER = "id name team_id friend_id settings version created_at updated_on";
const USERS = columns('"users"', USER).replaceAll(/\.(\w+)/g, '."$1"');
const teams = (as: string) => columns(as, "id name captain_id created_at updated_on");
const toys = (as: string) => columns(as, "id name created_at updated_on");
const joinToys = (owner: string, number = 1) =>
  `left outer join (user_toy as user_toy_${number} join toys as toys_${number} on toys_${number}.id = ` +
  `user_toy_${number}.toy_id) on user_toy_${number}.user_id = ${owner}.id`;

const sqlOf = (statement: { compile(): { sql: string } }) => statement.compile().sql;

Deno.test("joinedload, to one: a LEFT OUTER JOIN on a table with another name; the query stays as it is", () => {
  const statement = select(User).where("name", "=", "sandy").orderBy("name").limit(3).options(joinedload("team"));
  assertEquals(
    sqlOf(statement),
    `select ${USERS}, ${teams("teams_1")} from "users" left outer join teams as teams_1 on teams_1.id = ` +
      `users.team_id where "users"."name" = $1 order by "users"."name" asc limit $2`,
  );
  assertEquals(statement.compile().parameters, ["sandy", 3]);
});

Deno.test("joinedload, to many: rows are sorted as the query says, then by the keys of owners and objects", () => {
  assertEquals(
    sqlOf(select(User).options(joinedload("toys"))),
    `select ${USERS}, ${toys("toys_1")} from "users" ${joinToys("users")} order by users.id, toys_1.id`,
  );
  assertEquals(
    sqlOf(select(User).orderBy("name", "desc").options(joinedload("notes"))),
    `select ${USERS}, ${columns("notes_1", "id user_id line created_at updated_on")} from "users" ` +
      `left outer join notes as notes_1 on notes_1.user_id = users.id ` +
      `order by "users"."name" desc, users.id, notes_1.id`,
  );
});

Deno.test("joinedload, to many: a key by which the query sorts is not said twice", () => {
  const statement = select(User).orderBy("id", "desc").options(joinedload("toys"));
  assert(sqlOf(statement).endsWith(`order by "users"."id" desc, toys_1.id`));
  assert(sqlOf(statement.limit(1)).endsWith(`order by "users"."id" desc, toys_1.id`));
});

Deno.test("joinedload, to many, of a part of the rows: the query becomes a subquery, with its limit, order and lock", () => {
  assertEquals(
    sqlOf(select(User).orderBy("name").limit(2).offset(1).withForUpdate().options(joinedload("toys"))),
    `select ${USERS}, ${toys("toys_1")} from (select ${USERS} from "users" order by "users"."name" asc ` +
      `limit $1 offset $2 for update of "users") as "users" ${joinToys("users")} ` +
      `order by "users"."name" asc, users.id, toys_1.id`,
  );
  assertEquals(
    sqlOf(select(User).distinct().options(joinedload("toys"))),
    `select ${USERS}, ${toys("toys_1")} from (select distinct ${USERS} from "users") as "users" ` +
      `${joinToys("users")} order by users.id, toys_1.id`,
  );
});

Deno.test("joinedload beside join(): the condition chooses owners, not what is in their collections", () => {
  const join = `inner join "user_toy" as "toys_link" on "toys_link"."user_id" = "users"."id" ` +
    `inner join "toys" as "toys" on "toys"."id" = "toys_link"."toy_id" where "toys"."name" = $1`;
  const statement = select(User).join("toys").where("toys.name", "=", "car").orderBy("toys.name").orderBy("name")
    .options(joinedload("toys"));
  assertEquals(
    sqlOf(statement),
    `select ${USERS}, ${toys("toys_1")} from "users" ${join.replace(" where", ` ${joinToys("users")} where`)} ` +
      `order by "toys"."name" asc, "users"."name" asc, users.id, toys_1.id`,
  );
  assertEquals(
    sqlOf(statement.limit(1)),
    `select ${USERS}, ${toys("toys_1")} from (select ${USERS}, "toys"."name" as "order_1" from "users" ${join} ` +
      `order by "toys"."name" asc, "users"."name" asc limit $2) as "users" ${joinToys("users")} ` +
      `order by "users"."order_1" asc, "users"."name" asc, users.id, toys_1.id`,
  );
});

Deno.test("joinedload, nested: every table has a name of its own, also where it is the same table", () => {
  const nested = joinedload("friend", joinedload("friend", joinedload("toys", joinedload("users"))));
  assertEquals(
    sqlOf(select(User).options(nested)),
    `select ${USERS}, ${columns("users_1", USER)}, ${columns("users_2", USER)}, ${toys("toys_1")}, ` +
      `${columns("users_3", USER)} from "users" ` +
      "left outer join users as users_1 on users_1.id = users.friend_id " +
      "left outer join users as users_2 on users_2.id = users_1.friend_id " +
      `${joinToys("users_2")} ` +
      "left outer join (user_toy as user_toy_2 join users as users_3 on users_3.id = user_toy_2.user_id) " +
      "on user_toy_2.toy_id = toys_1.id order by users.id, toys_1.id, users_3.id",
  );
});

Deno.test("joinedload: a long name keeps its number", () => {
  const name = "n".repeat(63);
  class Node extends declarativeBase().model(name, {
    id: integer().primaryKey(),
    upId: integer().nullable().references(`${name}.id`),
  }) {
    declare up: Node | null;
    static relations = { up: manyToOne(() => Node) };
  }
  const sql = sqlOf(select(Node).options(joinedload("up", joinedload("up"))));
  const as = (number: number) => `${"n".repeat(61)}_${number}`;
  assert(sql.endsWith(`left outer join ${name} as ${as(2)} on ${as(2)}.id = ${as(1)}.up_id`));
});

Deno.test("joinedload: no such relation, and a statement that was written elsewhere", () => {
  const wrong = select(User).options(joinedload("cars") as never);
  assertThrows(() => wrong.compile(), InvalidModelError, 'no relation "cars"; there are: team, friend, toys, notes');
  const written = select(User).fromStatement("SELECT * FROM users");
  assertThrows(() => written.options(joinedload("team")), InvalidStatementError, "use selectinload()");
  const before = select(User).options(joinedload("team"));
  assertThrows(() => before.fromStatement("SELECT * FROM users"), InvalidStatementError, "joinedload() cannot add");
});

Deno.test("types: names of relations that do not exist do not compile, nested ones too", () => {
  const neverCalled = () => {
    select(User).options(joinedload("toys", selectinload("users", joinedload("team"))), selectinload("team"));
    select(User).options(joinedload("team", joinedload("captain"), selectinload("members")));
    // @ts-expect-error there is no such relation
    select(User).options(joinedload("cars"));
    // @ts-expect-error a column is no relation
    select(User).options(joinedload("name"));
    // @ts-expect-error a toy has no team
    select(User).options(joinedload("toys", joinedload("team")));
    // @ts-expect-error a team has no toys
    select(User).options(selectinload("team", joinedload("captain"), selectinload("toys")));
    // @ts-expect-error a note has no relations
    select(User).fromStatement("").options(selectinload("notes", selectinload("users")));
  };
  assertEquals(typeof neverCalled, "function");
});

for (const driver of ["pg", "postgres"]) {
  const test = sessionTest(database, driver, metadata, (sql) => /^(BEGIN|COMMIT|ROLLBACK)/.test(sql) ? undefined : sql);

  test("joinedload: one SELECT; an empty collection is loaded and empty; a relation to one is null", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const statement = select(User).orderBy("name").options(joinedload("team"), joinedload("toys"));
    const users = (await session.scalars(statement)).unique().all();
    assertEquals(t.sent, [sqlOf(statement)]);
    assertEquals(users.map(({ name, team, toys }) => [name, team?.name ?? null, toys.size]), [
      ["gary", null, 0],
      ["patrick", "stars", 1],
      ["sandy", "squirrels", 3],
    ]);
    const keys = [...users[2].toys].map(({ id }) => id);
    assertEquals(keys, keys.toSorted());
    assertThrows(() => users[0].notes.size, NotLoadedError);
    assertEquals(session.dirty.size, 0);
  });

  test("joinedload: collections side by side: each object once in each", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const statement = select(User).orderBy("name").options(joinedload("toys"), joinedload("notes"));
    const result = await session.scalars(statement);
    const users = result.unique().all();
    assertEquals(users.map(({ toys, notes }) => [toys.size, notes.size]), [[0, 0], [1, 0], [3, 2]]);
    assertEquals((await session.execute(statement)).rowCount, 1 + 1 + 3 * 2);
  });

  test("joinedload: a limit counts owners, not rows, and their collections are whole", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const page = select(User).orderBy("name", "desc").limit(2).options(joinedload("toys"));
    const users = (await session.scalars(page)).unique().all();
    assertEquals(users.map(({ name, toys }) => [name, toys.size]), [["sandy", 3], ["patrick", 1]]);
    const byToy = select(User).join("toys").orderBy("toys.name").limit(1).options(joinedload("toys"));
    const [first] = (await session.scalars(byToy)).unique();
    assertEquals([first.name, [...first.toys].map(({ name }) => name).sort()], ["sandy", ["ball", "car", "kite"]]);
  });

  test("a joined collection asks for unique(); first() and scalar() need no more than the first row", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const statement = select(User).orderBy("name", "desc").options(joinedload("toys"));
    const result = await session.execute(statement);
    const scalars = await session.scalars(statement);
    const readings: (() => unknown)[] = [
      () => result.all(),
      () => [...result],
      () => result.one(),
      () => result.oneOrNone(),
      () => result.tuples().all(),
      () => result.scalarOne(),
      () => result.scalarOneOrNone(),
      () => result.scalars().all(),
      () => scalars.all(),
      () => [...scalars],
      () => scalars.one(),
      () => scalars.oneOrNone(),
    ];
    for (const reading of readings) assertThrows(reading, UniqueRequiredError, "Call unique() before reading it");
    const none = await session.scalars(statement.where("name", "=", "nobody"));
    assertThrows(() => none.all(), UniqueRequiredError); // found where the table is still empty, too
    assertEquals(none.unique().all(), []);

    const [sandy] = scalars.unique();
    assertEquals([sandy.name, sandy.toys.size], ["sandy", 3]);
    assertEquals(result.unique().all().map((row) => row.User.name), ["sandy", "patrick", "gary"]);
    assertEquals(result.scalars().unique().all().length, 3);
    assertStrictEquals(scalars.first(), sandy);
    assertStrictEquals(result.first()?.User, sandy);
    assertStrictEquals(result.scalar(), sandy);
    assertStrictEquals(await session.scalar(statement), sandy);
    const one = await session.execute(statement.where("name", "=", "sandy"));
    assertStrictEquals(one.unique().scalarOne(), sandy);
  });

  test("relations to one need no unique(); nor does a collection joined to what selectinload brings", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const joined = select(User).orderBy("name").options(joinedload("team", joinedload("captain")));
    const users = (await session.scalars(joined)).all();
    assertEquals(users.map(({ team }) => team?.captain?.name), [undefined, undefined, "sandy"]);
    const members = joinedload("team", joinedload("members"));
    await assertRejects(async () => (await session.scalars(select(User).options(members))).all(), UniqueRequiredError);
    t.sent.length = 0;
    const nested = select(User).orderBy("name").options(selectinload("team", joinedload("members")));
    const teams = (await session.scalars(nested)).all().map(({ team }) => team?.members.size);
    assertEquals([teams, t.sent.length], [[undefined, 1, 1], 2]);
  });

  test("joinedload and selectinload in each other", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const inside = select(User).orderBy("name").options(joinedload("toys", selectinload("users")));
    const sandy = (await session.scalars(inside)).unique().all()[2];
    assertEquals([...sandy.toys].map(({ users }) => users.size).sort(), [1, 1, 2]);
    assertEquals(t.sent.length, 2);

    await using other = t.getSession();
    t.sent.length = 0;
    const outside = select(User).orderBy("name").options(selectinload("toys", joinedload("users", joinedload("team"))));
    const again = (await other.scalars(outside)).all()[2];
    const [toy] = [...again.toys].filter(({ users }) => users.size === 2);
    assertEquals([...toy.users].map(({ team }) => team?.name).sort(), ["squirrels", "stars"]);
    assertEquals(t.sent.map((sql) => sql.replace(/^.* FROM /, "")).slice(1), [
      "toys JOIN user_toy ON user_toy.toy_id = toys.id " +
      "left outer join (user_toy as user_toy_1 join users as users_1 on users_1.id = user_toy_1.user_id) " +
      "on user_toy_1.toy_id = toys.id left outer join teams as teams_1 on teams_1.id = users_1.team_id " +
      "WHERE user_toy.user_id = ANY($1::uuid[]) ORDER BY toys.id, users_1.id",
    ]);
  });

  test("a relation to one of a known object: what is joined to it is loaded all the same", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const known = (await session.scalars(select(Team).where("name", "=", "squirrels"))).one();
    assertThrows(() => known.captain, NotLoadedError);
    await session.scalars(select(User).options(selectinload("team", joinedload("captain"))));
    assertEquals(known.captain?.name, "sandy");
  });

  test("self-references: friends of friends, also in a circle", async (t) => {
    await addUsers(t);
    await t.getSession.begin(async (session) => {
      const [gary, patrick, sandy] = (await session.scalars(select(User).orderBy("name"))).all();
      [gary.friend, patrick.friend, sandy.friend] = [sandy, sandy, patrick];
    });
    await using session = t.getSession();
    t.sent.length = 0;
    const friends = joinedload("friend", joinedload("friend", joinedload("toys")));
    const users = (await session.scalars(select(User).orderBy("name").options(friends))).unique().all();
    assertEquals(users.map((user) => [user.friend!.name, user.friend!.friend!.name, user.friend!.friend!.toys.size]), [
      ["sandy", "patrick", 1],
      ["sandy", "patrick", 1],
      ["patrick", "sandy", 3],
    ]);
    assertStrictEquals(users[2].friend!.friend, users[2]);
    assertEquals(t.sent.length, 1);
  });

  test("objects that the session knows stay as they are, changes that wait too; expired ones are read anew", async (t) => {
    await addUsers(t);
    await using session = sessionmaker(t.engine, { autoflush: false })();
    const byName = select(User).orderBy("name");
    const [gary, patrick, sandy] = (await session.scalars(byName)).all();
    const stars = (await session.scalars(select(Team).where("name", "=", "stars"))).one();
    stars.name = "changed";
    sandy.team = stars;
    gary.name = "lost";
    session.expire(gary);
    const kite = new Toy({ name: "second kite" });
    sandy.toys.add(kite);
    const users = (await session.scalars(byName.options(joinedload("team"), joinedload("toys")))).unique().all();
    assertStrictEquals(users[1], patrick);
    assertStrictEquals(patrick.team, stars);
    assertEquals([sandy.team.name, gary.name], ["changed", "gary"]);
    assertEquals([sandy.toys.size, sandy.toys.has(kite), sandy.toys.changes.size], [4, true, 1]);
    await session.commit();
    assertEquals(
      await t.rows("SELECT count(*)::int FROM users u JOIN teams t ON t.id = u.team_id AND t.name = 'changed'"),
      [
        [2],
      ],
    );
  });

  test("withForUpdate locks the rows of the model, not those that are joined", async (t) => {
    await addUsers(t);
    for (const limit of [10, undefined]) {
      await using session = t.getSession();
      await using other = t.getSession();
      const all = select(User).withForUpdate().options(joinedload("toys"), joinedload("team"));
      await session.scalars(limit ? all.limit(limit) : all);
      const free = async (model: typeof User | typeof Toy | typeof Team) =>
        (await other.scalars(select(model).withForUpdate({ skipLocked: true }))).all().length;
      assertEquals([await free(User), await free(Toy), await free(Team)], [0, 3, 2]);
    }
  });

  test("get() asks and answers as ever", async (t) => {
    await addUsers(t);
    await using session = t.getSession();
    const [sandy] = (await session.scalars(select(User).where("name", "=", "sandy").options(joinedload("toys"))))
      .unique();
    t.sent.length = 0;
    assertStrictEquals(await session.get(User, sandy.id), sandy);
    const [toy] = sandy.toys;
    assertStrictEquals(await session.get(Toy, toy.id), toy);
    assertEquals(t.sent, []);
  });
}

const shop = declarativeBase();
class Order extends shop.model("orders", { id: integer().primaryKey(), name: text() }) {
  declare lines: Related<Line>;
  static relations = { lines: oneToMany(() => Line) };
}
class Line extends shop.model("lines", {
  orderId: integer().primaryKey().references(() => Order),
  position: integer().primaryKey(),
  marks: array(enumeration("mark", ["late", "gift"])),
}) {
  declare order: Order;
  declare parts: Related<Part>;
  static relations = { order: manyToOne(() => Order) };
}
/** Its name is one that a join would take. */
class Part extends shop.model("orders_1", { id: integer().primaryKey(), orderId: integer().references(() => Order) }) {
  declare order: Order;
  static relations = { order: manyToOne(() => Order) };
}

for (const driver of ["pg", "postgres"]) {
  const test = sessionTest(database, driver, shop.metadata, (sql) => sql);

  test("joinedload: keys of two columns, lists of an enum, a table called as a join would be", async (t) => {
    await t.getSession.begin((session) => {
      session.addAll([new Order({ id: 1, name: "toys" }), new Order({ id: 2, name: "none" })]);
      session.addAll([2, 1].map((position) => new Line({ orderId: 1, position, marks: ["gift"] })));
      session.add(new Part({ id: 7, orderId: 2 }));
    });
    await using session = t.getSession();
    const statement = select(Order).orderBy("id").limit(5).options(joinedload("lines", joinedload("order")));
    const orders = (await session.scalars(statement)).unique().all();
    assertEquals(orders.map(({ lines }) => [...lines].map(({ position, marks }) => [position, marks])), [
      [[1, ["gift"]], [2, ["gift"]]],
      [],
    ]);
    assert([...orders[0].lines].every(({ order }) => order === orders[0]));
    const part = (await session.scalars(select(Part).options(joinedload("order")))).one();
    assertStrictEquals(part.order, orders[1]);
    assert(
      t.sent.at(-1)!.endsWith('from "orders_1" left outer join orders as orders_2 on orders_2.id = orders_1.order_id'),
    );
  });
}

database.test("joinedload without promises: the statements and answers of a Session", async (url) => {
  await using engine = createEngine(url);
  await engine.begin((connection) => emptyTables(connection, metadata));
  const getSession = sessionmaker(engine);
  await addUsers({ getSession, sent: [] });
  using syncEngine = createSyncEngine(EngineUrl.parse(url).withDriver("libpq"));
  const sent: [string[], string[]] = [[], []];
  engine.events.on("query", ({ sql }) => sent[0].push(sql));
  syncEngine.events.on("query", ({ sql }) => sent[1].push(sql));
  const statement = select(User).orderBy("name").limit(3).options(
    joinedload("toys", selectinload("users")),
    selectinload("team", joinedload("captain")),
  );
  const told = (users: User[]) =>
    users.map(({ name, team, toys }) => [name, team?.captain?.name, [...toys].map(({ users }) => users.size).sort()]);
  {
    await using session = getSession();
    using blocking = syncSessionmaker(syncEngine)();
    const result = blocking.scalars(statement);
    assertThrows(() => result.all(), UniqueRequiredError);
    assertEquals(told(result.unique().all()), told((await session.scalars(statement)).unique().all()));
    assertEquals(told(result.unique().all()).at(-1), ["sandy", "sandy", [1, 1, 2]]);
    assertEquals(blocking.scalar(statement)?.name, "gary");
    assertThrows(() => blocking.execute(statement).one(), UniqueRequiredError);
  }
  assertEquals(sent[0].length, 5); // BEGIN, three SELECTs, ROLLBACK
  assertEquals(sent[1].slice(0, 4), sent[0].slice(0, 4));
});

/** Sandy, captain of the squirrels, with three toys and two notes; patrick of the stars with one of them; gary. */
async function addUsers({ getSession, sent }: Pick<Fixture, "getSession" | "sent">): Promise<void> {
  await getSession.begin((session) => {
    const toys = ["car", "ball", "kite"].map((name) => new Toy({ name }));
    const notes = ["a", "b"].map((line) => new Note({ line } as never));
    const squirrels = new Team({ name: "squirrels" });
    const sandy = User.create({ name: "sandy", team: squirrels, toys, notes });
    squirrels.captain = sandy;
    session.add(User.create({ name: "patrick", team: new Team({ name: "stars" }), toys: [toys[0]] }));
    session.addAll([sandy, new User({ name: "gary" })]);
  });
  sent.length = 0;
}
