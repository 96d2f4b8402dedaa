import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { createEngine } from "../lib/mod.ts";
import { readOutput } from "../testing/child_output.ts";
import { until } from "../testing/until.ts";
import { testDatabase } from "../testing/test_database.ts";
import { emptyTables } from "../testing/application.ts";
import { DRIVERS } from "../app/drivers.ts";
import { possibleWorkers } from "./app.ts";
import { root } from "../workbook/paths.ts";
import { processTable, run } from "../workbook/processes.ts";
import { freePort } from "../workbook/jupyter/server.ts";

const database = testDatabase(import.meta.url);

interface Running {
  readonly url: string;
  readonly port: number;
  readonly process: Deno.ChildProcess;
  /** Output so far, from both streams. */
  said(): string;
  /**
   * Ends with its output.
   * @returns its exit status.
   */
  ended(): Promise<number>;
}

/** `deno task app` as a reader runs it. */
async function start(
  url: string,
  driver: string,
  workers: number,
  { env = {}, args = [], port = freePort() }: { env?: Record<string, string>; args?: string[]; port?: number } = {},
): Promise<Running> {
  const command = ["run", "-A", "--quiet", join("tools", "app.ts"), "--driver", driver, "--workers", String(workers)];
  const process = new Deno.Command(Deno.execPath(), {
    args: [...command, ...args],
    cwd: root,
    env: { DATABASE_URL: url, NO_COLOR: "1", PORT: String(port), ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = readOutput(process);
  const listening = () => output.text().match(/^listening on/gm)?.length ?? 0;
  await until(`${workers} processes listen`, () => listening() === workers);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    process,
    said: output.text,
    async ended() {
      const { code } = await process.status;
      await output.closed;
      return code;
    },
  };
}

/** The process ids of the workers. */
async function workersOf({ pid }: Deno.ChildProcess): Promise<number[]> {
  return (await processTable()).filter(({ parent }) => parent === pid).map((process) => process.pid);
}

Deno.test("--help, and a driver or number that cannot be, are told in a sentence", async () => {
  const app = (...args: string[]) =>
    run(Deno.execPath(), ["run", "-A", "--quiet", join(root, "tools", "app.ts"), ...args]);
  assertMatch((await app("--help")).stdout, /--driver postgres\|pg\|libpq/);
  for (const args of [["--driver", "mysql"], []]) {
    const { code, stderr } = await app(...args);
    assertEquals([code, stderr], [2, "--driver takes one of postgres, pg, libpq, wire. See: deno task app --help\n"]);
  }
  assertMatch(
    (await app("--driver", "pg", "--workers", "0")).stderr,
    /^--workers takes a number from 1 to 64, not "0"\.\n$/,
  );
});

Deno.test("where processes cannot share a port, one runs", () => {
  assertEquals((["linux", "darwin", "windows"] as const).map((os) => possibleWorkers(4, os)), [4, 1, 1]);
});

for (const driver of DRIVERS) {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    database.test(`${driver}: ${signal} lets two processes finish the requests they have, then ends them`, async (url) => {
      await emptyTables(url);
      const app = await start(url, driver, 2);
      await using engine = createEngine(url);
      await using holder = await engine.connect();
      await holder.execute("LOCK TABLE toys IN ACCESS EXCLUSIVE MODE");
      const answer = fetch(`${app.url}/toys`);
      await using watcher = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
      // of this database: another run of the tests may use the same names on the same server
      const ours =
        "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1";
      const waiting = `${ours} AND wait_event_type = 'Lock'`;
      await until(
        "the request waits for the lock",
        async () => (await watcher.execute(waiting, [`toys on ${driver}`])).scalar() === 1,
      );
      app.process.kill(signal);
      await holder.rollback();
      assertEquals([(await answer).status, await (await answer).json()], [200, []]);
      assertEquals(await app.ended(), 0);
      assertMatch(app.said(), /"path":"\/toys","status":200/);
      // the server hears of the end of a process a moment later
      await until(
        "no connection is left",
        async () => (await watcher.execute(ours, [`toys on ${driver}`])).scalar() === 0,
      );
    });
  }
}

database.test("a process that dies is replaced, and the other one goes on serving", async (url) => {
  await emptyTables(url);
  const app = await start(url, "pg", 2);
  const begun = performance.now(); // one that ends within its first second is taken for one that cannot start
  await until("the processes are more than a second old", () => performance.now() - begun > 1_200);
  const [victim, other] = await workersOf(app.process);
  assert(victim !== undefined && other !== undefined, `two processes run no more:\n${app.said()}`);
  Deno.kill(victim, "SIGKILL");
  await until("another one listens", () => app.said().match(/^listening on/gm)?.length === 3);
  assertMatch(app.said(), /an application process exited with status \d+; restarting it/);
  const statuses = await Promise.all(Array.from({ length: 20 }, async () => {
    const response = await fetch(`${app.url}/toys`);
    await response.body?.cancel();
    return response.status;
  }));
  assertEquals(new Set(statuses), new Set([200]));
  app.process.kill("SIGTERM");
  assertEquals(await app.ended(), 0);
});

Deno.test("a wrong setting is one sentence, and exit status 2, however many processes there are", async () => {
  const args = ["run", "-A", "--quiet", join(root, "tools", "app.ts"), "--driver", "pg", "--workers", "3"];
  const env = { ...Deno.env.toObject(), DATABASE_URL: "postgresql://127.0.0.1:1/none", POOL_SIZE: "many" };
  const { code, stderr } = await run(Deno.execPath(), args, { env });
  assertEquals([code, stderr], [2, 'POOL_SIZE takes a whole number from 1 to 1000, not "many".\n']);
});

database.test("PORT is honoured, HOST=::1 is printed as an address, and a second application is refused", async (url) => {
  await emptyTables(url);
  for (const workers of [1, 2]) {
    const app = await start(url, "pg", workers, { env: { HOST: "::1" } });
    const origin = `http://[::1]:${app.port}`;
    for (const line of [`listening on ${origin}`, `documentation at ${origin}/docs`]) {
      assertEquals(app.said().split("\n").filter((said) => said === line).length, workers, app.said());
    }
    const home = await fetch(origin);
    await home.body?.cancel();
    assertEquals(home.url, `${origin}/docs`);
    for (const others of [1, 2]) {
      const args = [
        "run",
        "-A",
        "--quiet",
        join(root, "tools", "app.ts"),
        "--driver",
        "pg",
        "--workers",
        String(others),
      ];
      const env = { ...Deno.env.toObject(), DATABASE_URL: url, HOST: "::1", PORT: String(app.port) };
      const { code, stderr } = await run(Deno.execPath(), args, { env });
      assertEquals(code, 1);
      assertMatch(stderr, new RegExp(`^Port ${app.port} of ::1 is in use, perhaps by another application\\.`));
    }
    app.process.kill("SIGTERM");
    assertEquals(await app.ended(), 0);
  }
});

database.test("settings come from a file, and a changed file of the application restarts it", async (url) => {
  await emptyTables(url);
  const file = await Deno.makeTempFile({ suffix: ".env" });
  await Deno.writeTextFile(file, "# for a test\nREQUEST_LOG=false\nPORT=1\n");
  const app = await start(url, "pg", 1, { args: ["--env-file", file, "--watch"] });
  await (await fetch(`${app.url}/healthz`)).body?.cancel();
  const models = join(root, "app", "made_up_name.ts");
  await Deno.utime(models, new Date(), new Date());
  await until("it has restarted", () => app.said().match(/^listening on/gm)?.length === 2);
  await (await fetch(`${app.url}/healthz`)).body?.cancel();
  app.process.kill("SIGTERM");
  assertEquals(await app.ended(), 0);
  assertMatch(app.said(), /^a file has changed; restarting$/m);
  assert(!app.said().includes("/healthz"), "REQUEST_LOG of the file was not read");
  await Deno.remove(file);
});

for (const driver of DRIVERS) {
  database.test(`${driver}: SIGTERM answers what was accepted, cuts off half a request, and ends with 0`, async (url) => {
    await emptyTables(url);
    const app = await start(url, driver, 1, { env: { STOP_TIMEOUT: "2000", POOL_SIZE: "2" } });
    using half = await Deno.connect({ hostname: "127.0.0.1", port: app.port });
    await half.write(new TextEncoder().encode("GET /toys HTTP/1.1\r\n"));
    await using engine = createEngine(url);
    await using holder = await engine.connect();
    await holder.execute("LOCK TABLE toys IN ACCESS EXCLUSIVE MODE");
    const answers = Array.from({ length: 8 }, () => fetch(`${app.url}/toys`));
    await using watcher = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const waiting = `SELECT count(*)::int FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Lock'`;
    await until(
      "requests wait for the lock",
      async () => (await watcher.execute(waiting, [`toys on ${driver}`])).scalar() as number > 0,
    );
    app.process.kill("SIGTERM");
    await holder.rollback();
    for (const answer of await Promise.all(answers)) {
      assertEquals([answer.status, await answer.json()], [200, []]);
    }
    assertEquals(await app.ended(), 0);
    assertEquals(app.said().match(/"path":"\/toys","status":200/g)?.length, 8, "the log was not written to its end");
    assertMatch(app.said(), /^after 2 s cutting off 0 requests, and clients that sent half of one$/m);
  });

  database.test(`${driver}: what is unfinished too long after SIGTERM is cancelled, and the process ends with 0`, async (url) => {
    await emptyTables(url);
    const app = await start(url, driver, 1, { env: { STOP_TIMEOUT: "300", REQUEST_TIMEOUT: "1000" } });
    await using engine = createEngine(url);
    await using holder = await engine.connect();
    await holder.execute("LOCK TABLE toys IN ACCESS EXCLUSIVE MODE");
    await (await fetch(`${app.url}/healthz`)).body?.cancel();
    const answer = fetch(`${app.url}/toys`).then((response) => response.status);
    await using watcher = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const waiting = `SELECT count(*)::int FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Lock'`;
    await until(
      "the request waits",
      async () => (await watcher.execute(waiting, [`toys on ${driver}`])).scalar() === 1,
    );
    app.process.kill("SIGTERM");
    // its statement is cancelled; the thread that libpq blocks learns of the signal by the request's own limit
    assertEquals(await answer, 503);
    assertEquals(await app.ended(), 0);
    assertMatch(app.said(), /"path":"\/healthz","status":200/);
  });
}
