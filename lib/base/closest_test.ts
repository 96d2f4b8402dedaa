import { assertEquals } from "@std/assert";
import { closest } from "./closest.ts";

Deno.test("closest: a name that is misspelt, or written as elsewhere, is found; another one is not", () => {
  const known = ["poolSize", "poolTimeout", "isolationLevel", "signal"];
  const meant = ["poolsize", "pool_size", "poolTimout", "isolation-level", "ISOLATIONLEVEL", "singal"];
  assertEquals(meant.map((name) => closest(name, known)), [
    "poolSize",
    "poolSize",
    "poolTimeout",
    "isolationLevel",
    "isolationLevel",
    "signal",
  ]);
  for (const name of ["", "p", "ssl", "size", "poolTimeoutInSeconds"]) assertEquals(closest(name, known), undefined);
  assertEquals(closest("name", []), undefined);
});
