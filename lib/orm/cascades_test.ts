/**
 * What a deleted object entails for its children: they are deleted, lose their foreign keys, or are left to the server;
 * known to the session or not. SQLAlchemy, which loads the children first, ends with the same rows.
 */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ForeignKeyViolationError,
  identity,
  integer,
  InvalidModelError,
  select,
  selectinload,
  type Session,
  sql,
  StaleDataError,
  text,
} from "../mod.ts";
import { EVERY_SESSION, type Fixture, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import type { Related } from "./related.ts";
import { manyToMany, manyToOne, oneToMany, oneToOne } from "./relation.ts";
import { relationsOf } from "./relations.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();
const id = identity().primaryKey();
const ownerId = integer().references("owners.id");

const toyTag = base.associationTable("toy_tag", {
  toyId: integer().references("toys.id"),
  tagId: integer().references("tags.id"),
});
class Tag extends base.model("tags", { id }) {}

class Owner extends base.model("owners", { id, name: text().unique() }) {
  declare toys: Related<Toy>;
  declare notes: Related<Note>;
  declare cards: Related<Card>;
  declare passport: Passport | null;
  declare keys: Related<Key>;
  static readonly relations = {
    toys: oneToMany(() => Toy, { cascade: "delete" }),
    notes: oneToMany(() => Note),
    cards: oneToMany(() => Card, { cascade: "deleteOrphan" }),
    passport: oneToOne(() => Passport, { cascade: "deleteOrphan" }),
    keys: oneToMany(() => Key, { cascade: "delete", passiveDeletes: true }),
  };
}
/** Deleted with its owner, and its parts and tags with it. */
class Toy extends base.model("toys", { id, ownerId }) {
  declare owner: Owner | null;
  declare parts: Related<Part>;
  declare tags: Related<Tag>;
  static readonly relations = {
    owner: manyToOne(() => Owner),
    parts: oneToMany(() => Part, { cascade: "delete" }),
    tags: manyToMany(() => Tag, { secondary: toyTag }),
  };
}
class Part extends base.model("parts", { id, toyId: integer().references("toys.id") }) {}
/** Outlives its owner. */
class Note extends base.model("notes", {
  id,
  ownerId: integer().nullable().references("owners.id"),
  version: integer().version(),
  line: text().nullable(),
  changes: integer().default(() => 0).onUpdate(sql("changes + 1")),
}) {}
class Card
  extends base.model("cards", { id, ownerId: integer().nullable().references("owners.id"), no: text().unique() }) {
  declare owner: Owner | null;
  static readonly relations = { owner: manyToOne(() => Owner) };
}
class Passport
  extends base.model("passports", { ownerId: integer().primaryKey().references("owners.id"), no: text() }) {}
/** The session leaves unknown ones to the server, which refuses. */
class Key extends base.model("keys", { id, ownerId }) {}
class Node extends base.model("nodes", {
  id: integer().primaryKey(),
  parentId: integer().nullable().references("nodes.id"),
}) {
  declare children: Related<Node>;
  declare leaves: Related<Leaf>;
  static readonly relations = {
    children: oneToMany(() => Node, { cascade: "delete" }),
    leaves: oneToMany(() => Leaf, { cascade: "delete" }),
  };
}
class Leaf extends base.model("leaves", { id, nodeId: integer().references("nodes.id") }) {}
class Hen extends base.model("hens", { id, fromId: integer().nullable().references("eggs.id") }) {
  declare eggs: Related<Egg>;
  static readonly relations = { eggs: oneToMany(() => Egg, { cascade: "delete" }) };
}
class Egg extends base.model("eggs", { id, byId: integer().nullable().references("hens.id") }) {
  declare hens: Related<Hen>;
  static readonly relations = { hens: oneToMany(() => Hen, { cascade: "delete" }) };
}

const count = async ({ rows }: Fixture, ...tables: string[]) => {
  const counts = await rows(`SELECT ${tables.map((table) => `(SELECT count(*)::int FROM ${table})`).join()}`);
  return Object.fromEntries(tables.map((table, index) => [table, counts[0][index]]));
};

/** An owner with two of everything but a passport and keys. */
async function addOwner({ getSession, sent }: Fixture, ...more: object[]) {
  await getSession.begin((session) => {
    const tag = new Tag({});
    const toys = [new Toy({}), new Toy({})];
    for (const toy of toys) toy.tags.add(tag), toy.parts.add(new Part({}));
    const notes = [new Note({}), new Note({})];
    const cards = ["a", "b"].map((no) => new Card({ no }));
    session.add(Owner.create({ name: "sandy", toys, notes, cards }));
    session.addAll(more);
  });
  sent.length = 0;
}
const owner = async (session: Session, ...loaded: ("toys" | "notes" | "cards" | "passport")[]) =>
  (await session.scalars(select(Owner).options(...loaded.map((name) => selectinload(name)) as never[]))).one();

for (const driver of EVERY_SESSION) {
  const test = sessionTest(
    database,
    driver,
    base.metadata,
    (sql) => /^(BEGIN|COMMIT|ROLLBACK)/.test(sql) ? undefined : sql,
  );

  test("what the session does not know is not loaded: one statement for each relation, deepest first", async (t) => {
    await addOwner(t, Owner.create({ name: "other", toys: [new Toy({})] }));
    await using session = t.getSession();
    session.delete((await session.scalars(select(Owner).where("name", "=", "sandy"))).one());
    t.sent.length = 0;
    await session.commit();
    const toys = "SELECT id FROM toys WHERE owner_id = ANY($1::integer[])";
    assertEquals(t.sent, [
      `DELETE FROM parts WHERE (toy_id) IN (${toys})`,
      `DELETE FROM toy_tag WHERE (toy_id) IN (${toys})`,
      "DELETE FROM toys WHERE owner_id = ANY($1::integer[])",
      "UPDATE notes SET owner_id = NULL, version = version + 1, changes = changes + 1 WHERE owner_id = ANY($1::integer[])",
      "DELETE FROM cards WHERE owner_id = ANY($1::integer[])",
      "DELETE FROM passports WHERE owner_id = ANY($1::integer[])",
      "DELETE FROM owners WHERE (id) IN (SELECT * FROM unnest($1::integer[])) RETURNING id",
    ]);
    assertEquals(await count(t, "owners", "toys", "parts", "toy_tag", "cards", "notes", "tags"), {
      owners: 1,
      toys: 1,
      parts: 0,
      toy_tag: 0,
      cards: 0,
      notes: 2,
      tags: 1,
    });
    assertEquals(await t.rows("SELECT DISTINCT owner_id, version, changes FROM notes"), [[null, 2, 1]]);
  });

  test("what is loaded is deleted by its key, with its version checked; nothing is sent for an empty collection", async (t) => {
    await addOwner(t);
    await using session = t.getSession();
    const sandy = await owner(session, "toys", "cards", "passport");
    const [toys, cards] = [[...sandy.toys], [...sandy.cards]];
    session.delete(sandy);
    assertEquals([...session.deleted], [sandy, ...toys, ...cards]);
    t.sent.length = 0;
    await session.commit();
    assertEquals(t.sent.map((sql) => sql.split(" ").slice(0, 3).join(" ")), [
      "DELETE FROM cards",
      "DELETE FROM parts",
      "DELETE FROM toy_tag",
      "DELETE FROM toys",
      "UPDATE notes SET",
      "DELETE FROM owners",
    ]);
    assertEquals(await count(t, "owners", "toys", "parts", "toy_tag", "cards"), {
      owners: 0,
      toys: 0,
      parts: 0,
      toy_tag: 0,
      cards: 0,
    });
    for (const toy of toys) assertEquals(await session.get(Toy, toy.id), null);
  });

  test("a known object whose row loses its foreign key agrees with the row, changes of its own included", async (t) => {
    await addOwner(t);
    await using session = t.getSession();
    const [first, second] = (await session.scalars(select(Note).orderBy("id"))).all();
    const sandy = await owner(session);
    first.line = "changed";
    session.delete(sandy);
    await session.flush();
    const held = () => [first, second].map((each) => [each.ownerId, each.version, each.line, each.changes]);
    assertEquals(held(), [[null, 3, "changed", 2], [null, 2, null, 1]]);
    assertEquals(session.dirty.size, 0);
    await session.rollback();
    assertEquals(held(), [[1, 1, null, 0], [1, 1, null, 0]]);
    session.delete(sandy);
    await session.commit();
    second.line = "later";
    await session.commit();
    assertEquals(await t.rows("SELECT owner_id, version, line, changes FROM notes ORDER BY id"), [
      [null, 2, null, 1],
      [null, 3, "later", 2],
    ]);
  });

  test("known children of a collection that is not loaded go by their keys, the others by a statement", async (t) => {
    await addOwner(t);
    await using session = t.getSession();
    const toy = await session.getOne(Toy, 1);
    session.delete(await owner(session));
    t.sent.length = 0;
    await session.commit();
    assertEquals(
      t.sent.filter((sql) => sql.startsWith("DELETE FROM toys")),
      [
        "DELETE FROM toys WHERE (id) IN (SELECT * FROM unnest($1::integer[])) RETURNING id",
        "DELETE FROM toys WHERE owner_id = ANY($1::integer[]) AND NOT (id = ANY($2::integer[]))",
      ],
    );
    assertEquals(await count(t, "toys", "parts"), { toys: 0, parts: 0 });
    assertEquals(await session.get(Toy, toy.id), null);
  });

  test("a grandchild is deleted by itself before the cascade reaches it, below a child that is not known", async (t) => {
    await addOwner(t);
    await using session = t.getSession();
    const [part, sandy] = [await session.getOne(Part, 1), await owner(session)];
    session.delete(sandy);
    session.delete(part);
    await session.commit();
    assertEquals(await count(t, "owners", "toys", "parts"), { owners: 0, toys: 0, parts: 0 });
  });

  test("a rollback brings back what a cascade deleted", async (t) => {
    await addOwner(t);
    await using session = t.getSession();
    const sandy = await owner(session, "toys", "notes");
    const [toy] = sandy.toys;
    const part = (await session.scalars(select(Part).where("toyId", "=", toy.id))).one();
    session.delete(sandy);
    await session.flush();
    assertEquals(await session.get(Part, part.id), null);
    await session.rollback();
    assertEquals([sandy.toys.size, sandy.notes.size, session.deleted.size], [2, 2, 0]);
    assertEquals([await session.get(Toy, toy.id), await session.get(Part, part.id)], [toy, part]);
    await session.commit();
    assertEquals(await count(t, "owners", "toys", "parts"), { owners: 1, toys: 2, parts: 2 });
  });

  test("a deletion that is revoked deletes nothing", async (t) => {
    await addOwner(t);
    await using session = t.getSession();
    const sandy = await owner(session, "toys");
    session.delete(sandy);
    assertEquals([session.deleted.size, session.diff().length > 0], [3, true]);
    session.add(sandy);
    t.sent.length = 0;
    await session.commit();
    assertEquals([t.sent, session.deleted.size, sandy.toys.size], [[], 0, 2]);
  });

  test("a child that moves to another parent before its own is deleted lives on", async (t) => {
    await addOwner(t, new Owner({ name: "other" }));
    await using session = t.getSession();
    const [sandy, other] = (await session.scalars(select(Owner).orderBy("id"))).all();
    const [toy, note] = [await session.getOne(Toy, 1), await session.getOne(Note, 1)];
    other.toys.add(toy);
    other.notes.add(note);
    session.delete(sandy);
    await session.commit();
    assertEquals(await t.rows("SELECT id, owner_id FROM toys"), [[1, other.id]]);
    assertEquals(await t.rows("SELECT id, owner_id, version FROM notes ORDER BY id"), [[1, other.id, 2], [2, null, 2]]);
    assertEquals([toy.owner, note.ownerId, note.version], [other, other.id, 2]);
  });

  test("new children of a deleted parent: with a cascade they are not inserted, else without a foreign key", async (t) => {
    await addOwner(t);
    await using session = t.getSession();
    const sandy = await owner(session);
    const [toy, note] = [new Toy({}), new Note({})];
    sandy.toys.add(toy);
    sandy.notes.add(note);
    session.addAll([toy, note]);
    session.delete(sandy);
    assertEquals([...session.new], [note]);
    await session.commit();
    assertEquals([note.ownerId, session.new.size], [null, 0]);
    assertEquals(await count(t, "toys", "notes"), { toys: 0, notes: 3 });
  });

  test("deleteOrphan: a child that its parent loses is deleted; one that gets another parent is not", async (t) => {
    await addOwner(t, new Owner({ name: "other" }));
    await using session = t.getSession();
    const [sandy, other] = (await session.scalars(select(Owner).orderBy("id").options(selectinload("cards")))).all();
    const [a, b] = sandy.cards;
    sandy.cards.delete(a);
    sandy.cards.delete(b);
    other.cards.add(b);
    assertEquals([...session.deleted], [a]);
    t.sent.length = 0;
    await session.flush();
    assertEquals(t.sent.map((sql) => sql.split(" ").slice(0, 3).join(" ")), ["UPDATE cards SET", "DELETE FROM cards"]);
    await session.rollback();
    assertEquals([[...sandy.cards], a.owner, session.deleted.size], [[a, b], sandy, 0]);
    b.owner = null;
    await session.commit();
    assertEquals(await t.rows("SELECT no, owner_id FROM cards"), [["a", sandy.id]]);
    a.owner = null;
    a.owner = sandy;
    await session.commit();
    assertEquals([await count(t, "cards"), sandy.cards.size], [{ cards: 1 }, 1]);
  });

  test("deleteOrphan: a new child that was taken out again is not inserted; one that never had a parent is", async (t) => {
    await using session = t.getSession();
    const sandy = new Owner({ name: "sandy" });
    const [taken, free] = [new Card({ no: "taken" }), new Card({ no: "free" })];
    sandy.cards.add(taken);
    session.addAll([sandy, taken, free]);
    sandy.cards.delete(taken);
    assertEquals([...session.new], [sandy, free]);
    await session.commit();
    assertEquals(await t.rows("SELECT no FROM cards"), [["free"]]);
  });

  test("deleteOrphan: a child that has no parent loses none by being told so", async (t) => {
    await t.getSession.begin((session) => session.add(new Card({ no: "free" })));
    await using session = t.getSession();
    const free = (await session.scalars(select(Card))).one();
    free.owner = null;
    await session.commit();
    assertEquals(await count(t, "cards"), { cards: 1 });
    free.owner = new Owner({ name: "sandy" });
    free.owner = null;
    free.owner = null;
    assertEquals([...session.deleted], [free]);
    session.expire(free);
    await session.commit();
    assertEquals(await count(t, "cards"), { cards: 1 });
  });

  test("deleteOrphan: a unique value moves from an orphan to its successor, and a key from a passport to the next", async (t) => {
    await addOwner(t);
    await using session = t.getSession();
    const sandy = await owner(session, "cards", "passport");
    sandy.passport = new Passport({ no: "first" });
    await session.commit();
    for (const card of [...sandy.cards]) sandy.cards.delete(card);
    sandy.cards.add(new Card({ no: "a" }));
    sandy.passport = new Passport({ no: "second" });
    await session.commit();
    assertEquals(await t.rows("SELECT no, owner_id FROM cards"), [["a", sandy.id]]);
    assertEquals([await t.rows("SELECT no FROM passports"), sandy.passport!.no], [[["second"]], "second"]);
  });

  test("a row that a new object takes over: the children of the former one are deleted, those of the new one stay", async (t) => {
    await addOwner(t);
    await using session = t.getSession();
    const sandy = await owner(session);
    const known = await session.getOne(Toy, 1);
    session.delete(sandy);
    session.add(Owner.create({ id: sandy.id, name: "patrick", toys: [new Toy({ id: 7 })] }));
    await session.commit();
    assertEquals(await t.rows("SELECT id, owner_id FROM toys"), [[7, sandy.id]]);
    assertEquals(await t.rows("SELECT name FROM owners"), [["patrick"]]);
    // without a cascade they stay with the row, as ON DELETE actions do not run either
    assertEquals(await t.rows("SELECT DISTINCT owner_id FROM notes"), [[sandy.id]]);
    assertEquals(await session.get(Toy, known.id), null);
  });

  test("passiveDeletes: known children are deleted, what else there is the server decides", async (t) => {
    await addOwner(t, Owner.create({ name: "other", keys: [new Key({}), new Key({})] }));
    await using session = t.getSession();
    const other = (await session.scalars(select(Owner).where("name", "=", "other"))).one();
    await session.getOne(Key, 1);
    session.delete(other);
    await assertRejects(async () => await session.flush(), ForeignKeyViolationError, "fk_keys_owner_id_owners");
    await session.rollback();
    await session.getOne(Key, 2);
    session.delete(other);
    t.sent.length = 0;
    await session.commit();
    assertEquals(t.sent.filter((sql) => sql.includes("keys")), [
      "DELETE FROM keys WHERE (id) IN (SELECT * FROM unnest($1::integer[])) RETURNING id",
    ]);
  });

  test("a tree: the rows below are found by one recursive statement, and everything that refers to them", async (t) => {
    await t.getSession.begin((session) => {
      const nodes = [1, 2, 3, 4, 5].map((id) => new Node({ id }));
      [[0, 1], [1, 2], [2, 3]].forEach(([parent, child]) => nodes[parent].children.add(nodes[child]));
      for (const node of nodes) node.leaves.add(new Leaf({}));
      session.addAll(nodes);
    });
    await using session = t.getSession();
    const root = await session.getOne(Node, 1);
    session.delete(root);
    t.sent.length = 0;
    await session.flush();
    const below = "(id) IN (WITH RECURSIVE gone AS (SELECT id FROM nodes WHERE parent_id = ANY($1::integer[]) UNION " +
      "SELECT next.id FROM nodes AS next JOIN gone ON next.parent_id = gone.id) SELECT id FROM gone)";
    assertEquals(t.sent, [
      `DELETE FROM leaves WHERE (node_id) IN (SELECT id FROM nodes WHERE ${below})`,
      `DELETE FROM nodes WHERE ${below}`,
      "DELETE FROM leaves WHERE node_id = ANY($1::integer[])",
      "DELETE FROM nodes WHERE (id) IN (SELECT * FROM unnest($1::integer[])) RETURNING id",
    ]);
    await session.rollback();
    await session.getOne(Node, 2);
    await session.getOne(Node, 4); // below a row that the session does not know
    session.delete(root);
    await session.commit();
    assertEquals([await t.rows("SELECT id FROM nodes"), await t.rows("SELECT node_id FROM leaves")], [[[5]], [[5]]]);
    assertEquals(await session.get(Node, 4), null);
  });

  test("cascades in a circle of tables: loaded objects are deleted once, rows that are not have no order", async (t) => {
    const add = () =>
      t.getSession.begin((session) => {
        const [hen, egg] = [new Hen({}), new Egg({})];
        hen.eggs.add(egg);
        egg.hens.add(hen);
        session.add(hen);
      });
    await add();
    await using session = t.getSession();
    const hen = (await session.scalars(select(Hen).options(selectinload("eggs", selectinload("hens"))))).one();
    session.delete(hen);
    await session.commit();
    assertEquals(await count(t, "hens", "eggs"), { hens: 0, eggs: 0 });
    await add();
    session.delete((await session.scalars(select(Hen))).one());
    t.sent.length = 0;
    await assertRejects(
      async () => await session.flush(),
      InvalidModelError,
      "the cascades of Hen.eggs, Egg.hens, Hen.eggs form a circle, in which rows that are not loaded have no order: " +
        'give one of their foreign keys { onDelete: "cascade" }, or leave them to the server by { passiveDeletes: true }',
    );
    assertEquals(t.sent, []);
  });

  test("a child that another transaction changed makes the deletion of its parent stale", async (t) => {
    await using session = t.getSession();
    const sandy = Owner.create({ name: "sandy", cards: [new Card({ no: "a" })] });
    session.add(sandy);
    await session.commit();
    await t.engine.begin((connection) => connection.execute("DELETE FROM cards"));
    session.delete(sandy);
    await assertRejects(async () => await session.flush(), StaleDataError, 'Cannot delete in "cards": id 1');
  });
}

Deno.test("a cascade that contradicts the action of its foreign key is refused", () => {
  const { model } = declarativeBase();
  class Thing
    extends model("things", { id, ownerId: integer().nullable().references("keepers.id", { onDelete: "set null" }) }) {}
  class Keeper extends model("keepers", { id }) {
    static readonly relations = { things: oneToMany(() => Thing, { cascade: "delete" }) };
  }
  assertThrows(
    () => relationsOf(Keeper),
    InvalidModelError,
    'the relation "things" deletes its objects (cascade), but the foreign key in "things" keeps their rows (onDelete: ' +
      '"set null"): leave one of them out',
  );
});
