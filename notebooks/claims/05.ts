import { assert, assertEquals } from "@std/assert";

assertEquals(selects.length, 7);
assertEquals(found.repetitions.map(({ count }) => count), [6]);
for (const { lines } of looks) assertEquals(lines, looks[0].lines, "all give the same");
assertEquals(looks.map(({ statements }) => statements), [7, 2, 1, 1]);
assertEquals(looks.map(({ rows }) => rows), [18, 18, 12, 6]);
// a delay is a lower limit, on any machine
assert(farOf("in a loop", 8) > 21 * 8, "a round trip for each SELECT, and one for COMMIT");
assert(farOf("selectinload", 8) > 3 * 8, "users, toys, COMMIT");
assert(farOf("joinedload", 8) > 2 * 8, "users with their toys, COMMIT");
assertEquals(wideRows, [50, 50 * 40]);
assertEquals(products.map(({ statements, rows, objects }) => [statements, rows, objects]), [
  [1, 2000, 420],
  [3, 420, 420],
]);
