import { assertEquals } from "@std/assert";
import { dumps } from "./pg_dump.ts";

Deno.test("a pg_dump dumps servers that are not newer", () => {
  assertEquals(dumps("pg_dump (PostgreSQL) 18.1 (Debian 18.1-1.pgdg13+2)", 180_001), true);
  assertEquals(dumps("pg_dump (PostgreSQL) 18beta1", 140_019), true);
  assertEquals(dumps("pg_dump (PostgreSQL) 17.6", 180_000), false);
  assertEquals(dumps("pg_dump of another program", 140_000), false);
});
