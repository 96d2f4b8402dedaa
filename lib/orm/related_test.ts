/** Collections on their own: what they hold, and what may be changed. */
import { assertEquals, assertThrows } from "@std/assert";
import { Toy, User } from "../../testing/playground.ts";
import { FilteredCollectionError } from "./errors.ts";
import type { Entity } from "./identity_map.ts";
import { collectionOf } from "./related.ts";
import { relationNamed } from "./relations.ts";

const [car, ball] = [new Toy({ name: "car" }), new Toy({ name: "ball" })];

Deno.test("a collection that was loaded with a condition is read-only, and says so", () => {
  const sandy = new User({ name: "sandy" });
  const toys = collectionOf(sandy as unknown as Entity, relationNamed(User, "toys"));
  toys.fill([car], { filtered: true });
  assertEquals([sandy.toys.all(), sandy.toys.isFiltered], [[car], true]);
  assertThrows(() => sandy.toys.add(ball), FilteredCollectionError, "User.toys was loaded with a condition");
  assertThrows(() => sandy.toys.delete(car), FilteredCollectionError, 'select(User).options(selectinload("toys"))');
  assertEquals([sandy.toys.all(), sandy.toys.changes.size], [[car], 0]);
  toys.fill([car, ball]);
  assertEquals([sandy.toys.delete(car), sandy.toys.all()], [true, [ball]]);
});

Deno.test("a change from the other side is kept, and what a filtered collection holds is no longer known", () => {
  const sandy = new User({ name: "sandy" });
  collectionOf(sandy as unknown as Entity, relationNamed(User, "toys")).fill([car], { filtered: true });
  ball.users.add(sandy);
  assertEquals([sandy.toys.isLoaded, sandy.toys.isFiltered, [...sandy.toys.changes]], [false, false, [[ball, true]]]);
});
