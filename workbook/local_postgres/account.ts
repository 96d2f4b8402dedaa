/**
 * The account that the server runs as: PostgreSQL refuses to run as root.
 *
 * @module
 */
import { run } from "./command.ts";
import { LocalPostgresError } from "./errors.ts";

/** A user of the operating system, by numbers. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Accounts without rights that systems have; macOS writes an underscore before the names of its own. */
const UNPRIVILEGED = ["postgres", "_postgres", "nobody"];

/**
 * Finds the account to run the server as.
 *
 * @param folders Files whose owner is preferred, the most important first: as root in someone's checkout the server
 * runs as that someone, who can then go on without root. Those that are not there are passed over.
 * @returns `undefined` for our own account, which is right for everyone but root.
 * @throws {LocalPostgresError} when we are root and the system has no account to use.
 */
export async function serverAccount(folders: string[]): Promise<Account | undefined> {
  if (Deno.uid() !== 0) return undefined;
  for (const folder of folders) {
    const owner = await Deno.stat(folder).catch(() => null);
    // PostgreSQL wants an account that has a name: a container may show files of one that has none.
    if (owner?.uid && (await run("id", ["-nu", String(owner.uid)])).success) {
      return { uid: owner.uid, gid: owner.gid ?? owner.uid };
    }
  }
  for (const name of UNPRIVILEGED) {
    const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
    // macOS writes nobody's number as -2.
    if (uid.success && gid.success) return { uid: Number(uid.output) >>> 0, gid: Number(gid.output) >>> 0 };
  }
  throw new LocalPostgresError(
    `PostgreSQL does not run as root, and this system has none of the accounts ${UNPRIVILEGED.join(", ")}.`,
  );
}
