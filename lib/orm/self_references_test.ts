/** Tables that refer to themselves and to each other: trees, circles, and an association of one table with itself. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { identity, integer, select, selectinload } from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import type { Related } from "./related.ts";
import { manyToMany, manyToOne, oneToMany } from "./relation.ts";
import { EVERY_SESSION, type Fixture, sessionTest } from "../../testing/fixture.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();

class Node extends base.model("nodes", {
  id: integer().primaryKey(),
  parentId: integer().nullable().references("nodes.id"),
}) {
  declare parent: Node | null;
  declare children: Related<Node>;
  static relations = { parent: manyToOne(() => Node), children: oneToMany(() => Node) };
}

const likes = base.associationTable("likes", {
  byId: integer().references("people.id"),
  ofId: integer().references("people.id"),
});
class Person extends base.model("people", { id: integer().primaryKey() }) {
  declare likes: Related<Person>;
  declare likedBy: Related<Person>;
  static relations = {
    likes: manyToMany(() => Person, { secondary: likes, from: "byId", to: "ofId" }),
    likedBy: manyToMany(() => Person, { secondary: likes, from: "ofId", to: "byId" }),
  };
}

class Hen
  extends base.model("hens", { id: identity().primaryKey(), fromId: integer().nullable().references("eggs.id") }) {
  declare from: Egg | null;
  static relations = { from: manyToOne(() => Egg) };
}
class Egg
  extends base.model("eggs", { id: identity().primaryKey(), byId: integer().nullable().references("hens.id") }) {
  declare by: Hen | null;
  static relations = { by: manyToOne(() => Hen) };
}

const node = (id: number, parent?: Node) => Node.create({ id, parent });
const tree = ({ rows }: Fixture) => rows("SELECT id, parent_id FROM nodes ORDER BY id");
const liked = ({ rows }: Fixture) => rows("SELECT by_id, of_id FROM likes ORDER BY by_id, of_id");

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, base.metadata);

  test("a tree is added from its leaf, and deleted from its root", async (t) => {
    await using session = t.getSession();
    const root = node(1);
    const child = node(2, root);
    const leaf = node(3, child);
    session.add(leaf);
    await session.commit();
    assertEquals(await tree(t), [[1, null], [2, 1], [3, 2]]);
    assertEquals([[...root.children], [...child.children]], [[child], [leaf]]);
    for (const each of [root, child, leaf]) session.delete(each);
    await session.commit();
    assertEquals(await tree(t), []);
  });

  test("a circle, and a row that refers to itself", async (t) => {
    await using session = t.getSession();
    const [one, two, alone] = [node(1), node(2), node(3)];
    [one.parent, two.parent, alone.parent] = [two, one, alone];
    session.addAll([one, two, alone]);
    await session.commit();
    assertEquals(await tree(t), [[1, 2], [2, 1], [3, 3]]);
    for (const each of [one, two, alone]) session.delete(each);
    await session.commit();
    assertEquals(await tree(t), []);
  });

  test("a circle of two tables whose keys the server makes", async (t) => {
    await using session = t.getSession();
    const [hen, egg] = [new Hen({}), new Egg({})];
    [hen.from, egg.by] = [egg, hen];
    session.add(hen);
    await session.commit();
    assertEquals(await t.rows("SELECT h.id, e.id FROM hens h, eggs e WHERE from_id = e.id AND by_id = h.id"), [
      [hen.id, egg.id],
    ]);
    session.delete(hen);
    session.delete(egg);
    await session.commit();
    assertEquals(await t.rows("SELECT id FROM hens UNION ALL SELECT id FROM eggs"), []);
  });

  test("a child moves to another parent: both collections know, and both go back with a rollback", async (t) => {
    await t.getSession.begin((session) => session.addAll([node(2, node(1)), node(3)]));
    await using session = t.getSession();
    const all = select(Node).orderBy("id").options(selectinload("children"));
    const [root, child, other] = (await session.scalars(all)).all();
    assertStrictEquals(child.parent, root); // it came with the children of the root: no query for it
    other.children.add(child);
    const held = () => [child.parentId, root.children.size, other.children.size];
    assertEquals([root.children.size, other.children.size, child.parent], [0, 1, other]);
    await session.flush();
    assertEquals(held(), [3, 0, 1]);
    await session.rollback();
    assertEquals(held(), [1, 1, 0]);
    root.children.delete(child);
    await session.commit();
    assertEquals(await tree(t), [[1, null], [2, null], [3, null]]);
  });

  test("an object whose parent was changed keeps the new one when the children of the old are loaded", async (t) => {
    await t.getSession.begin((session) => session.addAll([node(2, node(1)), node(3)]));
    await using session = t.getSession();
    await session.begin();
    const child = await session.getOne(Node, 2);
    const other = await session.getOne(Node, 3);
    child.parent = other;
    const [root] = (await session.scalars(select(Node).where("id", "=", 1).options(selectinload("children")))).all();
    assertEquals([child.parent, root.children.size], [other, 0]);
  });

  test("an association of a table with itself has a direction; what is added or removed twice counts once", async (t) => {
    await using session = t.getSession();
    const [one, two] = [new Person({ id: 1 }), new Person({ id: 2 })];
    one.likes.add(two).add(two);
    session.add(one);
    await session.commit();
    one.likes.add(two);
    await session.commit();
    assertEquals(await liked(t), [[1, 2]]);
    one.likes.delete(two);
    one.likes.delete(two);
    await session.commit();
    assertEquals(await liked(t), []);
    one.likes.add(one).add(two);
    two.likes.add(one);
    await session.commit();
    assertEquals(await liked(t), [[1, 1], [1, 2], [2, 1]]);
    one.likes.delete(two);
    one.likes.add(two);
    one.likes.delete(two);
    await session.flush();
    one.likes.add(two);
    await session.commit();
    assertEquals(await liked(t), [[1, 1], [1, 2], [2, 1]]);
  });

  test("with a row go the association rows of both ends", async (t) => {
    await t.getSession.begin((session) => {
      const [one, two] = [new Person({ id: 1 }), new Person({ id: 2 })];
      one.likes.add(one).add(two);
      two.likes.add(one).add(two);
      session.add(one);
    });
    await using session = t.getSession();
    const one = (await session.scalars(select(Person).where("id", "=", 1).options(selectinload("likes")))).one();
    session.delete(one);
    await session.flush();
    await session.rollback();
    assertEquals([one.likes.size, (await liked(t)).length], [2, 4]);
    session.delete(one);
    await session.commit();
    assertEquals([await liked(t), await t.rows("SELECT id FROM people")], [[[2, 2]], [[2]]]);
  });
}
