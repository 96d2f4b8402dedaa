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
async function start(url: string, driver: string, workers: number): Promise<Running> {
  const port = freePort();
  const args = ["run", "-A", "--quiet", join("tools", "app.ts"), "--driver", driver, "--port", String(port)];
  const process = new Deno.Command(Deno.execPath(), {
    args: [...args, "--workers", String(workers)],
    cwd: root,
    env: { DATABASE_URL: url, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = readOutput(process);
  const listening = () => output.text().match(/^listening on/gm)?.length ?? 0;
  await until(`${workers} processes listen`, () => listening() === workers);
  return {
    url: `http://127.0.0.1:${port}`,
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
    assertEquals([code, stderr], [2, "--driver takes one of postgres, pg, libpq. See: deno task app --help\n"]);
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
