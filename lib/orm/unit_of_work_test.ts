import { assertEquals } from "@std/assert";
import type { Persistent } from "./object_state.ts";
import { planFlush as plan } from "./unit_of_work.ts";
import type { Tracked } from "./write_statement.ts";
import { applyReturned } from "./returned_rows.ts";
import { stateOf } from "./object_state.ts";
import { Snapshot } from "./snapshot.ts";
import { Hero } from "../../testing/heroes.ts";
import type { Entity } from "./identity_map.ts";

const { table } = Hero;
const ONE = "00000000-0000-4000-8000-000000000001";
const TWO = "00000000-0000-4000-8000-000000000002";

function added(...heroes: object[]) {
  return heroes.map((hero) => ({ table, entity: hero as Entity }));
}

function loaded(hero: object): Persistent {
  const entity = hero as Entity;
  return { table, entity, loaded: table.columns.map(({ attribute }) => entity[attribute]) };
}

function planFlush(added: Tracked[], persistent: Persistent[]) {
  return plan({ added, persistent, deleted: [], links: [] });
}

Deno.test("new objects that give the same columns are one INSERT", () => {
  const [insert, ...rest] = planFlush(added(new Hero({ id: ONE, name: "a" }), new Hero({ id: TWO, name: "b" })), []);
  assertEquals(
    insert.sql,
    "INSERT INTO heroes (id, name) SELECT * FROM unnest($1::uuid[], $2::text[]) " +
      "RETURNING id, app_src, created_at, updated_on",
  );
  assertEquals(insert.parameters(), [[ONE, TWO], ["a", "b"]]);
  assertEquals(rest, []);
});

Deno.test("objects that give other columns are an INSERT of their own", () => {
  const plan = planFlush(added(new Hero({ name: "a" }), new Hero({ name: "b", appSrc: "x" })), []);
  assertEquals(plan.map(({ sql }) => sql.slice(0, 42)), [
    "INSERT INTO heroes (id, name) SELECT * FRO",
    "INSERT INTO heroes (id, name, app_src) SEL",
  ]);
});

Deno.test("an object that did not change is not written", () => {
  assertEquals(planFlush([], [loaded(new Hero({ name: "a" }))]), []);
});

Deno.test("only the changed columns of an object are written, and the columns the server renews", () => {
  const hero = new Hero({ id: ONE, name: "a" });
  const state = loaded(hero);
  hero.name = "b";
  const [update] = planFlush([], [state]);
  assertEquals(
    update.sql,
    "UPDATE heroes SET name = $1, updated_on = now() WHERE id = $2 RETURNING id, updated_on",
  );
  assertEquals(update.parameters(), ["b", ONE]);
});

Deno.test("returned rows find their objects by key, in whatever order they come", () => {
  const [a, b] = [new Hero({ id: ONE, name: "a" }), new Hero({ id: TWO, name: "b" })];
  const [insert] = planFlush(added(a, b), []);
  const [early, late] = [new Date(1), new Date(2)];
  const states = added(a, b).map(({ entity }) => stateOf(entity));
  const snapshots = new Map(states.map((state) => [state, new Snapshot(state)]));
  applyReturned(insert, [[TWO, null, late, late], [ONE, null, early, early]], snapshots);
  assertEquals([a.createdAt, b.createdAt], [early, late]);
});
