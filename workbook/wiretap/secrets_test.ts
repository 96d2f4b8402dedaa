import { assertEquals } from "@std/assert";
import { withoutPasswords } from "./secrets.ts";

Deno.test("wiretap: passwords of roles are hidden in every spelling, and nothing else", () => {
  for (
    const [sql, shown] of [
      ["CREATE ROLE a LOGIN PASSWORD 'x''y'", "CREATE ROLE a LOGIN PASSWORD '***'"],
      ["alter user a with encrypted password E'\\'x'", "alter user a with encrypted password '***'"],
      ["ALTER ROLE a PASSWORD /* now */ $q$x$q$; SELECT 'y'", "ALTER ROLE a PASSWORD /* now */ '***'; SELECT 'y'"],
      ["ALTER USER MAPPING FOR a OPTIONS (SET password 'x')", "ALTER USER MAPPING FOR a OPTIONS (SET password '***')"],
      ["ALTER ROLE a PASSWORD NULL", "ALTER ROLE a PASSWORD NULL"],
      ["SELECT 'x' AS password, name FROM users", "SELECT 'x' AS password, name FROM users"],
      ["SELECT 'x'", "SELECT 'x'"],
    ]
  ) assertEquals(withoutPasswords(sql), shown);
});
