/** A changed key reaches the objects that refer to it, where the server passes it on: ON UPDATE CASCADE and SET NULL. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  declarativeBase,
  identity,
  integer,
  manyToOne,
  oneToMany,
  type Related,
  select,
  selectinload,
  text,
} from "../mod.ts";
import { EVERY_SESSION, firstWord, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

class Team extends model("teams", { code: text().primaryKey(), city: text().nullable().unique() }) {
  static readonly relations = { players: oneToMany(() => Player, { foreignKey: "teamCode" }) };
  declare players: Related<InstanceType<typeof Player>>;
}
class Player extends model("players", {
  id: identity().primaryKey(),
  name: text(),
  teamCode: text().nullable().references("teams.code", { onUpdate: "cascade" }),
  city: text().nullable().references("teams.city", { onUpdate: "set null" }),
}) {
  static readonly relations = { team: manyToOne(() => Team, { foreignKey: "teamCode" }) };
  declare team: InstanceType<typeof Team> | null;
}
/** Has the key of its team in its own key, to which others refer. */
class Match extends model("matches", {
  teamCode: text().primaryKey().references("teams.code", { onUpdate: "cascade" }),
  day: integer().primaryKey(),
  goals: integer(),
}) {}
class Goal extends model("goals", { id: identity().primaryKey(), code: text(), day: integer() }, {
  foreignKeys: [{ on: ["code", "day"], references: "matches", onUpdate: "cascade" }],
}) {}
class Node extends model("nodes", {
  id: integer().primaryKey(),
  upId: integer().nullable().references("nodes.id", { onUpdate: "cascade" }),
}) {}

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata, firstWord);

  test("foreign keys of the session's objects follow, without a query; a rollback brings them back", async (t) => {
    await using session = t.getSession();
    const [red, blue] = [new Team({ code: "red", city: "Rome" }), new Team({ code: "blue" })];
    const [ann, bob] = [new Player({ name: "ann", team: red, city: "Rome" } as never), new Player({ name: "bob" })];
    session.addAll([red, blue, ann, bob]);
    await session.commit();
    t.sent.length = 0;
    [red.code, red.city] = ["pink", "Bari"];
    await session.flush();
    assertEquals(t.sent, ["BEGIN", "UPDATE"]);
    assertEquals([ann.teamCode, ann.city, bob.teamCode], ["pink", null, null]);
    assertStrictEquals(ann.team, red);
    assertEquals(session.dirty.size, 0);
    await session.rollback();
    assertEquals([red.code, ann.teamCode, ann.city], ["red", "red", "Rome"]);
    assertStrictEquals(ann.team, red);
    red.code = "pink";
    ann.name = "Ann";
    await session.commit();
    assertEquals(await t.rows("SELECT name, team_code FROM players ORDER BY id"), [["Ann", "pink"], ["bob", null]]);
    await using fresh = t.getSession();
    const [loaded] = (await fresh.scalars(select(Team).where("code", "=", "pink").options(selectinload("players"))))
      .all();
    assertEquals(loaded.players.all().map(({ name }) => name), [ann.name]);
  });

  test("a key that moves on, and the one that takes its place: each object follows its own row", async (t) => {
    await using session = t.getSession();
    const [a, b] = [new Team({ code: "a" }), new Team({ code: "b" })];
    const [ofA, ofB] = [new Player({ name: "a", teamCode: "a" }), new Player({ name: "b", teamCode: "b" })];
    session.addAll([a, b, ofA, ofB]);
    await session.commit();
    [a.code, b.code] = ["b", "c"];
    const late = new Player({ name: "late", teamCode: "b" });
    session.add(late);
    await session.commit();
    assertEquals([ofA, ofB, late].map(({ teamCode }) => teamCode), ["b", "c", "b"]);
    assertEquals(await t.rows("SELECT name, team_code FROM players ORDER BY name"), [
      ["a", "b"],
      ["b", "c"],
      ["late", "b"],
    ]);
  });

  test("a new object follows as well: it named the key that the same flush changes", async (t) => {
    await using session = t.getSession();
    const red = new Team({ code: "red" });
    session.add(red);
    await session.commit();
    const ann = new Player({ name: "ann" });
    ann.team = red;
    red.code = "pink";
    session.add(ann);
    await session.commit();
    assertEquals(ann.teamCode, "pink");
    assertEquals([session.dirty.size, await t.rows("SELECT team_code FROM players")], [0, [["pink"]]]);
  });

  test("a key of several columns follows in part, and what refers to it in turn", async (t) => {
    await using session = t.getSession();
    const red = new Team({ code: "red" });
    const matches = [1, 2].map((day) => new Match({ teamCode: "red", day, goals: 0 }));
    const goal = new Goal({ code: "red", day: 1 });
    session.addAll([red, ...matches, goal]);
    await session.commit();
    red.code = "blue";
    await session.flush();
    assertStrictEquals(await session.get(Match, { teamCode: "blue", day: 2 }), matches[1]);
    await session.rollback();
    assertStrictEquals(await session.get(Match, { teamCode: "red", day: 2 }), matches[1]);
    red.code = "pink";
    matches[0].goals = 1;
    session.delete(matches[1]);
    await session.commit();
    assertEquals([matches[0].teamCode, goal.code], ["pink", "pink"]);
    assertStrictEquals(await session.get(Match, { teamCode: "pink", day: 1 }), matches[0]);
    assertEquals(await session.get(Match, { teamCode: "red", day: 1 }), null);
    await session.commit();
    assertEquals(await t.rows("SELECT team_code, day, goals FROM matches"), [["pink", 1, 1]]);
    matches[0].goals = 2;
    await session.commit();
    assertEquals(await t.rows("SELECT goals FROM matches"), [[2]]);
  });

  test("rows of one table, a circle included, follow each other", async (t) => {
    await using session = t.getSession();
    const [one, two] = [new Node({ id: 1, upId: 2 }), new Node({ id: 2, upId: 1 })];
    session.addAll([one, two]);
    await session.commit();
    one.id = 7;
    await session.commit();
    assertEquals([one.upId, two.upId], [2, 7]);
    assertEquals(await t.rows("SELECT id, up_id FROM nodes ORDER BY id"), [[2, 7], [7, 2]]);
  });
}
