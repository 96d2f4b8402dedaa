/**
 * Random deletions, moves and orphans: which rows are left does not depend on what the session knew of them, and what it
 * holds agrees with them, after a rollback, too. The expected rows are computed from all rows in memory.
 */
import { assertEquals } from "@std/assert";
import { integer, select, selectinload, text } from "../mod.ts";
import { cases, seed } from "../../testing/cases.ts";
import { chance } from "../../testing/chance.ts";
import { EVERY_SESSION, type Fixture, sessionTest } from "../../testing/fixture.ts";
import { assertHeldRelations } from "../../testing/held_relations.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { declarativeBase } from "./model.ts";
import type { Related } from "./related.ts";
import { manyToOne, oneToMany } from "./relation.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();
const id = integer().primaryKey();
const boxId = integer().references("boxes.id");

class Box extends base.model("boxes", { id, name: text().unique() }) {
  declare items: Related<Item>;
  declare notes: Related<Note>;
  declare cards: Related<Card>;
  static readonly relations = {
    items: oneToMany(() => Item, { cascade: "delete" }),
    notes: oneToMany(() => Note),
    cards: oneToMany(() => Card, { cascade: "deleteOrphan" }),
  };
}
class Item extends base.model("items", { id, boxId, version: integer().version() }) {
  declare box: Box | null;
  declare marks: Related<Mark>;
  static readonly relations = { box: manyToOne(() => Box), marks: oneToMany(() => Mark, { cascade: "delete" }) };
}
class Mark extends base.model("marks", { id, itemId: integer().references("items.id") }) {}
class Note extends base.model("notes", { id, boxId: boxId.nullable(), version: integer().version() }) {
  declare box: Box | null;
  static readonly relations = { box: manyToOne(() => Box) };
}
class Card extends base.model("cards", { id, boxId: boxId.nullable() }) {
  declare box: Box | null;
  static readonly relations = { box: manyToOne(() => Box) };
}
const CHILDREN = [Item, Note, Card] as const;
const EMPTY = "DELETE FROM marks; DELETE FROM items; DELETE FROM notes; DELETE FROM cards; DELETE FROM boxes";

/** The rows: the box of each child, the item of each mark. */
interface Rows {
  boxes: Set<number>;
  items: Map<number, number | null>;
  notes: Map<number, number | null>;
  cards: Map<number, number | null>;
  marks: Map<number, number>;
}

const copyOf = ({ boxes, items, notes, cards, marks }: Rows): Rows => ({
  boxes: new Set(boxes),
  items: new Map(items),
  notes: new Map(notes),
  cards: new Map(cards),
  marks: new Map(marks),
});

async function stored({ rows }: Fixture): Promise<Rows> {
  const map = async (sql: string) => new Map(await rows(sql) as [number, number][]);
  return {
    boxes: new Set((await rows("SELECT id FROM boxes ORDER BY id")).map(([id]) => id as number)),
    items: await map("SELECT id, box_id FROM items ORDER BY id"),
    notes: await map("SELECT id, box_id FROM notes ORDER BY id"),
    cards: await map("SELECT id, box_id FROM cards ORDER BY id"),
    marks: await map("SELECT id, item_id FROM marks ORDER BY id"),
  };
}

/** Adds boxes with children; their ids are counted from 1. */
function addRows(random: (below: number) => number, session: { add(object: object): void }): Rows {
  const world: Rows = { boxes: new Set(), items: new Map(), notes: new Map(), cards: new Map(), marks: new Map() };
  for (let id = 1; id <= 3; id++) {
    session.add(new Box({ id, name: `box ${id}` }));
    world.boxes.add(id);
  }
  for (let id = 1; id <= 5; id++) {
    const [item, note, card, mark] = [random(3) + 1, random(3) + 1, random(3) + 1, random(5) + 1];
    session.add(new Item({ id, boxId: item }));
    session.add(new Note({ id, boxId: note }));
    session.add(new Card({ id, boxId: card }));
    session.add(new Mark({ id, itemId: mark }));
    world.items.set(id, item), world.notes.set(id, note), world.cards.set(id, card), world.marks.set(id, mark);
  }
  return world;
}

/** What the flush leaves, of rows whose children have moved already. */
function afterDeletions(world: Rows, boxes: ReadonlySet<number>, items: Iterable<number>, marks: Iterable<number>) {
  const left = copyOf(world);
  for (const id of boxes) left.boxes.delete(id);
  for (const id of items) left.items.delete(id);
  for (const id of marks) left.marks.delete(id);
  const isGone = (box: number | null) => box !== null && boxes.has(box);
  for (const [id, box] of left.items) if (isGone(box)) left.items.delete(id);
  for (const [id, box] of left.cards) if (isGone(box)) left.cards.delete(id);
  for (const [id, box] of left.notes) if (isGone(box)) left.notes.set(id, null);
  for (const [id, item] of left.marks) if (!left.items.has(item)) left.marks.delete(id);
  return left;
}

const SEED = seed(20_261_130) ?? Math.floor(Math.random() * 2 ** 31);
const HISTORIES = cases(40);

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, base.metadata, () => undefined);

  test(`${HISTORIES} random flushes with cascades leave the rows that they should`, async (t) => {
    for (let number = 0; number < HISTORIES; number++) {
      try {
        await history(t, chance(SEED + number));
      } catch (error) {
        throw new Error(`history with SEED=${SEED + number}`, { cause: error });
      }
    }
  });
}

async function history(t: Fixture, next: () => number): Promise<void> {
  const random = (below: number) => Math.floor(next() * below);
  await t.engine.begin((connection) => connection.execute(EMPTY));
  let world!: Rows;
  await t.getSession.begin((session) => void (world = addRows(random, session)));
  await using session = t.getSession();
  const known: { Item: Item[]; Note: Note[]; Card: Card[]; Mark: Mark[] } = { Item: [], Note: [], Card: [], Mark: [] };
  const [wanted, loaded] = [random(3), (["items", "notes", "cards"] as const).filter(() => random(2) === 0)];
  // what the session knows: the boxes, some of their collections, some children
  const boxes = (await session.scalars(
    select(Box).orderBy("id").options(...(wanted > 0 ? loaded.map((name) => selectinload(name)) : []) as never[]),
  )).all();
  for (const model of [...CHILDREN, Mark]) {
    if (random(2) === 0) continue;
    const some = (await session.scalars(select(model as typeof Item).where("id", ">", random(5)))).all();
    known[model.name as "Item"].push(...some);
  }
  const before = copyOf(world);
  const deleted = { boxes: new Set<number>(), items: new Set<number>(), marks: new Set<number>() };
  for (let action = random(4) + 1; action > 0; action--) {
    const box = boxes[random(3)];
    const [item, note, card, mark] = Object.values(known).map((all) => all[random(all.length)]) as [
      Item,
      Note,
      Card,
      Mark,
    ];
    const which = random(7);
    if (which === 0) session.delete(box), deleted.boxes.add(box.id);
    else if (which === 1 && item) session.delete(item), deleted.items.add(item.id);
    else if (which === 2 && mark) session.delete(mark), deleted.marks.add(mark.id);
    else if (which === 3 && item) random(2) ? box.items.add(item) : item.box = box, world.items.set(item.id, box.id);
    else if (which === 4 && note) random(2) ? box.notes.add(note) : note.box = box, world.notes.set(note.id, box.id);
    else if (which === 5 && card) card.box = box, world.cards.set(card.id, box.id);
    else if (which === 6 && card) {
      card.box = null, world.cards.delete(card.id), known.Card.splice(known.Card.indexOf(card), 1);
    }
  }
  const left = afterDeletions(world, deleted.boxes, deleted.items, deleted.marks);
  const objects = () => [...boxes, ...Object.values(known).flat()];
  await session.flush();
  await assertHeldRelations(session, objects());
  if (random(2) === 0) {
    await session.rollback();
    assertEquals(await stored(t), before);
    await assertHeldRelations(session, objects());
    await session.commit();
    return;
  }
  await session.commit();
  assertEquals(await stored(t), left);
  assertEquals([session.new.size, session.dirty.size, session.deleted.size], [0, 0, 0]);
  for (const { id } of boxes) assertEquals((await session.get(Box, id)) !== null, left.boxes.has(id));
  for (const { id, version } of known.Item.filter(({ id }) => left.items.has(id))) {
    assertEquals((await session.getOne(Item, id)).version, version);
  }
  for (const note of known.Note) {
    const [[version, box]] = (await session.execute("SELECT version, box_id FROM notes WHERE id = $1", [note.id]))
      .tuples()
      .all();
    assertEquals([note.version, note.boxId], [version, box]);
  }
}
