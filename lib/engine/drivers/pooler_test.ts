/**
 * Behind a pooler that shares server processes, a statement never runs as another program's.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { testDatabase } from "../../../testing/test_database.ts";
import { openAsker, startAsker } from "../../../testing/asker.ts";
import { poolerTest, startPooler } from "../../../testing/pgbouncer.ts";
import { EngineUrl } from "../url.ts";

const database = testDatabase(import.meta.url);
const ROUNDS = 500;

for (const password of ["", "p@ss/w'rd #1%"]) {
  poolerTest(database, `PgBouncer is set up with ${password ? "any" : "no"} password`, async (direct) => {
    const { host, port, user, database } = EngineUrl.parse(direct);
    const url = `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
    await using _pooler = await startPooler(url, "transaction", 1); // it answers: its configuration is good
  });
}
const PROGRAMS = {
  "of two connections none": openAsker,
  "of two processes that are alike, down to their pid, none": startAsker,
};

for (const driver of ["pg", "postgres", "wire", "libpq"] as const) {
  for (const [which, start] of Object.entries(PROGRAMS)) {
    poolerTest(
      database,
      `${driver}: with prepare: false forgotten, ${which} has the other's answer`,
      async (direct) => {
        await using pooler = await startPooler(direct, "transaction", 2);
        const url = EngineUrl.parse(pooler.url).withDriver(driver);
        await using one = await start(url);
        await using two = await start(url);
        let right = 0;
        const stale: string[] = [];
        for (let round = 0; round < ROUNDS; round++) {
          await Promise.all([one, two].map(async ({ ask }, who) => {
            // the same numbers of texts on both, so that names that only count would be the same
            const sql = `SELECT '${who}', ${round % 5}, $1::int`;
            const outcome = await ask({ sql, parameters: [`${round}`] });
            if ("stale" in outcome) return stale.push(outcome.stale);
            assertEquals(outcome.rows, [[`${who}`, round % 5, round]]);
            right++;
          }));
        }
        assertEquals(right + stale.length, 2 * ROUNDS);
        for (const message of stale) assertEquals(/26000[^]*prepare: false/.test(message), true, message);
      },
    );
  }
}
