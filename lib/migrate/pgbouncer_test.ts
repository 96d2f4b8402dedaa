/** What migrations do behind a real pooler, PgBouncer; the tests are ignored where it is not installed. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { until } from "../engine/testing/until.ts";
import { EngineUrl } from "../engine/url.ts";
import { mayUseDatabase, testDatabase } from "../workbook/test_database.ts";
import { creating, makeMigrations } from "./test_migrations.ts";

const database = testDatabase(import.meta.url);
const CLI = fileURLToPath(new URL("cli.ts", import.meta.url));

async function isInstalled(): Promise<boolean> {
  if (!mayUseDatabase()) return false;
  return await new Deno.Command("pgbouncer", { args: ["--version"] }).output().then(
    ({ success }) => success,
    () => false,
  );
}
const hasPooler = await isInstalled();

interface Pooler extends AsyncDisposable {
  readonly url: string;
}

/** Starts a PgBouncer of its own in front of a database. */
async function startPooler(url: string, mode: "transaction" | "session", size: number): Promise<Pooler> {
  const { host, port, user, password, database } = EngineUrl.parse(url);
  const folder = await Deno.makeTempDir({ prefix: "pgbouncer-" });
  await Deno.chmod(folder, 0o755); // as root it runs as another user
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const own = listener.addr.port;
  listener.close();
  await Deno.writeTextFile(
    `${folder}/pgbouncer.ini`,
    `[databases]
${database} = host=${host} port=${port} user=${user} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${size}
ignore_startup_parameters = extra_float_digits
`,
  );
  const process = new Deno.Command("pgbouncer", {
    args: [...Deno.uid() === 0 ? ["-u", "nobody"] : [], "-q", `${folder}/pgbouncer.ini`],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const answers = () =>
    Deno.connect({ hostname: "127.0.0.1", port: own }).then((connection) => (connection.close(), true), () => false);
  await until("PgBouncer answers", answers);
  return {
    url: `postgresql://sandy:secret@127.0.0.1:${own}/${database}`,
    async [Symbol.asyncDispose]() {
      process.kill("SIGTERM");
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function migrate(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", CLI, ...args],
    env: { NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

function poolerTest(name: string, run: (url: string) => Promise<void>): void {
  if (hasPooler) database.test(name, run);
  else Deno.test({ name: `${name} [needs PgBouncer]`, ignore: true, fn: () => {} });
}

for (const size of [3, 1]) {
  poolerTest(`behind PgBouncer that lends ${size} by transaction, the --url of the server is told`, async (url) => {
    await using folder = await makeMigrations({ id: "a1", ...creating("one") });
    await using pooler = await startPooler(url, "transaction", size);
    const { port, database } = EngineUrl.parse(url);
    const direct = new RegExp(`nothing was run\\. .*--url postgresql://sandy:\\*\\*\\*@\\S+:${port}/${database}\n$`);
    for (const driver of ["pg", "postgres", "libpq"]) {
      const behind = pooler.url.replace("postgresql:", `postgresql+${driver}:`);
      for (const command of [["upgrade"], ["upgrade", "--dry-run"], ["stamp", "head"]]) {
        const { code, out, err } = await migrate(...command, "--dir", folder.directory, "--url", behind);
        assertEquals([code, out], [1, ""]);
        assertMatch(err, direct);
      }
    }
    const { code, out } = await migrate("current", "--dir", folder.directory, "--url", pooler.url);
    assertEquals([code, out], [0, "base: no revision is applied\n"]);
  });
}

poolerTest("commands that only read work behind PgBouncer, one after the other", async (url) => {
  await using folder = await makeMigrations({ id: "a1", ...creating("one") });
  await folder.write("env.ts", "");
  const inFolder = ["--dir", folder.directory];
  assertEquals((await migrate(...inFolder, "--url", url)).code, 0);
  await using pooler = await startPooler(url, "transaction", 1);
  for (let turn = 0; turn < 2; turn++) { // the second is given the server process that served the first
    for (const command of ["current", "history", "check"]) {
      const { code, err } = await migrate(command, ...inFolder, "--url", pooler.url);
      assertEquals([command, code, err], [command, 0, ""]);
    }
  }
});

poolerTest("PgBouncer that keeps a process for each session is no obstacle", async (url) => {
  await using folder = await makeMigrations({ id: "b1", ...creating("two") });
  await using pooler = await startPooler(url, "session", 1);
  const schema = `s_${crypto.randomUUID().slice(0, 8)}`;
  await folder.write(
    "versions/b1_b1.ts",
    (await Deno.readTextFile(`${folder.directory}/versions/b1_b1.ts`)).replace("two", schema),
  );
  assertEquals((await migrate("stamp", "base", "--dir", folder.directory, "--url", url)).code, 0);
  const { code, out, err } = await migrate("--dir", folder.directory, "--url", pooler.url);
  assertEquals([code, err], [0, ""]);
  assertStringIncludes(out, "base → b1");
});
