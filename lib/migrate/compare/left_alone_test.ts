/** What stands on a column that autogenerate leaves alone: neither dropped nor changed. */
import { assertEquals } from "@std/assert";
import { type Column, integer, Metadata, text } from "../../mod.ts";
import { proveRevision } from "../../../testing/generated_revision.ts";
import { testDatabase } from "../../../testing/test_database.ts";
import type { IncludeObject } from "../include_object.ts";

const database = testDatabase(import.meta.url);

type Columns = Record<string, Column<unknown, boolean, boolean>>;

/** A table with these columns beside its key. */
function models(columns: Columns = {}, includeObject?: IncludeObject) {
  const metadata = new Metadata();
  metadata.add("a", { id: integer().primaryKey(), ...columns });
  return { metadata, includeObject };
}
const table = (columns: string) => `CREATE TABLE a (id integer CONSTRAINT pk_a PRIMARY KEY, ${columns});`;
/** citext where the server has it, else a type of as little use to models. */
const CITEXT = `DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'citext') THEN
    CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
    CREATE DOMAIN address AS public.citext;
  ELSE
    CREATE DOMAIN address AS text;
  END IF; END $$;`;

/** Per column: the table, with what stands on the column, and the models. */
const COLUMNS: Record<string, [statements: string, { metadata: Metadata; includeObject?: IncludeObject }]> = {
  "tsvector with a GIN index": [`${table("words tsvector")} CREATE INDEX a_words ON a USING gin (words)`, models()],
  "citext with UNIQUE": [`${CITEXT} ${table("email address NOT NULL UNIQUE")}`, models()],
  "citext that the models call text": [
    `${CITEXT} ${
      table("email address NOT NULL CONSTRAINT uq_a_email UNIQUE CONSTRAINT ck_a_email CHECK (email <> '')")
    }`,
    models({ email: text().unique().check("email <> ''") }),
  ],
  "money with a CHECK": [table("price money CHECK (price > 0::money)"), models()],
  "char(2) with REFERENCES": [
    `CREATE TABLE countries (code char(2) PRIMARY KEY); ${table("country char(2) REFERENCES countries")}`,
    models(),
  ],
  "inet with an index": [`${table("ip inet")} CREATE INDEX ON a (ip)`, models()],
  "a generated column with UNIQUE": [
    table("twice integer GENERATED ALWAYS AS (id * 2) STORED, UNIQUE (twice), CHECK (twice > 0)"),
    models(),
  ],
  "serial with UNIQUE": [table("number serial UNIQUE"), models()],
  "a collated column with an index": [`${table('name text COLLATE "C"')} CREATE INDEX ON a (name, id)`, models()],
  "a column that includeObject leaves out": [
    `${table("secret text UNIQUE CHECK (secret <> '')")} CREATE INDEX ON a (lower(secret))`,
    models({}, ({ kind, name }) => kind !== "column" || name !== "secret"),
  ],
  "a name with capital letters in an expression": [
    `${table('"userName" text')} CREATE UNIQUE INDEX ON a (lower("userName"))`,
    models(),
  ],
  "a name with capital letters in a condition": [
    `${table('"userName" text')} CREATE INDEX ON a (id) WHERE "userName" IS NOT NULL`,
    models(),
  ],
};

for (const [kind, [statements, project]] of Object.entries(COLUMNS)) {
  database.test(`${kind}: nothing is found`, async (url) => {
    const countries = ({ name, table }: { name: string; table?: string }) => ![name, table].includes("countries");
    const includeObject: IncludeObject = (object) => countries(object) && (project.includeObject?.(object) ?? true);
    const { found } = await proveRevision(url, statements, { ...project, includeObject });
    assertEquals([found.summary, found.notes], [[], []]);
  });
}

database.test("a part that does not stand on such a column is compared as ever", async (url) => {
  const statements = `${table("words tsvector, name text NOT NULL")} CREATE INDEX ON a USING gin (words);
    CREATE INDEX ix_name ON a (name)`;
  const { found } = await proveRevision(url, statements, models({ name: text().index() }));
  assertEquals(found.summary, ["rename index ix_name of a to ix_a_name"]);
});
