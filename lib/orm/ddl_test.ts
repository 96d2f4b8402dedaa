import { assertEquals } from "@std/assert";
import { createTable, quote } from "./ddl.ts";
import { Hero } from "./testing/heroes.ts";

Deno.test("a table is written with its constraints and indexes named by the convention", () => {
  assertEquals(createTable(Hero.table), [
    `CREATE TABLE heroes (
  id uuid NOT NULL,
  name text NOT NULL,
  app_src text,
  created_at timestamptz DEFAULT now() NOT NULL,
  updated_on timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT pk_heroes PRIMARY KEY (id),
  CONSTRAINT uq_heroes_name UNIQUE (name)
)`,
    "CREATE INDEX ix_heroes_app_src ON heroes (app_src)",
  ]);
});

Deno.test("a name is quoted where PostgreSQL would read it otherwise", () => {
  assertEquals(quote("heroes"), "heroes");
  assertEquals(quote("user"), '"user"');
  assertEquals(quote("appSrc"), '"appSrc"');
  assertEquals(quote('a"b'), '"a""b"');
});
