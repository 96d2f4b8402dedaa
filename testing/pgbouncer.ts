/**
 * Runs PgBouncer, if installed, between a program and its database.
 *
 * @module
 */
import { findProgram } from "../workbook/find_program.ts";
import { mayUseDatabase, type TestDatabase } from "./test_database.ts";
import { EngineUrl } from "../lib/engine/url.ts";
import { until } from "./until.ts";

/** A running pooler. Close it to end its process. */
export interface Pooler extends AsyncDisposable {
  /** Database URL through the pooler. */
  readonly url: string;
}

/**
 * Starts a PgBouncer in front of a database.
 * @param mode how long a client keeps a server connection.
 * @param size pool size.
 * @param ignored startup parameters to accept and ignore; others are rejected.
 */
export async function startPooler(
  url: string,
  mode: "transaction" | "session" | "statement",
  size: number,
  ignored = "extra_float_digits",
): Promise<Pooler> {
  const { host, port, user, password, database } = EngineUrl.parse(url);
  const folder = await Deno.makeTempDir({ prefix: "pgbouncer-" });
  await Deno.chmod(folder, 0o755); // when started as root it runs as another user
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const own = listener.addr.port;
  listener.close();
  await Deno.writeTextFile(
    `${folder}/pgbouncer.ini`,
    `[databases]
${database} = ${connectionString({ host, port, user, password })}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${size}
ignore_startup_parameters = ${ignored}
`,
  );
  const process = new Deno.Command(pgbouncer!, {
    args: [...Deno.uid() === 0 ? ["-u", "nobody"] : [], "-q", `${folder}/pgbouncer.ini`],
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended: Deno.CommandStatus | undefined;
  void process.status.then((status) => ended = status);
  const answers = () => {
    if (ended) throw new Error(`PgBouncer ended with status ${ended.code}: it cannot use ${folder}/pgbouncer.ini.`);
    return Deno.connect({ hostname: "127.0.0.1", port: own }).then(
      (connection) => (connection.close(), true),
      () => false,
    );
  };
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

/** Formats a connection string for PgBouncer, omitting unknown values, because it rejects empty ones. */
function connectionString(options: Readonly<Record<string, string | number | undefined>>): string {
  const known = Object.entries(options).filter(([, value]) => value !== undefined && value !== "");
  return known.map(([name, value]) => `${name}='${String(value).replaceAll("'", "''")}'`).join(" ");
}

const pgbouncer = mayUseDatabase() ? await findProgram("pgbouncer") : undefined;

/** Registers a test that needs a pooler; without one it is skipped. */
export function poolerTest(database: TestDatabase, name: string, run: (url: string) => Promise<void>): void {
  if (pgbouncer) database.test(name, run);
  else Deno.test({ name: `${name} [needs PgBouncer]`, ignore: true, fn: () => {} });
}
