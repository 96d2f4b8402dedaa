import { assertEquals, assertRejects } from "@std/assert";
import { testDatabase } from "../../../testing/test_database.ts";
import type { Driver, DriverConnection } from "../driver.ts";
import { ConnectError, StatementCancelledError } from "../errors.ts";
import { Server } from "../../../testing/server.ts";
import { CERTIFICATE, TlsFront } from "../../../testing/tls_front.ts";
import { EngineUrl } from "../url.ts";

const database = testDatabase(import.meta.url);

for (const name of ["pg", "postgres", "wire"] as const) {
  const open = async (url: EngineUrl): Promise<DriverConnection> => {
    const { driver }: { driver: Driver } = await import(`./${name}.ts`);
    return await driver.connect({ url, settings: {}, connectTimeout: 20_000, prepare: true, nonblocking: false });
  };

  database.test(`${name}: sslmode says whether a certificate is looked at, and the name in it`, async (plain) => {
    const url = EngineUrl.parse(plain).withDriver(name);
    await using front = await TlsFront.start(url);
    const file = await Deno.makeTempFile({ suffix: ".pem" });
    await Deno.writeTextFile(file, CERTIFICATE);
    const root = `sslrootcert=${encodeURIComponent(file)}`;
    const served: [host: string, options: string][] = [
      ["localhost", "sslmode=prefer"],
      ["localhost", "sslmode=require"],
      ["localhost", `sslmode=verify-full&${root}`],
      ["127.0.0.1", `sslmode=verify-ca&${root}`],
    ];
    for (const [host, options] of served) {
      const connection = await open(front.by(url, host, options));
      assertEquals((await connection.query({ sql: "SELECT $1::int", parameters: ["7"] })).rows, [[7]], options);
      await connection.close();
    }
    const refused: [host: string, options: string, problem: string][] = [
      ["127.0.0.1", `sslmode=verify-full&${root}`, "TLS: Hostname/IP does not match"],
      ["localhost", "sslmode=verify-full", "TLS: self-signed certificate"],
      ["localhost", "sslmode=verify-ca&sslrootcert=system", "TLS: self-signed certificate"],
    ];
    for (const [host, options, problem] of refused) {
      await assertRejects(() => open(front.by(url, host, options)), ConnectError, problem);
    }
    await Deno.remove(file);
  });

  database.test(`${name}: over TLS the status is read as well, and a request to cancel is encrypted too`, async (plain) => {
    const url = EngineUrl.parse(plain).withDriver(name);
    await using front = await TlsFront.start(url);
    await using server = new Server(plain);
    const connection = await open(front.by(url, "localhost", "sslmode=require"));
    await connection.query({ sql: "BEGIN", parameters: [] });
    assertEquals(connection.transactionStatus, "in transaction");
    const sleeping = connection.query({ sql: "SELECT pg_sleep(30)", parameters: [] });
    const cancelled = assertRejects(() => sleeping, StatementCancelledError);
    await server.untilSleeping(connection.backendPid);
    await connection.cancel();
    await cancelled;
    assertEquals([connection.transactionStatus, front.accepted], ["failed", 2]);
    await connection.close();
  });
}
