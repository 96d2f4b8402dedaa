import { assert, assertEquals, assertLess, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../testing/until.ts";
import { withClient } from "./admin_client.ts";
import { LocalPostgres, LocalPostgresError } from "./local_postgres.ts";
import { findPaths, type Paths } from "./local_postgres/paths.ts";
import { mayUseDatabase } from "../testing/test_database.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const root = mayUseDatabase() && Deno.build.os === "linux" && Deno.uid() === 0;

/** A checkout of the test's own, with its own server; stopped and removed at the end. */
class Place implements AsyncDisposable {
  readonly postgres: LocalPostgres;
  private constructor(readonly folder: string, readonly dataRoot = join(folder, ".data")) {
    this.postgres = new LocalPostgres({ dataRoot });
  }

  /** @param mode 0o700 is one that only its owner can enter. */
  static async make(mode = 0o755): Promise<Place> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "workbook" }));
    if (Deno.build.os !== "windows") await Deno.chmod(folder, mode);
    return new Place(folder);
  }

  async paths(): Promise<Paths> {
    const paths = await findPaths(this.dataRoot);
    assert(paths);
    return paths;
  }

  /** Starts the server from a process of its own, which prints the server's number. */
  spawnStart(): Deno.ChildProcess {
    const code = `import { LocalPostgres } from ${JSON.stringify(new URL("local_postgres.ts", import.meta.url).href)};
      const server = await new LocalPostgres({ dataRoot: ${JSON.stringify(this.dataRoot)} }).start();
      console.log(server.pid);`;
    const args = ["eval", code];
    return new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdout: "piped", stderr: "inherit" }).spawn();
  }

  async [Symbol.asyncDispose]() {
    await this.postgres.stop();
    const outside = await Deno.readTextFile(join(this.dataRoot, "location")).catch(() => "");
    for (const folder of [this.folder, outside.trim()]) {
      if (folder) await Deno.remove(folder, { recursive: true });
    }
  }
}

/** Registers a test that runs programs; ignored, with the reason in its name, where that is not allowed. */
function test(name: string, run: (t: Deno.TestContext) => Promise<void>) {
  if (mayUseDatabase()) Deno.test(name, run);
  else Deno.test({ name: `${name} [needs the database: deno test -P lib]`, ignore: true, fn: () => {} });
}

async function ask(url: string, sql: string): Promise<unknown[][]> {
  return (await withClient(url, (client) => client.query({ text: sql, rowMode: "array" }))).rows;
}

test("one server through its life", async (t) => {
  await using place = await Place.make();
  const { postgres } = place;
  assertEquals([await postgres.find(), await postgres.status()], [undefined, {}]);
  let server = await postgres.start();
  const paths = await place.paths();

  await t.step("is a PostgreSQL 18 in UTC and UTF8, on the loopback address only", async () => {
    assertMatch(server.version!, /^18\./);
    const names = ["TimeZone", "server_encoding", "listen_addresses", "unix_socket_directories", "max_connections"];
    const rows = await ask(server.url, `SELECT ${names.map((name) => `current_setting('${name}')`)}`);
    assertEquals(rows, [["UTC", "UTF8", "127.0.0.1", "", "500"]]);
    assertEquals(await ask(server.url, "SELECT current_user, current_database()"), [["workbook", "workbook"]]);
  });

  await t.step("wants the password, which only its account can read", async () => {
    await assertRejects(() => ask(server.url.replace(/:\w+@/, ":wrong@"), "SELECT 1"), Error, "password");
    if (Deno.build.os !== "windows") assertEquals((await Deno.stat(paths.password)).mode! & 0o777, 0o600);
  });

  await t.step("is found again, quickly and without the lock of those who start and stop it", async () => {
    using lock = await Deno.open(join(place.dataRoot, "lock"), { read: true, write: true });
    await lock.lock(true);
    let quickest = Infinity; // of several: a busy machine makes some of them slow, not all
    for (let attempt = 0; attempt < 10; attempt++) {
      const started = performance.now();
      assertEquals(await postgres.find(), server);
      assertEquals(await new LocalPostgres({ dataRoot: place.dataRoot }).start(), server);
      quickest = Math.min(quickest, performance.now() - started);
    }
    assertLess(quickest, 500); // about 20 ms each on an idle machine
  });

  await t.step("tells its status", async () => {
    const status = await postgres.status();
    assertEquals([status.server, status.dataDirectory], [server, paths.cluster]);
    assert(status.bytes! > 1e6);
  });

  await t.step("gets its database again when that was dropped", async () => {
    await ask(server.url.replace(/workbook$/, "postgres"), "DROP DATABASE workbook WITH (FORCE)");
    assertEquals(await postgres.start(), server);
  });

  await t.step("killed with kill -9: starts again with its data, on the same port", async () => {
    await ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer");
    Deno.kill(server.pid, "SIGKILL");
    const next = await postgres.start();
    assertNotEquals(next.pid, server.pid);
    assertEquals([next.url, await ask(next.url, "SELECT answer FROM kept")], [server.url, [[42]]]);
    server = next;
  });

  await t.step("stops, and starts on another port when its own is taken", async () => {
    assertEquals([await postgres.stop(), await postgres.stop()], [true, false]);
    using stranger = Deno.listen({ hostname: "127.0.0.1", port: server.port });
    server = await postgres.start();
    assertNotEquals(server.port, stranger.addr.port);
  });

  await t.step("sees through a pid file whose number and port are now another program's", async () => {
    const pidFile = await Deno.readTextFile(join(paths.cluster, "postmaster.pid"));
    await postgres.stop();
    using stranger = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const lines = pidFile.split("\n");
    [lines[0], lines[3]] = [String(Deno.pid), String(stranger.addr.port)]; // this very process: it must not be ended
    let visits = 0;
    const visited = (async () => {
      for await (const visitor of stranger) {
        visits++;
        visitor.close();
      }
    })();
    await Deno.writeTextFile(join(paths.cluster, "postmaster.pid"), lines.join("\n"));
    assertEquals([await postgres.find(), visits], [undefined, 1]);
    server = await postgres.start();
    assertNotEquals(server.pid, Deno.pid);
    stranger.close();
    await visited;
  });

  await t.step("does not start with a broken configuration, and shows the end of the log", async () => {
    await postgres.stop();
    const path = join(paths.cluster, "postgresql.conf");
    const configuration = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, "work_mem = 'nonsense'\n", { append: true });
    const error = await assertRejects(() => postgres.start(), LocalPostgresError, "did not start");
    assertMatch(error.message, /\| .*invalid value for parameter "work_mem"/);
    await Deno.writeTextFile(path, configuration);
    server = await postgres.start();
  });

  await t.step("with data of another version names the way out, and reset goes it", async () => {
    await postgres.stop();
    await Deno.writeTextFile(join(paths.cluster, "PG_VERSION"), "17\n");
    await assertRejects(() => postgres.start(), LocalPostgresError, "`deno task db reset`");
    assertEquals([await postgres.reset(), await postgres.reset()], [true, false]);
    assertEquals(await postgres.status(), {});
    assertEquals(await ask((await postgres.start()).url, "SELECT to_regclass('kept')"), [[null]]);
    assertEquals(await postgres.reset(), true); // stops it first
  });
});

test("eight processes that start it at the same moment get one server, which outlives them", async (t) => {
  await using place = await Place.make();
  const outputs = await Promise.all(Array.from({ length: 8 }, () => place.spawnStart().output()));
  const pids = outputs.map(({ stdout }) => new TextDecoder().decode(stdout).trim());
  const server = await place.postgres.find();
  assertEquals(pids, Array(8).fill(String(server?.pid)));

  if (Deno.build.os === "linux") {
    const name = "it has a session of its own, so that Ctrl-C in the terminal of its starter does not reach it";
    await t.step(name, async () => {
      const { stdout } = await new Deno.Command("cat", { args: [`/proc/${server!.pid}/stat`] }).output();
      const [_state, _parent, group, session] = new TextDecoder().decode(stdout).split(") ")[1].split(" ");
      assertEquals([group, session], [String(server!.pid), String(server!.pid)]);
    });
  }
  if (root) {
    await t.step("when its account cannot reach it any more, start says so, and reset goes the way out", async () => {
      await Deno.chmod(place.folder, 0o700);
      assertEquals(await place.postgres.stop(), true);
      await assertRejects(() => place.postgres.start(), LocalPostgresError, "cannot reach any more");
      assertEquals([await place.postgres.reset(), await place.postgres.status()], [true, {}]);
    });
  }
});

test("below a folder whose name PostgreSQL cannot use, its files are elsewhere; below an odd one they are inside", async () => {
  if (Deno.build.os === "windows") return; // these names do not exist there
  await using place = await Place.make();
  for (const [name, isInside] of [["it's a #b?c %41 ü", true], ['the "$HOME"', false]] as const) {
    const dataRoot = join(place.folder, name);
    const postgres = new LocalPostgres({ dataRoot });
    try {
      assertEquals(await ask((await postgres.start()).url, "SELECT 42"), [[42]]);
      assertEquals((await postgres.status()).dataDirectory!.startsWith(place.folder), isInside);
      assertEquals(await postgres.stop(), true);
    } finally {
      await postgres.reset();
    }
  }
});

test("an initdb that was interrupted is done again", async () => {
  await using place = await Place.make();
  const starter = place.spawnStart();
  const home = join(place.dataRoot, "postgresql");
  const names = async () => (await Array.fromAsync(Deno.readDir(home)).catch(() => [])).map((entry) => entry.name);
  const unfinished = async () => (await names()).find((name) => name.startsWith("cluster."));
  const begun = async () => {
    const name = await unfinished();
    return name !== undefined && await Deno.stat(join(home, name, "base")).then(() => true, () => false);
  };
  await until("initdb has begun", begun);
  starter.kill("SIGKILL");
  await starter.output();
  assertEquals([await place.postgres.find(), (await names()).includes("cluster")], [undefined, false]);
  const server = await place.postgres.start();
  assertEquals(await ask(server.url, "SELECT 1"), [[1]]);
  assertEquals((await names()).filter((name) => /^(cluster|password)\./.test(name)), []);
});

// Only root starts it under another account, which may be shut out where root is not.
if (root) {
  test("below a folder that the server's account cannot enter it lives elsewhere, and .data says where", async () => {
    await using place = await Place.make(0o700);
    const server = await place.postgres.start();
    const location = (await Deno.readTextFile(join(place.dataRoot, "location"))).trim();
    assertEquals((await place.postgres.status()).dataDirectory, join(location, "cluster"));
    assertEquals(await place.postgres.find(), server);
    await Deno.chmod(location, 0o777); // as if someone else had made it, in a folder that is everybody's
    await assertRejects(() => place.postgres.find(), LocalPostgresError, "belongs to another user");
    await Deno.chmod(location, 0o755);
  });
} else {
  test("an ordinary user's lives in the checkout, also below a folder that only its owner can enter", async () => {
    await using place = await Place.make(0o700);
    const server = await place.postgres.start();
    assertEquals((await place.postgres.status()).dataDirectory, join(place.dataRoot, "postgresql", "cluster"));
    assertEquals(await place.postgres.find(), server);
  });
}

test("a data folder that cannot be made: the error names the two ways out", async () => {
  await using place = await Place.make();
  const file = join(place.folder, "file");
  await Deno.writeTextFile(file, "");
  const postgres = new LocalPostgres({ dataRoot: join(file, ".data") });
  const error = await assertRejects(() => postgres.start(), LocalPostgresError, "cannot be started");
  assertMatch(error.message, /DATABASE_URL[^]*docker compose up -d db/);
});
