import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { declarativeBase, identity, integer, randomUuid, text, uuid } from "../../../lib/mod.ts";
import { metadata as playgroundOfTests } from "../../../testing/playground.ts";
import { tables } from "./tables.ts";
import { pictureTest } from "../../../testing/picture.ts";

/** Teams of users, and toys that users share. */
function playground() {
  const { model, associationTable, metadata } = declarativeBase();
  associationTable("user_toy", { userId: uuid().references("users.id"), toyId: uuid().references("toys.id") });
  model("teams", { id: identity().primaryKey(), name: text().unique() });
  model("users", {
    id: uuid().primaryKey().default(randomUuid),
    name: text(),
    teamId: integer().nullable().references("teams.id"),
  });
  model("toys", { id: uuid().primaryKey().default(randomUuid), name: text() });
  return metadata;
}

function placed(metadata: Parameters<typeof tables>[0]) {
  const { boxes, lines } = tables(metadata).layout;
  return {
    box: (name: string) => boxes.find(({ table }) => table === name)!,
    line: (label: string) => lines.find((line) => line.label === label)!,
  };
}

Deno.test("a table stands to the right of those it refers to", () => {
  const { box } = placed(playground());
  assert(box("teams").x + box("teams").width < box("users").x);
  assert(box("users").x + box("users").width < box("user_toy").x);
});

Deno.test("a table that refers to none stands next to those that refer to it", () => {
  const { box } = placed(playground());
  assertEquals(box("toys").x, box("users").x);
});

Deno.test("boxes do not overlap, and lie with their lines inside the picture", () => {
  const { boxes, lines, width, height } = tables(playground()).layout;
  for (const a of boxes) {
    for (const b of boxes) {
      const apart = a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
      assert(a === b || apart, `${a.table} and ${b.table} overlap`);
    }
    assert(a.x > 0 && a.y > 0 && a.x + a.width < width && a.y + a.height < height, `${a.table} is cut off`);
  }
  for (const [x, y] of lines.flatMap(({ points }) => points)) assert(x > 0 && y > 0 && x < width && y < height);
});

Deno.test("the rows of a box name keys, type and whether the column may be NULL", () => {
  const { box } = placed(playground());
  assertEquals(box("users").rows, [
    { keys: "PK", name: "id", type: "uuid" },
    { keys: "", name: "name", type: "text" },
    { keys: "FK", name: "team_id", type: "integer, null" },
  ]);
  assertEquals(box("user_toy").rows[0].keys, "PK FK");
  assertEquals(box("teams").rows[1].keys, "UQ");
});

Deno.test("a line goes from the row with the foreign key to the row that it refers to", () => {
  const { box, line } = placed(playground());
  const { points, nullable, unique } = line("users.team_id → teams.id");
  assertEquals(points[0][0], box("users").x);
  assertEquals(points.at(-1)![0], box("teams").x + box("teams").width);
  assert(points[0][1] > box("users").y && points[0][1] < box("users").y + box("users").height);
  assertEquals([nullable, unique], [true, false]);
  for (const [index, [x, y]] of points.slice(1).entries()) {
    assert(x === points[index][0] || y === points[index][1], "every part of a line runs along an axis");
  }
});

Deno.test("a line begins without a crow's foot where its key is unique", () => {
  const { model, metadata } = declarativeBase();
  model("users", { id: uuid().primaryKey() });
  model("passports", { id: uuid().primaryKey(), userId: uuid().unique().references("users.id") });
  model("profiles", { userId: uuid().primaryKey().references("users.id") });
  model("notes", { id: uuid().primaryKey(), userId: uuid().references("users.id") });
  assertEquals(tables(metadata).layout.lines.map(({ unique }) => unique), [true, true, false]);
});

Deno.test("a line does not begin at the height at which a line to another table ends", () => {
  // here the first key of user_toy would lie at the height of toys.id
  const { line } = placed(playgroundOfTests);
  const toUser = line("user_toy.user_id → users.id").points;
  const toToy = line("user_toy.toy_id → toys.id").points;
  assert(Math.abs(toUser[0][1] - toToy.at(-1)![1]) >= 6, "the line to users begins where the line to toys ends");
});

Deno.test("circles, references to the own table and references past a column are drawn too", () => {
  const { model, metadata } = declarativeBase();
  model("teams", { id: identity().primaryKey(), captainId: uuid().nullable().references("users.id") });
  model("users", {
    id: uuid().primaryKey(),
    teamId: integer().references("teams.id"),
    friendId: uuid().nullable().references("users.id"),
  });
  model("games", { id: uuid().primaryKey(), userId: uuid().references("users.id") });
  model("scores", {
    gameId: uuid().primaryKey().references("games.id"),
    teamId: integer().primaryKey().references("teams.id"),
    userId: uuid().primaryKey().references("users.id"),
  });
  const { lines, boxes, width, height } = tables(metadata).layout;
  assertEquals(lines.length, 7);
  for (const { points } of lines) {
    for (const [x, y] of points) assert(x > 0 && y > 0 && x < width && y < height);
    for (let i = 1; i < points.length; i++) {
      const [[x1, y1], [x2, y2]] = [points[i - 1], points[i]];
      for (const box of boxes) {
        const across = Math.max(x1, x2) > box.x && Math.min(x1, x2) < box.x + box.width &&
          Math.max(y1, y2) > box.y && Math.min(y1, y2) < box.y + box.height;
        assert(!across, `a line runs across ${box.table}`);
      }
    }
  }
});

Deno.test("the sentence beside the picture names every table and every foreign key", () => {
  assertEquals(
    tables(playground()).alt,
    "Tables: teams, users, toys, user_toy. Foreign keys: user_toy.user_id → users.id; user_toy.toy_id → toys.id; " +
      "users.team_id → teams.id (or NULL).",
  );
  assertEquals(tables(declarativeBase().metadata).alt, "Tables: none. Foreign keys: none.");
});

Deno.test("the same tables give the same SVG, with names made safe", () => {
  const { model, metadata } = declarativeBase();
  model("a<b", { id: uuid().primaryKey() });
  assertStringIncludes(tables(metadata).svg, "a&lt;b");
  assertMatch(tables(playground()).svg, /^<svg .*<\/svg>$/s);
  assertEquals(tables(playground()).svg, tables(playground()).svg);
});

pictureTest(() => tables(playground()));
