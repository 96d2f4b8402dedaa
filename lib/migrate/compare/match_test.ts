/** What stands beside a key or index of the models: it neither replaces nor hides it, and stays. */
import { assertEquals } from "@std/assert";
import { integer, Metadata, type ReferentialAction, text } from "../../mod.ts";
import { proveRevision } from "../../../testing/generated_revision.ts";
import { testDatabase } from "../../../testing/test_database.ts";
import { match } from "./match.ts";

const database = testDatabase(import.meta.url);

const TABLE = "CREATE TABLE a (id integer CONSTRAINT pk_a PRIMARY KEY, email text NOT NULL);";

type Options = Parameters<Metadata["add"]>[2];
const emails = (options: Options = {}) => {
  const metadata = new Metadata();
  metadata.add("a", { id: integer().primaryKey(), email: text() }, options);
  return { metadata };
};
const uniqueIndex = emails({ indexes: [{ on: ["email"], unique: true }] });

const EXTRA: Record<string, string> = {
  "an operator class": "CREATE INDEX extra ON a (email text_pattern_ops)",
  "DESC": "CREATE INDEX extra ON a (email DESC)",
  "INCLUDE": "CREATE INDEX extra ON a (email) INCLUDE (id)",
  "a trigram index": `DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
      CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
      CREATE INDEX extra ON a USING gin (email public.gin_trgm_ops);
    ELSE
      CREATE INDEX extra ON a USING spgist (email);
    END IF; END $$`,
};
for (const [kind, extra] of Object.entries(EXTRA)) {
  database.test(`a unique index beside ${kind} on the same column: both stay`, async (url) => {
    const { found } = await proveRevision(
      url,
      `${TABLE} CREATE UNIQUE INDEX ix_a_email ON a (email); ${extra}`,
      uniqueIndex,
    );
    assertEquals(found.summary, []);
  });
  database.test(`a unique index of the models where ${kind} stands: created`, async (url) => {
    const { found, before, after } = await proveRevision(url, `${TABLE} ${extra}`, uniqueIndex);
    assertEquals(found.summary, ["create index ix_a_email of a"]);
    assertEquals(after.filter((line) => !before.includes(line)), [
      "CREATE UNIQUE INDEX ix_a_email ON a USING btree (email)",
    ]);
  });
}

const DEFERRABLE = "ALTER TABLE a ADD CONSTRAINT extra UNIQUE (email) DEFERRABLE";

database.test("a UNIQUE constraint and a DEFERRABLE one on the same column: both stay, and the plain one is missed", async (url) => {
  const unique = emails({ unique: [["email"]] });
  const both = await proveRevision(
    url,
    `${TABLE} ALTER TABLE a ADD CONSTRAINT uq_a_email UNIQUE (email); ${DEFERRABLE}`,
    unique,
  );
  assertEquals(both.found.summary, []);
  const one = await proveRevision(url, `${TABLE} ${DEFERRABLE}`, unique);
  assertEquals(one.found.summary, ["add unique uq_a_email of a"]);
});

const owned = (onDelete?: ReferentialAction) => {
  const metadata = new Metadata();
  metadata.add("owners", { id: integer().primaryKey() });
  metadata.add("a", { id: integer().primaryKey(), ownerId: integer().references("owners.id", { onDelete }) });
  return { metadata };
};

database.test("a DEFERRABLE foreign key stands, and the models want one that cascades: added", async (url) => {
  const statements = `CREATE TABLE owners (id integer CONSTRAINT pk_owners PRIMARY KEY);
    CREATE TABLE a (id integer CONSTRAINT pk_a PRIMARY KEY,
                    owner_id integer NOT NULL CONSTRAINT old_key REFERENCES owners DEFERRABLE);`;
  const { found, after } = await proveRevision(url, statements, owned("cascade"));
  assertEquals(found.summary, ["add foreign key fk_a_owner_id_owners of a"]);
  assertEquals(after.filter((line) => line.includes("FOREIGN KEY")), [
    "a constraint fk_a_owner_id_owners FOREIGN KEY (owner_id) REFERENCES owners(id) ON DELETE CASCADE",
    "a constraint old_key FOREIGN KEY (owner_id) REFERENCES owners(id) DEFERRABLE",
  ]);
});

database.test("the models name what stands there in another form: dropped and created, and back on the way down", async (url) => {
  const index = await proveRevision(
    url,
    `${TABLE} CREATE INDEX ix_a_email ON a (email DESC) INCLUDE (id)`,
    uniqueIndex,
  );
  assertEquals(index.found.summary, ["drop index ix_a_email of a", "create index ix_a_email of a"]);
  const unique = await proveRevision(
    url,
    `${TABLE} ALTER TABLE a ADD CONSTRAINT uq_a_email UNIQUE (email) INCLUDE (id)`,
    emails({ unique: [["email"]] }),
  );
  assertEquals(unique.found.summary, ["drop unique uq_a_email of a", "add unique uq_a_email of a"]);
  const statements = `CREATE TABLE owners (id integer CONSTRAINT pk_owners PRIMARY KEY);
    CREATE TABLE a (id integer CONSTRAINT pk_a PRIMARY KEY,
                    owner_id integer NOT NULL CONSTRAINT fk_a_owner_id_owners REFERENCES owners DEFERRABLE);`;
  const foreignKey = await proveRevision(url, statements, owned("cascade"));
  assertEquals(foreignKey.found.summary, [
    "drop foreign key fk_a_owner_id_owners of a",
    "add foreign key fk_a_owner_id_owners of a",
  ]);
});

const key = (
  name: string,
  columns: string[],
  more: { leftAlone?: string; definition?: string; anyName?: true } = {},
) => ({
  name,
  columns,
  uses: columns,
  ...more,
});

/** Of a part that only its definition says. */
const ODD = { leftAlone: "over periods of time", definition: "UNIQUE (a, b WITHOUT OVERLAPS)" };

Deno.test("exact matches come before equal contents, equal contents before equal names", () => {
  const [a, b] = [key("one", ["a"]), key("two", ["a"])];
  assertEquals(match([a, b], [key("two", ["a"])]), { kept: [b], added: [], removed: [a], renamed: [], held: [] });
  const [from, to] = [key("old", ["a"]), key("new", ["a"])];
  assertEquals(match([from], [to]), { kept: [], added: [], removed: [], renamed: [{ from, to }], held: [] });
  const [before, after] = [key("same", ["a"]), key("same", ["b"])];
  assertEquals(match([before], [after]), { kept: [], added: [after], removed: [before], renamed: [], held: [] });
});

Deno.test("swapped names are dropped and created, because a rename to a name in use fails", () => {
  const live = [key("one", ["a"]), key("two", ["b"])];
  const wanted = [key("one", ["b"]), key("two", ["a"])];
  assertEquals(match(live, wanted), { kept: [], added: wanted, removed: live, renamed: [], held: [] });
});

Deno.test("a part without a name in the models is kept under any name, first under its own", () => {
  const [own, other] = [key("uq_a", ["a"]), key("a_key", ["a"])];
  const wanted = key("uq_a", ["a"], { anyName: true });
  assertEquals(match([other], [wanted]), { kept: [other], added: [], removed: [], renamed: [], held: [] });
  assertEquals(match([other, own], [wanted]), { kept: [own], added: [], removed: [other], renamed: [], held: [] });
});

Deno.test("a part that models cannot describe is dropped only for a part of its name", () => {
  const odd = key("odd", ["a"], ODD);
  const wanted = key("plain", ["a"]);
  assertEquals(match([odd], []), { kept: [], added: [], removed: [], renamed: [], held: [] });
  assertEquals(match([odd], [wanted]), { kept: [], added: [wanted], removed: [], renamed: [], held: [] });
  const namesake = key("odd", ["a"]);
  assertEquals(match([odd], [namesake]), { kept: [], added: [namesake], removed: [odd], renamed: [], held: [] });
  assertEquals(match([odd], [key("odd", ["a"], ODD)]).kept, [odd]);
});

Deno.test("a fixed part stays whatever the models want under its name, and for equal contents", () => {
  const live = key("one", ["a"]);
  const isFixed = () => true;
  for (const wanted of [key("one", ["b"]), key("other", ["a"])]) {
    assertEquals(match([live], [wanted], { isFixed }), { kept: [live], added: [], removed: [], renamed: [], held: [] });
  }
});

Deno.test("a table has one primary key: none is added beside one that stays", () => {
  const odd = key("a_pkey", ["a"], ODD);
  const wanted = key("pk_a", ["a"], { anyName: true });
  assertEquals(match([odd], [wanted], { isOnlyOne: true }), {
    kept: [],
    added: [],
    removed: [],
    renamed: [],
    held: [],
  });
  const ordinary = key("a_pkey", ["b"]);
  assertEquals(match([ordinary], [wanted], { isOnlyOne: true }).removed, [ordinary]);
});
