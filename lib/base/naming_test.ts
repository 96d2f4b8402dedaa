import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { conventionalName } from "./naming.ts";

Deno.test("a name says what it is, of which table, and of what in it", () => {
  assertEquals(conventionalName("pk", "heroes"), "pk_heroes");
  assertEquals(conventionalName("uq", "heroes", ["name", { name: "app_src" }]), "uq_heroes_name_app_src");
});

Deno.test("a name that PostgreSQL would cut ends in a hash of the whole", () => {
  const long = (end: string) =>
    conventionalName("ix", "a_table_with_quite_a_long_name", ["and_a_long_column_also_here", end]);
  assertEquals(conventionalName("ix", "t".repeat(55), ["c234"]).length, 63);
  assertEquals(long("one"), "ix_a_table_with_quite_a_long_name_and_a_long_column_al_2d5e3644");
  assertNotEquals(long("one"), long("two"));
  const umlauts = conventionalName("ix", "ä".repeat(40));
  assert(new TextEncoder().encode(umlauts).length <= 63 && umlauts.startsWith("ix_ä"));
});
