import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { declarativeBase } from "../../../lib/orm/model.ts";
import { identity, integer, text, uuid } from "../../../lib/schema/columns.ts";
import type { Entity } from "../../../lib/orm/identity_map.ts";
import type { Related } from "../../../lib/orm/related.ts";
import { manyToMany, manyToOne } from "../../../lib/orm/relation.ts";
import { relationsOf } from "../../../lib/orm/relations.ts";
import type { Table } from "../../../lib/schema/table.ts";
import { planFlush } from "../../../lib/orm/unit_of_work.ts";
import { createEngine } from "../../../lib/engine/engine.ts";
import { sessionmaker } from "../../../lib/orm/sessionmaker.ts";
import { testDatabase } from "../../../testing/test_database.ts";
import { displaySymbol } from "../display.ts";
import { plan, unitOfWork } from "./plan.ts";
import { planRows } from "./plan_rows.ts";
import { textWidth } from "../text_width.ts";
import { pictureTest } from "../../../testing/picture.ts";

const database = testDatabase(import.meta.url);
const base = declarativeBase();
const orderToy = base.associationTable("order_toy", {
  orderId: integer().references("orders.id"),
  toyId: uuid().references("toys.id"),
});
class User extends base.model("users", { id: uuid().primaryKey(), name: text() }) {}
class Toy extends base.model("toys", { id: uuid().primaryKey(), name: text() }) {}
/** Its key is made by the server. */
class Order extends base.model("orders", { id: identity().primaryKey(), userId: uuid().references("users.id") }) {
  declare user: User | null;
  declare toys: Related<Toy>;
  static relations = { user: manyToOne(() => User), toys: manyToMany(() => Toy, { secondary: orderToy }) };
}

const [ONE, TWO] = [1, 2].map((n) => `00000000-0000-4000-8000-00000000000${n}`);

/** The plan of new objects, of which orders have toys. */
function steps(...objects: object[]) {
  const { key, otherKey } = relationsOf(Order).get("toys")!;
  const links = objects.filter((each) => each instanceof Order).flatMap((order) =>
    [...order.toys].map((toy) => ({
      ends: [{ key, entity: order as unknown as Entity }, { key: otherKey!, entity: toy as unknown as Entity }],
      isIn: true,
    }))
  );
  return planFlush({
    added: objects.map((entity) => ({ entity: entity as Entity, table: (entity.constructor as typeof Toy).table })),
    persistent: [],
    deleted: [],
    links,
  });
}

/** An object that has a row. */
function persistent(model: typeof User | typeof Order, loaded: unknown[], changes: object = {}) {
  const values = Object.fromEntries(model.table.columns.map(({ attribute }, index) => [attribute, loaded[index]]));
  return { table: model.table as Table, entity: { ...values, ...changes }, loaded };
}

function anOrder() {
  const user = new User({ id: ONE, name: "sandy" });
  const toys = [new Toy({ id: ONE, name: "car" }), new Toy({ id: TWO, name: "b" })];
  return [Order.create({ userId: ONE, user, toys }), user, ...toys];
}

Deno.test("rows of a plan: what is written where, after which step, and with which sending", () => {
  const { rows, commitGoesAlong } = planRows(steps(...anOrder()));
  const byTable = Object.fromEntries(rows.map((row) => [row.table, row]));
  const { users, toys, orders, order_toy: links } = byTable;
  assertEquals([users.kind, users.rows, users.columns], ["insert", 1, ["id", "name"]]);
  assertEquals([toys.rows, toys.after], [2, []]);
  assertEquals([orders.columns, orders.returned], [["user_id"], ["id"]]);
  assertEquals(orders.after, [{ number: users.number, needsAnswer: false, because: "user_id → users" }]);
  assertEquals([links.kind, links.rows, links.columns], ["link", 2, ["order_id", "toy_id"]]);
  assertEquals(links.after.toSorted((a, b) => Number(a.needsAnswer) - Number(b.needsAnswer)), [
    { number: toys.number, needsAnswer: false, because: "toy_id → toys" },
    { number: orders.number, needsAnswer: true, because: "order_id → orders" },
  ]);
  assertEquals(rows.map(({ sending }) => sending), [1, 1, 1, 2]);
  assertEquals(commitGoesAlong, false);
});

Deno.test("rows that do not refer to each other need no order, and COMMIT goes along with inserts", () => {
  const toy = new Toy({ id: ONE, name: "car" });
  const { rows, commitGoesAlong } = planRows(steps(toy, new User({ id: TWO, name: "b" })));
  assertEquals(rows.map(({ after }) => after), [[], []]);
  assertEquals(commitGoesAlong, true);
});

Deno.test("changed and deleted rows: the columns of an UPDATE, the key of a DELETE, and their order", () => {
  const { rows, commitGoesAlong } = planRows(planFlush({
    added: [],
    persistent: [persistent(User, [TWO, "b"], { name: "changed" })],
    deleted: [persistent(User, [ONE, "sandy"]), persistent(Order, [7, ONE])],
    links: [],
  }));
  assertEquals(rows.map(({ kind, table, columns, after }) => ({ kind, table, columns, after })), [
    { kind: "update", table: "users", columns: ["name"], after: [] },
    { kind: "delete", table: "orders", columns: ["id"], after: [] },
    {
      kind: "delete",
      table: "users",
      columns: ["id"],
      after: [{ number: 2, needsAnswer: false, because: "orders.user_id → users" }],
    },
  ]);
  assertEquals(commitGoesAlong, false);
});

Deno.test("the plan as text, and as one sentence", () => {
  const order = plan(steps(new Toy({ id: ONE, name: "car" })));
  assertEquals(order.text, "1. insert 1 row: toys (id, name)\nCOMMIT can be sent with the last batch");
  assertEquals(order.alt, "1 statement in 1 sending: 1 insert 1 row, toys; COMMIT can be sent with the last batch.");
});

Deno.test("the picture names every step in words and draws an arrow for each dependency", () => {
  const { svg, rows } = plan(steps(...anOrder()), { title: "Sandy & the <toys>" });
  assertStringIncludes(svg, "Sandy &amp; the &lt;toys&gt;");
  for (const { kind, table } of rows) {
    assertStringIncludes(svg, `>${kind}</text>`);
    assertStringIncludes(svg, `>${table}</text>`);
  }
  assertStringIncludes(svg, "the client waits for the results");
  const heads = svg.split(`v9z" fill`).length - 1;
  assertEquals(heads, 3 + 2, "three dependencies, two entries in the legend");
});

Deno.test("nothing in the picture reaches beyond its edge, however long the names", () => {
  const name = "a_table_with_a_name_that_is_as_long_as_postgresql_allows_sixty3";
  const columns = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`someLongColumn${n}`, text().nullable()]));
  const Long = declarativeBase().model(name, { id: uuid().primaryKey(), ...columns });
  const { svg } = plan(steps(new Long({ id: ONE, ...Object.fromEntries(Object.keys(columns).map((c) => [c, "x"])) })));
  assertStringIncludes(svg, "and 24 more");
  const [, width, height] = svg.match(/viewBox="0 0 (\d+) (\d+)"/)!.map(Number);
  for (
    const [, x, y, size, bold, words] of svg.matchAll(
      /<text x="(.+?)" y="(.+?)" font-size="(.+?)"(.*?) fill=".+?">(.*?)</g,
    )
  ) {
    assert(Number(x) >= 0 && Number(x) + textWidth(words, Number(size), bold !== "") <= width - 20, words);
    assert(Number(y) <= height, words);
  }
});

Deno.test("the plan as a table: the SQL, and the foreign key that asks for the order", () => {
  const { table, text } = plan(steps(...anOrder()));
  assertEquals(table.markdown.split("\n")[0], "| step | kind | rows | SQL | order | sending |");
  assertStringIncludes(table.markdown, "INSERT INTO orders (user");
  assertStringIncludes(text, "orders (user_id), after");
  assertStringIncludes(text, "(toy_id → toys), needs the result of");
  assertStringIncludes(text, "(order_id → orders)");
});

Deno.test("a unit of work: objects by state before, after the flush, after the commit", () => {
  const user = new User({ id: ONE, name: "sandy" });
  const none = new Set<object>();
  const source = { new: none, dirty: none, deleted: none, state: "idle", diff: () => steps() };
  const before = unitOfWork({ ...source, new: new Set([user]), diff: () => steps(user) }, { title: "Before" });
  assertEquals(before.text.split("\n").slice(0, 3), [
    "To insert 1 User; update nothing; delete nothing.",
    "No transaction is open: there is nothing to roll back.",
    "1. insert 1 row: users (id, name)",
  ]);
  assertStringIncludes(before.svg, ">To insert 1 User; update nothing; delete nothing.</text>");
  const flushed = unitOfWork({ ...source, state: "active" });
  assertEquals(
    flushed.text,
    "To insert nothing; update nothing; delete nothing.\n" +
      "A transaction is open: commit() makes its changes permanent, rollback() undoes them.\nNo pending changes.",
  );
  assertStringIncludes(flushed.svg, "commit() makes its changes permanent");
  const refused = () => {
    throw new Error("diff() is refused until the rollback");
  };
  assertStringIncludes(unitOfWork({ ...source, state: "failed", diff: refused }).text, "only rollback() is possible");
});

database.test("a real session's unit of work: waiting, flushed, rolled back", async (url) => {
  await using engine = createEngine(url);
  await engine.begin((connection) => base.metadata.createAll(connection));
  await using session = sessionmaker(engine)();
  session.add(new User({ id: ONE, name: "sandy" }));
  const lines = () => unitOfWork(session).text.split("\n");
  assertEquals(lines().at(2), "1. insert 1 row: users (id, name)");
  await session.flush();
  assertEquals(lines().slice(1), [
    "A transaction is open: commit() makes its changes permanent, rollback() undoes them.",
    "No pending changes.",
  ]);
  await session.rollback();
  assertStringIncludes(lines()[1], "No transaction is open");
});

Deno.test("an empty plan says that nothing waits", async () => {
  const nothing = plan([]);
  assertEquals(await nothing[displaySymbol](), { "text/plain": "No pending changes." });
  assertEquals(nothing.displayMetadata, {});
});

pictureTest(() => plan(steps(...anOrder())));
