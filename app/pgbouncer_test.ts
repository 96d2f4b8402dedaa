import { assert, assertEquals } from "@std/assert";
import { poolerTest, startPooler } from "../testing/pgbouncer.ts";
import { Server } from "../testing/server.ts";
import type { DriverName } from "../lib/mod.ts";
import { testDatabase } from "../testing/test_database.ts";
import { emptyTables, start } from "../testing/application.ts";

const database = testDatabase(import.meta.url);
const DRIVERS: readonly DriverName[] = ["postgres", "pg", "wire", "libpq"];

for (const driver of DRIVERS) {
  const name = `${driver}: behind PgBouncer, with PREPARE=false, more requests than connections are all served`;
  poolerTest(database, name, async (url) => {
    await emptyTables(url);
    await using server = new Server(url);
    await using pooler = await startPooler(url, "transaction", 2, "extra_float_digits, options");
    await using app = start(pooler.url, driver, { PREPARE: "false", POOL_SIZE: "8" });
    const post = async (path: string, body: unknown) => {
      const answer = await app.send("POST", path, body);
      return { status: answer.status, body: await answer.json() };
    };
    // each POST /users is a transaction of several statements, each with parameters
    const users = await Promise.all(Array.from({ length: 32 }, async (_, n) => {
      const toy = await post("/toys", { name: `toy ${n % 8}` });
      const user = await post("/users", { name: `user ${n}`, toys: [toy.body.id] });
      const found = await app.send("GET", `/users/${user.body.id}`);
      assertEquals([found.status, await found.json()], [200, user.body]);
      return user.body.toys.map(({ name }: { name: string }) => name);
    }));
    assertEquals(users, Array.from({ length: 32 }, (_, n) => [`toy ${n % 8}`]));
    // not the server's own processes, such as those of autovacuum
    const counted = "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() " +
      "AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
    const [connections] = await server.run(counted);
    assert(connections as number >= 1 && connections as number <= 2, `${connections} connections`);
  });
}
