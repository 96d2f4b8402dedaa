/** For tests: a real PgBouncer between the application and its database. @module */
import { join } from "node:path";
import { EngineUrl } from "../../lib/mod.ts";
import { until } from "../../lib/engine/testing/until.ts";
import { serverAccount } from "../../lib/workbook/local_postgres/account.ts";
import { withAddress } from "../../lib/workbook/connection_url.ts";

/** The program, if the system has it. */
export async function findPgBouncer(): Promise<string | undefined> {
  for (const folder of [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/opt/homebrew/bin"]) {
    const path = join(folder, "pgbouncer");
    if ((await Deno.stat(path).catch(() => null))?.isFile) return path;
  }
}

/** A pooler that runs. Close it to end its process. */
export interface PgBouncer extends AsyncDisposable {
  /** Of the database, through the pooler. */
  readonly url: string;
}

/**
 * Starts one that pools transactions: a connection to the server goes to another client after each.
 *
 * @param program its path. @param url of the database. @param size connections to the server.
 */
export async function startPgBouncer(program: string, url: string, size: number): Promise<PgBouncer> {
  const { host, port, user = "", password = "", database } = EngineUrl.parse(url);
  const folder = await Deno.makeTempDir();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port: ownPort } = listener.addr;
  listener.close();
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const settings = `[databases]
${database} = host=${host} port=${port} dbname=${database} user=${quoted(user)} password=${quoted(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ownPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${size}
ignore_startup_parameters = options,extra_float_digits
`;
  await Deno.writeTextFile(join(folder, "pgbouncer.ini"), settings);
  const account = await serverAccount([]); // it refuses to run as root, too
  if (account) {
    for (const path of [folder, join(folder, "pgbouncer.ini")]) await Deno.chown(path, account.uid, account.gid);
  }
  const process = new Deno.Command(program, {
    args: [join(folder, "pgbouncer.ini")],
    uid: account?.uid,
    gid: account?.gid,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until("PgBouncer listens", async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: ownPort }).catch(() => null);
    connection?.close();
    return connection !== null;
  });
  return {
    url: withAddress(url, "127.0.0.1", ownPort),
    async [Symbol.asyncDispose]() {
      process.kill("SIGTERM");
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
