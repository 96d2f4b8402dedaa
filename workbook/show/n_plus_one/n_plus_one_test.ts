/** The detector against real programs: ten with an N+1, ten without. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { sql } from "kysely";
import {
  createEngine,
  createSyncEngine,
  type Engine,
  EngineUrl,
  joinedload,
  select,
  selectinload,
  type SessionMaker,
  sessionmaker,
  syncSessionmaker,
} from "../../../lib/mod.ts";
import { metadata, Note, Team, Toy, User } from "../../../testing/playground.ts";
import { CallSite } from "../../../lib/base/call_site.ts";
import { testDatabase } from "../../../testing/test_database.ts";
import { lookupOf } from "./lookups.ts";
import { displaySymbol } from "../display.ts";
import { NPlusOne, nPlusOne, siteText, watchNPlusOne } from "./n_plus_one.ts";
import { emptyTables } from "../../../testing/empty_tables.ts";

const database = testDatabase(import.meta.url);
const models = [Team, User, Toy, Note];

interface Shop {
  users: { id: string; name: string; team_id: number | null };
  notes: { id: number; user_id: string; line: string };
}

interface Fixture {
  engine: Engine;
  getSession: SessionMaker;
  url: string;
}

type Program = (fixture: Fixture) => unknown;

const userIds = async (getSession: SessionMaker) => {
  await using session = getSession();
  return (await session.scalars(select(User).columns("id").orderBy("name"))).all();
};
const NOTES_OF = "SELECT id, line FROM notes WHERE user_id = $1";

/** Each with the function that asks and what to do instead. */
const PLANTED: Record<string, [program: Program, site: RegExp, cure: string]> = {
  "a loop of get()": [
    async function teamsOfUsers({ getSession }) {
      await using session = getSession();
      for (const user of await session.scalars(select(User))) await session.get(Team, user.teamId!);
    },
    /^teamsOfUsers \(n_plus_one_test\.ts:\d+:\d+\)/,
    'select(User).options(joinedload("team"))',
  ],
  "a loop of select() by foreign key": [
    async function notesOfUsers({ getSession }) {
      await using session = getSession();
      for (const user of (await session.scalars(select(User))).all()) {
        await session.scalars(select(Note).where("userId", "=", user.id).orderBy("id").limit(3));
      }
    },
    /^notesOfUsers/,
    'select(User).options(selectinload("notes"))',
  ],
  "through a helper": [
    async ({ getSession }) => {
      const friendOf = async (user: User) => await session.scalar(select(User).where("id", "=", user.friendId!));
      await using session = getSession();
      for (const user of (await session.scalars(select(User))).all()) await friendOf(user);
    },
    /^friendOf \(n_plus_one_test\.ts:\d+:\d+\), called by /,
    'select(User).options(joinedload("friend"))',
  ],
  "Promise.all on one connection": [
    async function allAtOnce({ engine, getSession }) {
      const ids = await userIds(getSession);
      await using connection = await engine.connect();
      await Promise.all(ids.map((id) => connection.execute(NOTES_OF, [id])));
    },
    /n_plus_one_test\.ts/,
    'select(User).options(selectinload("notes"))',
  ],
  "raw SQL with the values in its text": [
    async function rawSql({ engine }) {
      await engine.begin(async (connection) => {
        for (const [id] of (await connection.execute("SELECT id FROM users")).tuples()) {
          await connection.execute(`SELECT t.name FROM toys t JOIN user_toy ut ON ut.toy_id = t.id
            WHERE ut.user_id = '${id}'`);
        }
      });
    },
    /n_plus_one_test\.ts/,
    'select(User).options(selectinload("toys"))',
  ],
  "Kysely, each query for itself": [
    async function withKysely({ engine }) {
      const db = engine.kysely<Shop>();
      for (const { id } of await db.selectFrom("users").select("id").execute()) {
        await db.selectFrom("notes").selectAll().where("user_id", "=", id).execute();
      }
    },
    /^withKysely/,
    'select(User).options(selectinload("notes"))',
  ],
  "SyncSession": [
    function blocking({ url }) {
      using engine = createSyncEngine(EngineUrl.parse(url).withDriver("libpq"));
      let found: NPlusOne | undefined;
      const stop = watchNPlusOne(engine, (each) => found = each, { models });
      {
        using session = syncSessionmaker(engine)();
        for (const { teamId } of session.scalars(select(User))) session.get(Team, teamId!);
      }
      stop();
      return found;
    },
    /^blocking/,
    'select(User).options(joinedload("team"))',
  ],
  "nested: the inner of two loops": [
    async function nested({ getSession }) {
      await using session = getSession();
      const users = (await session.scalars(select(User).options(selectinload("toys")))).all();
      for (const { toys } of users) {
        for (const toy of toys) await session.scalars(select(User).join("toys").where("toys.id", "=", toy.id));
      }
    },
    /^nested/,
    'select(Toy).options(selectinload("users"))',
  ],
  "many-to-one, without models and with several owners of a row": [
    async function teamNames({ engine }) {
      await engine.begin(async (connection) => {
        const users = (await connection.execute("SELECT team_id FROM users")).scalars().all();
        for (const id of users) await connection.execute("SELECT name FROM teams WHERE id = $1", [id]);
      });
    },
    /n_plus_one_test\.ts/,
    'select(User).options(joinedload("team"))',
  ],
  "many-to-many, in a transaction of Kysely": [
    async function toysOfUsers({ engine, getSession }) {
      const ids = await userIds(getSession);
      await engine.kysely<Shop>().transaction().execute(async (trx) => {
        for (const id of ids) {
          await sql`SELECT toys.* FROM user_toy, toys WHERE toys.id = user_toy.toy_id AND user_toy.user_id = ${id}`
            .execute(trx);
        }
      });
    },
    /n_plus_one_test\.ts/,
    'select(User).options(selectinload("toys"))',
  ],
};

const CLEAN: Record<string, Program> = {
  "selectinload, nested": async ({ getSession }) => {
    await using session = getSession();
    await session.scalars(select(User).options(selectinload("toys", selectinload("users")), selectinload("team")));
  },
  "joinedload": async ({ getSession }) => {
    await using session = getSession();
    (await session.scalars(select(User).options(joinedload("toys"), joinedload("team")))).unique().all();
  },
  "get() of objects that the session knows": async ({ getSession }) => {
    await using session = getSession();
    await session.scalars(select(Team));
    for (const user of await session.scalars(select(User))) await session.get(Team, user.teamId!);
  },
  "a batch insert in chunks, and the rows read back in chunks": async ({ engine, getSession }) => {
    const ids = await userIds(getSession);
    await engine.begin(async (connection) => {
      for (let chunk = 0; chunk < 5; chunk++) {
        const own = ids.slice(chunk * 2, chunk * 2 + 2);
        await connection.execute("INSERT INTO notes (user_id, line) SELECT unnest($1::uuid[]), $2", [own, `${chunk}`]);
        await connection.execute("SELECT * FROM notes WHERE user_id = ANY($1)", [own]);
        await connection.execute("SELECT * FROM users WHERE id IN ($1, $2)", own);
      }
    });
  },
  "pages by key": async ({ getSession }) => {
    await using session = getSession();
    for (let last = "", more = true; more;) {
      const page = (await session.scalars(select(User).where("name", ">", last).orderBy("name").limit(2))).all();
      more = page.length > 0;
      last = page.at(-1)?.name ?? last;
    }
  },
  "pages by a key of two columns, written out, and by an offset": async ({ engine }) => {
    await using connection = await engine.connect();
    for (let [name, id] = ["", crypto.randomUUID() as string];;) {
      const parameters = [name, id];
      const all = await connection.execute(
        `SELECT name, id FROM users WHERE (name > $1 OR (name = $1 AND id > $2)) ORDER BY name, id LIMIT 3`,
        parameters,
      );
      await connection.execute("SELECT name FROM users WHERE (name, id) > ($1, $2) ORDER BY name, id", parameters);
      await connection.execute("SELECT name FROM users ORDER BY name LIMIT 3 OFFSET $1", [name.length]);
      if (all.rowCount === 0) break;
      [name, id] = all.tuples().all().at(-1) as [string, string];
    }
  },
  "a transaction that is tried again": async ({ getSession }) => {
    const [id] = await userIds(getSession);
    for (let attempt = 1; attempt <= 5; attempt++) {
      await getSession.begin(async (session) => {
        await session.get(User, id);
        if (attempt < 5) throw new Error("again");
      }).catch(() => {});
    }
  },
  "a row looked at until it changes": async ({ engine, getSession }) => {
    const [id] = await userIds(getSession);
    await using connection = await engine.connect();
    for (let time = 0; time < 5; time++) await connection.execute("SELECT version FROM users WHERE id = $1", [id]);
  },
  "one helper, called from different places": async ({ getSession }) => {
    const [sender, receiver, witness] = await userIds(getSession);
    await using session = getSession();
    const find = (id: string) => session.get(User, id);
    await find(sender);
    await find(receiver);
    await find(witness);
  },
  "requests, each with a session of its own": async ({ getSession }) => {
    const ids = await userIds(getSession);
    const answer = async (id: string) => {
      await using session = getSession();
      return await session.get(User, id);
    };
    await Promise.all(ids.map(answer));
    for (const id of ids) await answer(id);
  },
};

Deno.test("equal statements differ in their values only, whether these are parameters or stand in the text", () => {
  const one = lookupOf("SELECT * FROM toys WHERE user_id = $1 -- a note", ["a"])!;
  assertEquals([one.table, one.column, one.key], ["toys", "user_id", "a"]);
  const literal = lookupOf("SELECT *\n  FROM toys WHERE user_id = 'it''s'", [])!;
  assertEquals([literal.shape, literal.key], [one.shape, "it''s"]);
  const tables = (sql: string) => lookupOf(sql, [])?.tables;
  assertEquals(tables('SELECT 1 FROM "shop"."toys" AS "t", user_toy u JOIN users ON true'), [
    "toys",
    "user_toy",
    "users",
  ]);
  assertEquals(tables("SELECT * FROM (SELECT id FROM teams) AS t"), ["teams"]);
});

Deno.test("what writes, and what reads no table, is no lookup", () => {
  for (
    const text of [
      "BEGIN",
      "INSERT INTO toys SELECT * FROM users",
      "UPDATE toys SET name = $1",
      "WITH gone AS (DELETE FROM toys RETURNING *) SELECT * FROM gone",
      "SELECT nextval($1)",
    ]
  ) assertEquals(lookupOf(text, ["x"]), undefined, text);
});

Deno.test("values that say where to go on, and batches, choose no rows one by one", () => {
  const key = (condition: string, ...parameters: unknown[]) =>
    lookupOf(`SELECT * FROM toys WHERE ${condition}`, parameters)?.key;
  assertEquals(key("id = $1", 7), "7");
  assertEquals(key("id IN ($1)", 7), "7");
  assertEquals(key("id = ANY($1::int[])", [7]), "7");
  assertEquals(key("lower(name) = lower($1)", "car"), "car");
  assertEquals(key("$1 = id", 7), "7");
  assertEquals(key("id <> $1", 7), "7");
  assertEquals(key("shop = $1 AND id > $2 LIMIT $3", 1, 7, 10), "1");
  for (
    const [condition, ...parameters] of [
      ["id > $1 ORDER BY id LIMIT 10", 7],
      ["id >= 7"],
      ["$1 < id", 7],
      ["(name, id) > ($1, $2)", "car", 7],
      ["(name > $1 OR name = $1 AND id > $2)", "car", 7],
      ["name BETWEEN $1 AND $2", "a", "b"],
      ["true LIMIT 10 OFFSET $1", 20],
      ["id = ANY($1)", [7, 8]],
      ["id = ANY('{7,8}')"],
      ["id IN ($1, $2)", 7, 8],
      ["id IN (7, 8)"],
    ] as [string, ...unknown[]][]
  ) assertEquals(key(condition, ...parameters), "", condition);
});

Deno.test("a call site names the function, its line and its caller; in a notebook the functions", () => {
  const site = (...frames: string[]) => siteText(new CallSite(["Error", ...frames].join("\n    at ")));
  assertEquals(
    site("toysOf (file:///shop/app.ts:3:5)", "file:///shop/app.ts:9:1"),
    "toysOf (app.ts:3:5), called by app.ts:9:1",
  );
  assertEquals(
    site("toysOf (<anonymous>:7:18)", "<anonymous>:18:13", "async all (<anonymous>:12:3)"),
    "toysOf, called by all",
  );
  assertEquals(site("toysOf (<anonymous>:7:18)", "Array.map (<anonymous>)"), "toysOf");
  assertEquals([site("<anonymous>:7:18"), site()], ["a cell", "unknown"]);
});

Deno.test("what was found shows itself as a sentence and a table", () => {
  const sql = `select "toys"."id", "toys"."name", "toys"."created_at" from "toys" where "toys"."user_id" = $1`;
  const repetition = { sql, count: 7, units: 1, site: "toysOf (shop.ts:3:5)", cure: 'selectinload("toys")' };
  const found = new NPlusOne([repetition, { ...repetition, units: 2 }], 15);
  assertEquals(
    found.table.text.split("\n").map((line) => line.split(/  +/)),
    [
      ["times", "call site", "statement", "suggested fix"],
      [20, 20, 48, 20].map((width) => "-".repeat(width)),
      ["7", "toysOf (shop.ts:3:5)", 'SELECT … FROM "toys" where "toys"."user_id" = $1', 'selectinload("toys")'],
      [
        "7 in 2 units of work",
        "toysOf (shop.ts:3:5)",
        'SELECT … FROM "toys" where "toys"."user_id" = $1',
        'selectinload("toys")',
      ],
    ],
  );
  assertMatch(Deno.inspect(found), /^2 N\+1: 15 SELECTs analysed\.\ntimes/);
  assertEquals(new NPlusOne([], 1)[displaySymbol]()["text/markdown"], "No N+1: 1 SELECT analysed.");
});

for (const driver of ["pg", "postgres"]) {
  const test = (name: string, run: (fixture: Fixture) => Promise<void>) =>
    database.test(`${driver}: ${name}`, async (url) => {
      await using engine = createEngine(EngineUrl.parse(url).withDriver(driver as "pg"));
      await engine.begin((connection) => emptyTables(connection, metadata));
      const getSession = sessionmaker(engine);
      await getSession.begin((session) => {
        const toys = ["car", "ball", "kite", "boat"].map((name) => new Toy({ name }));
        const teams = ["squirrels", "stars", "snails", "crabs"].map((name) => new Team({ name }));
        const users = Array.from({ length: 10 }, (_, number) =>
          User.create({
            name: `user ${number}`,
            team: teams[number % 4],
            toys: toys.slice(number % 4),
            notes: [new Note({ line: "hi" } as never)],
          }));
        users.forEach((user, number) => user.friend = users[(number + 3) % 10]);
        session.addAll(users);
      });
      await run({ engine, getSession, url });
      assertEquals(engine.poolStatus.held, 0);
    });

  test("without models the cure names the table; the same in several units of work is told once", async (t) => {
    const again = async () => {
      await using session = t.getSession();
      for (const user of (await session.scalars(select(User))).all()) {
        await session.scalars(select(Note).where("userId", "=", user.id));
      }
    };
    assertEquals(t.engine.events.wants("send"), false);
    const found = await nPlusOne(t.engine, async () => {
      for (let time = 0; time < 3; time++) await again();
    });
    assertEquals(found.repetitions.map(({ count, units, cure }) => [count, units, cure]), [
      [30, 3, "selectinload() of the relation to notes in the query before, or one query WHERE user_id = ANY(…)"],
    ]);
    await assertRejects(() => nPlusOne(t.engine, () => Promise.reject(new RangeError("mine"))), RangeError, "mine");
    assertEquals((await nPlusOne(t.engine, again, { least: 11 })).repetitions, []);
    assertEquals(t.engine.events.wants("send"), false); // no stack is taken when nobody looks
  });

  test("watchNPlusOne tells of a unit of work when it ends", async ({ engine, getSession }) => {
    const told: NPlusOne[] = [];
    const stop = watchNPlusOne(engine, (found) => told.push(found), { models });
    const teams = async () => {
      await using session = getSession();
      for (const { teamId } of (await session.scalars(select(User))).all()) await session.get(Team, teamId!);
      assertEquals(told, []);
    };
    await teams();
    assertEquals([told.length, told[0].statements, told[0].repetitions[0].count], [1, 5, 4]);
    const db = engine.kysely<Shop>();
    for (const id of [1, 2, 3, 4]) await db.selectFrom("notes").selectAll().where("id", "=", id).execute();
    assertEquals(told.length, 1); // each of them may be a request of its own
    stop();
    told.length = 0;
    await teams();
    assertEquals(told, []);
  });

  test("a tree, walked by a function that calls itself", async ({ engine, getSession }) => {
    const ids = await userIds(getSession);
    const found = await nPlusOne(engine, async () => {
      await using session = getSession();
      async function walk(id: string, depth: number): Promise<void> {
        const user = await session.scalar(select(User).where("id", "=", id));
        if (depth < 4) await walk(user!.friendId!, depth + 1);
      }
      await walk(ids[0], 0);
    }, { models });
    assertEquals(found.repetitions.map(({ count, site }) => [count, site.slice(0, 4)]), [[4, "walk"]]);
  });

  for (const [name, [program, site, cure]] of Object.entries(PLANTED)) {
    test(`N+1 found: ${name}`, async (fixture) => {
      let own: unknown;
      const found = await nPlusOne(fixture.engine, async () => own = await program(fixture), { models });
      const { repetitions: [only, ...others] } = (own as NPlusOne) ?? found;
      assertEquals(others, []);
      assertMatch(only.site, site);
      assertEquals(only.cure, cure);
      assert(only.count >= 4 && only.units === 1);
    });
  }

  for (const [name, program] of Object.entries(CLEAN)) {
    test(`no N+1: ${name}`, async (fixture) => {
      const found = await nPlusOne(fixture.engine, () => program(fixture), { models });
      assert(found.statements > 0, "the program sent no SELECT");
      assertEquals(found.repetitions, []);
      assertMatch(found.text, /^No N\+1: \d+ SELECTs? analysed\.$/);
    });
  }
}
