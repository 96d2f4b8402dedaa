/**
 * The operating-system account that runs the server: PostgreSQL refuses to run as root.
 *
 * @module
 */
import { run } from "./command.ts";
import { LocalPostgresError } from "./errors.ts";

/** A user of the operating system, by numeric ids. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Unprivileged accounts found on most systems; macOS prefixes its own with an underscore. */
const UNPRIVILEGED = ["postgres", "_postgres", "nobody"];

/**
 * Selects the account that runs the server.
 * @param folders files whose owner is preferred, in order: as root in another user's checkout, the server runs as that
 * user, who can then continue without root. Missing ones are skipped.
 * @returns `undefined` for the current account, which suits everyone but root.
 * @throws {LocalPostgresError} for root, if the system has no suitable account.
 */
export async function serverAccount(folders: string[]): Promise<Account | undefined> {
  if (Deno.uid() !== 0) return undefined;
  for (const folder of folders) {
    const owner = await Deno.stat(folder).catch(() => null);
    // PostgreSQL requires an account with a name: a container may show files of one without
    if (owner?.uid && (await run("id", ["-nu", String(owner.uid)])).success) {
      return { uid: owner.uid, gid: owner.gid ?? owner.uid };
    }
  }
  for (const name of UNPRIVILEGED) {
    const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
    // macOS stores the id of nobody as -2
    if (uid.success && gid.success) return { uid: Number(uid.output) >>> 0, gid: Number(gid.output) >>> 0 };
  }
  throw new LocalPostgresError(
    `PostgreSQL does not run as root, and this system has none of the accounts ${UNPRIVILEGED.join(", ")}.`,
  );
}
