/** Parts that typed fields cannot say carry the server's own definition, from which a revision creates them again. */
import { assertEquals } from "@std/assert";
import { testDatabase } from "../../../testing/test_database.ts";
import { makeMigrations, ownLines, scratch } from "../../../testing/migrations.ts";
import { downgrade, upgrade } from "../commands.ts";
import type { TableSchema } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { renderRevision } from "../render/render.ts";
import { reflect } from "./reflect.ts";

const database = testDatabase(import.meta.url);

/** One part of each kind; the names in quotes are those that a pattern would misread. */
const ODD = `
CREATE TABLE toys (a int, b int, UNIQUE (a, b));
CREATE TABLE rooms (
  id int, a int, b int, name text, during int4range, "USING btree" text,
  CONSTRAINT pk PRIMARY KEY (id) DEFERRABLE,
  CONSTRAINT uq UNIQUE (a) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT included UNIQUE (b) INCLUDE (name),
  CONSTRAINT ck CHECK (a > 0) NO INHERIT,
  CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES toys (a, b) MATCH FULL ON DELETE CASCADE DEFERRABLE,
  CONSTRAINT "apart; ""x""" EXCLUDE USING gist (during WITH &&) WHERE (a > 0),
  CONSTRAINT ordinary UNIQUE (name)
);
ALTER TABLE rooms ADD CONSTRAINT unchecked CHECK (b > 0) NOT VALID;
CREATE INDEX " USING gist (" ON rooms ("USING btree" text_pattern_ops, lower(name) DESC);
CREATE UNIQUE INDEX sorted ON rooms (a DESC NULLS LAST) INCLUDE (b) WITH (fillfactor = 70) WHERE b > 0;
CREATE INDEX collated ON rooms USING hash (name COLLATE "C");
CREATE INDEX ordinary_index ON rooms (name);
`;

const DEFINITIONS = {
  primaryKey: ["pk", "PRIMARY KEY (id) DEFERRABLE"],
  uniques: [
    ["included", "UNIQUE (b) INCLUDE (name)"],
    ["ordinary", undefined],
    ["uq", undefined],
  ],
  checks: [["ck", "CHECK ((a > 0)) NO INHERIT"], ["unchecked", "CHECK ((b > 0)) NOT VALID"]],
  foreignKeys: [["fk", "FOREIGN KEY (a, b) REFERENCES toys(a, b) MATCH FULL ON DELETE CASCADE DEFERRABLE"]],
  others: [['apart; "x"', "EXCLUDE USING gist (during WITH &&) WHERE ((a > 0))"]],
  indexes: [
    [" USING gist (", 'btree ("USING btree" text_pattern_ops, lower(name) DESC)'],
    ["collated", 'hash (name COLLATE "C")'],
    ["ordinary_index", undefined],
    ["sorted", "btree (a DESC NULLS LAST) INCLUDE (b) WITH (fillfactor='70') WHERE (b > 0)"],
  ],
};

function definitions({ primaryKey, uniques, checks, foreignKeys, others, indexes }: TableSchema) {
  const each = ({ name, definition }: { name: string; definition?: string }) => [name, definition];
  return {
    primaryKey: each(primaryKey!),
    uniques: uniques.map(each),
    checks: checks.map(each),
    foreignKeys: foreignKeys.map(each),
    others: others.map(each),
    indexes: indexes.map(each),
  };
}

/** Drops every part of a table that has a definition. */
function dropped(table: TableSchema): Operation[] {
  const { primaryKey, uniques, checks, foreignKeys, others, indexes } = table;
  return [
    { kind: "dropPrimaryKey", table, key: primaryKey! },
    ...uniques.map((key): Operation => ({ kind: "dropUnique", table, key })),
    ...checks.map((check): Operation => ({ kind: "dropCheck", table, check })),
    ...foreignKeys.map((key): Operation => ({ kind: "dropForeignKey", table, key })),
    ...others.map((constraint): Operation => ({ kind: "dropConstraint", table, constraint })),
    ...indexes.map((index): Operation => ({ kind: "dropIndex", table, index })),
  ];
}

const ways: Record<string, (table: TableSchema) => Operation[]> = {
  "the parts of a table": dropped,
  "a whole table": (table) => [{ kind: "dropTable", table }],
};
for (const [what, drop] of Object.entries(ways)) {
  database.test(`a downgrade brings back ${what}: each part by the server's own definition`, async (url) => {
    const { engine, schema } = await scratch(url);
    await using _engine = engine;
    await engine.begin((connection) => connection.execute(ODD));
    const before = await ownLines(engine);
    const { tables } = await engine.begin((connection) => reflect(connection, { main: schema }));
    const rooms = tables.find(({ name }) => name === "rooms")!;
    assertEquals(definitions(rooms), DEFINITIONS as ReturnType<typeof definitions>);
    const { up, down } = renderRevision(drop(rooms), "");
    await using folder = await makeMigrations({ id: "a1", up: up.join("\n"), down: down.join("\n") });
    await upgrade(engine, folder.directory);
    const left = (await ownLines(engine)).filter((line) => /^rooms constraint|^CREATE .*INDEX .* ON rooms/.test(line));
    assertEquals(left, [], "nothing is left");
    await downgrade(engine, folder.directory, "base");
    assertEquals((await ownLines(engine)).toSorted(), before.toSorted());
  });
}
