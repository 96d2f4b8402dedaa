/** Behind a pooler that shares server processes, a statement never runs as another program's. @module */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { testDatabase } from "../../workbook/test_database.ts";
import type { Driver, DriverConnection } from "../driver.ts";
import { StaleStatementError } from "../errors.ts";
import { poolerTest, startPooler } from "../testing/pgbouncer.ts";
import { EngineUrl } from "../url.ts";

const database = testDatabase(import.meta.url);
const ROUNDS = 500;

for (const [name, nonblocking] of [["pg", false], ["postgres", false], ["libpq", true]] as const) {
  poolerTest(database, `${name}: with prepare: false forgotten, no query has another's answer`, async (direct) => {
    await using pooler = await startPooler(direct, "transaction", 2);
    const url = EngineUrl.parse(pooler.url).withDriver(name);
    const { driver }: { driver: Driver } = await import(`./${name}.ts`);
    const open = () => driver.connect({ url, settings: {}, connectTimeout: 10_000, prepare: true, nonblocking });
    const connections = await Promise.all([open(), open()]);
    let right = 0;
    const gone: Error[] = [];
    const ask = async (connection: DriverConnection, who: number, round: number) => {
      // the same numbers of texts on both, so that names that only count would be the same
      const sql = `SELECT '${who}', ${round % 5}, $1::int`;
      try {
        assertEquals((await connection.query({ sql, parameters: [`${round}`] })).rows, [[`${who}`, round % 5, round]]);
        right++;
      } catch (error) {
        assertInstanceOf(error, StaleStatementError);
        gone.push(error);
      }
    };
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(connections.map((connection, who) => ask(connection, who, round)));
    }
    assertEquals(right + gone.length, 2 * ROUNDS);
    for (const { message } of gone) assertEquals(/26000[^]*prepare: false/.test(message), true, message);
    for (const connection of connections) await connection.close();
  });
}
