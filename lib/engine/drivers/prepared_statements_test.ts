import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { MOST_PREPARED, PreparedStatements } from "./prepared_statements.ts";

const names = () => new PreparedStatements((name) => name);

Deno.test("a name is of one connection: others of the same process have other names", () => {
  const [one, two] = [names().add("SELECT 1")!, names().add("SELECT 1")!];
  assertMatch(one, /^s[0-9a-f]{16}_1$/);
  assertNotEquals(one, two);
  assert(one.length + String(Number.MAX_SAFE_INTEGER).length <= 63); // PostgreSQL cuts longer ones off
});

Deno.test("each text has its name until it is forgotten, and then another", () => {
  const prepared = names();
  const one = prepared.add("SELECT 1")!;
  prepared.add("SELECT 2");
  assertEquals(prepared.get("SELECT 1"), one);
  prepared.forget("SELECT 1", "another");
  prepared.failed("SELECT 1", one, "23505"); // is not the text's fault
  assertEquals(prepared.get("SELECT 1"), one);
  prepared.failed("SELECT 1", one, "0A000");
  assertEquals(prepared.get("SELECT 1"), undefined);
  assertMatch(prepared.add("SELECT 1")!, /_3$/);
});

Deno.test("the server never has more than so many, counting those that are stale and left there", () => {
  const prepared = names();
  for (let i = 0; i < MOST_PREPARED; i++) assert(prepared.add(`SELECT ${i}`));
  assertEquals(prepared.add("SELECT"), undefined);
  prepared.failed("SELECT 1", prepared.get("SELECT 1")!, "0A000");
  assertEquals(prepared.add("SELECT 1"), undefined);
  prepared.failed("SELECT 2", prepared.get("SELECT 2")!, "26000");
  assert(prepared.add("SELECT 2"));
  prepared.forget("SELECT 3", prepared.get("SELECT 3")!);
  assert(prepared.add("SELECT 3"));
  assertEquals(prepared.add("SELECT 1"), undefined);
});
