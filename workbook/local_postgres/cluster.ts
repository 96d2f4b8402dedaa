/**
 * PostgreSQL's data folder, which it calls a database cluster.
 *
 * @module
 */
import { join } from "node:path";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { run } from "./command.ts";
import { LocalPostgresError } from "./errors.ts";
import { giveTo, type Paths, removeFolder } from "./paths.ts";

/** Written into postgresql.conf: reachable from this machine only, the same clock and order of letters everywhere. */
const SETTINGS = {
  cluster_name: "workbook",
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  timezone: "UTC",
  log_timezone: "UTC",
  // for an evening of open notebooks, each with pools, and for checks side by side; one that is not used costs little
  max_connections: "300",
};

/**
 * Makes the data folder if it is missing or was left half done. `initdb` works in a folder of another name, which gets
 * its right name at the end: so a cluster that was interrupted is never taken for a whole one.
 *
 * @throws {LocalPostgresError} when `initdb` fails, or the data come from another major version.
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
      `The data in ${paths.cluster} are of PostgreSQL ${found}, and the local server is PostgreSQL ${binaries.major}. ` +
        "`deno task db reset` drops the data, so that they are made again.",
    );
  }
  for await (const entry of Deno.readDir(paths.home)) {
    if (/^(cluster|password)/.test(entry.name)) await removeFolder(join(paths.home, entry.name));
  }
  await initialise(paths, binaries, account);
}

/** The major version of the data folder; `undefined` if there is none, or not a whole one. */
export async function clusterVersion(paths: Paths): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(join(paths.cluster, "PG_VERSION"))).trim() || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function initialise(paths: Paths, binaries: Binaries, account: Account | undefined): Promise<void> {
  // A name of its own: an initdb whose starter was killed may still be writing under the last one.
  const mark = crypto.randomUUID().slice(0, 8);
  const [unfinished, password] = [join(paths.home, `cluster.${mark}`), join(paths.home, `password.${mark}`)];
  const secret = crypto.getRandomValues(new Uint8Array(18)).toHex();
  await Deno.mkdir(unfinished, { mode: 0o700 });
  await Deno.writeTextFile(password, secret, { mode: 0o600 });
  await giveTo(account, unfinished, password);
  const { success, output } = await run(binaries.initdb, [
    ...["--pgdata", unfinished, "--username", "workbook", "--pwfile", password, "--auth", "scram-sha-256"],
    // The C.UTF-8 that is built into PostgreSQL: the same order and letters on every operating system.
    ...["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
    ...Object.entries(SETTINGS).flatMap(([name, value]) => ["--set", `${name}=${value}`]),
    "--no-instructions",
  ], { account, cwd: paths.home });
  if (!success) {
    await Promise.all([removeFolder(unfinished), removeFolder(password)]); // the disk may be full
    const log = output.trim().split("\n").slice(-4).join("\n");
    throw new LocalPostgresError(`The data of the local PostgreSQL cannot be made in ${paths.home}.`, { log });
  }
  await Deno.rename(password, join(unfinished, "workbook_password"));
  await Deno.rename(unfinished, paths.cluster);
}
