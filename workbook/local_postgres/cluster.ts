/**
 * PostgreSQL's data directory, called a database cluster.
 *
 * @module
 */
import { join } from "node:path";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { run } from "./command.ts";
import { LocalPostgresError } from "./errors.ts";
import { giveTo, type Paths, removeFolder } from "./paths.ts";

/** Contents of postgresql.conf: local connections only, the same time zone and collation everywhere. */
const SETTINGS = {
  cluster_name: "workbook",
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  timezone: "UTC",
  log_timezone: "UTC",
};

/**
 * Creates the data directory if it is missing or incomplete. `initdb` works in a temporary folder, renamed at the end,
 * so that an interrupted cluster is never taken for a complete one.
 * @throws {LocalPostgresError} if `initdb` fails, or the data belong to another major version.
 */
export async function prepareCluster(
  paths: Paths,
  binaries: Binaries,
  account: Account | undefined,
): Promise<void> {
  const found = await clusterVersion(paths);
  if (found === binaries.major) return;
  if (found !== undefined) {
    throw new LocalPostgresError(
      `The data in ${paths.cluster} belong to PostgreSQL ${found}, but the local server is PostgreSQL ${binaries.major}. ` +
        "`deno task db reset` deletes the data, which are then recreated.",
    );
  }
  for await (const entry of Deno.readDir(paths.home)) {
    if (/^(cluster|password)/.test(entry.name)) await removeFolder(join(paths.home, entry.name));
  }
  await initialise(paths, binaries, account);
}

/** Returns the major version of the data directory; `undefined` if it is missing or incomplete. */
export async function clusterVersion(paths: Paths): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(join(paths.cluster, "PG_VERSION"))).trim() || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function initialise(paths: Paths, binaries: Binaries, account: Account | undefined): Promise<void> {
  // a unique name: an initdb whose parent was killed may still be writing to the previous one
  const mark = crypto.randomUUID().slice(0, 8);
  const [unfinished, password] = [join(paths.home, `cluster.${mark}`), join(paths.home, `password.${mark}`)];
  const secret = crypto.getRandomValues(new Uint8Array(18)).toHex();
  await Deno.mkdir(unfinished, { mode: 0o700 });
  await Deno.writeTextFile(password, secret, { mode: 0o600 });
  await giveTo(account, unfinished, password);
  const { success, output } = await run(binaries.initdb, [
    ...["--pgdata", unfinished, "--username", "workbook", "--pwfile", password, "--auth", "scram-sha-256"],
    // PostgreSQL's built-in C.UTF-8: the same collation on every operating system
    ...["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
    ...Object.entries(SETTINGS).flatMap(([name, value]) => ["--set", `${name}=${value}`]),
    "--no-instructions",
  ], { account, cwd: paths.home });
  if (!success) {
    await Promise.all([removeFolder(unfinished), removeFolder(password)]); // the disk may be full
    const log = output.trim().split("\n").slice(-4).join("\n");
    throw new LocalPostgresError(`The data of the local PostgreSQL cannot be created in ${paths.home}.`, { log });
  }
  await Deno.rename(password, join(unfinished, "workbook_password"));
  await Deno.rename(unfinished, paths.cluster);
}
