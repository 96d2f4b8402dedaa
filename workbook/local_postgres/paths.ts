/**
 * Files of the local server: in `.data/postgresql` of the checkout or, if the server cannot run there, in a system
 * folder (below /var/tmp, on Windows ProgramData) named in `.data/location`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { type Account, serverAccount } from "./account.ts";
import { run } from "./command.ts";
import { LocalPostgresError } from "./errors.ts";

/** Files and folders of one local server. */
export interface Paths {
  /** Parent folder of the others. */
  readonly home: string;
  /**
   * PostgreSQL's data directory; created elsewhere and then renamed, so that it exists either completely or not at all.
   */
  readonly cluster: string;
  /** Password of the role `workbook`, readable only by the server's account; created and deleted with the cluster. */
  readonly password: string;
  /** Server log, and the log of the previous run. */
  readonly log: string;
  readonly previousLog: string;
  /** Port of the last start, reused if free. */
  readonly port: string;
}

/** Returns the paths in a home folder. */
export function pathsIn(home: string): Paths {
  const cluster = join(home, "cluster");
  return {
    home,
    cluster,
    password: join(cluster, "workbook_password"),
    log: join(home, "server.log"),
    previousLog: join(home, "server.previous.log"),
    port: join(home, "port"),
  };
}

/** Returns the server's paths; `undefined` if it was never started here (or its data were deleted). */
export async function findPaths(dataRoot: string): Promise<Paths | undefined> {
  for (const home of await candidates(dataRoot)) {
    const paths = pathsIn(home);
    if (await exists(paths.cluster)) return paths;
  }
  return undefined;
}

/**
 * Returns the server's paths, creating the folder if necessary.
 * @param dataRoot the folder `.data`; must exist.
 * @throws {LocalPostgresError} if no folder can be created.
 */
export async function makePaths(dataRoot: string): Promise<{ paths: Paths; account?: Account }> {
  const found = await findPaths(dataRoot);
  const account = await serverAccount([...(found ? [found.cluster] : []), dirname(dataRoot)]);
  if (found) {
    if (account && !await canLiveIn(found.home, account)) {
      throw new LocalPostgresError(
        `The server's files are in ${found.home}, which its account (user number ${account.uid}) cannot reach any more. ` +
          "Give it access to the parent folders, or delete the data with `deno task db reset`; they are then created elsewhere.",
      );
    }
    return { paths: found, account };
  }
  const [inside, outside] = await candidates(dataRoot);
  await makeFolder(inside, account);
  if (await canLiveIn(inside, account)) return { paths: pathsIn(inside), account };
  await Deno.remove(inside, { recursive: true });
  await makeFolder(outside, account);
  if (Deno.build.os === "windows") await makePrivate(outside);
  await Deno.writeTextFile(join(dataRoot, "location"), outside + "\n");
  return { paths: pathsIn(outside), account };
}

/** Creates a folder that the server's account can enter, regardless of our umask. */
async function makeFolder(path: string, account: Account | undefined): Promise<void> {
  if (await exists(path)) return;
  await Deno.mkdir(path);
  if (Deno.build.os !== "windows") await Deno.chmod(path, account ? 0o755 : 0o700);
}

/** Gives a file or folder to the server's account, unless that is the current one. */
export async function giveTo(account: Account | undefined, ...files: string[]): Promise<void> {
  if (account) await Promise.all(files.map((file) => Deno.chown(file, account.uid, account.gid)));
}

/**
 * As root in another user's checkout: gives all of `.data` to that user, who can then continue without root.
 * @param account the account that runs the server; nothing is done unless it owns the checkout.
 */
export async function giveToOwner(dataRoot: string, account: Account | undefined): Promise<void> {
  if (!account || (await Deno.stat(dirname(dataRoot))).uid !== account.uid) return;
  await giveTo(account, dataRoot);
  for await (const { name, isDirectory, isFile } of Deno.readDir(dataRoot)) {
    if (isDirectory && name !== "cluster") await giveToOwner(join(dataRoot, name), account);
    if (isFile) await giveTo(account, join(dataRoot, name));
  }
}

/** Deletes a file or folder if it exists, even while a leftover program still writes to it. */
export async function removeFolder(path: string): Promise<void> {
  for (let attempt = 1; await exists(path); attempt++) {
    try {
      await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Returns whether a file or folder exists. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Returns candidate folders for the server, in order of preference; the second is named by a hash, so that it is found
 * again.
 */
async function candidates(dataRoot: string): Promise<string[]> {
  const inside = join(dataRoot, "postgresql");
  const hash = createHash("sha256").update(dataRoot).digest("hex").slice(0, 12);
  const outside = `${systemFolder()}/workbook-postgresql-${hash}`;
  if (Deno.build.os !== "windows" && await exists(outside)) await checkOwner(outside);
  return [inside, outside];
}

/** Returns a system folder that every user may write to, with a name that PostgreSQL supports. */
export function systemFolder(
  os: string = Deno.build.os,
  variable: (name: string) => string | undefined = Deno.env.get,
): string {
  return os === "windows" ? (variable("ProgramData") ?? "C:\\ProgramData").replaceAll("\\", "/") : "/var/tmp";
}

/**
 * Returns whether PostgreSQL's programs support a path. On Windows they support only characters of the code page, which
 * excludes some user names; elsewhere they pass it to a shell in double quotes.
 */
export function isUsable(path: string, os: string = Deno.build.os): boolean {
  // deno-lint-ignore no-control-regex
  return os === "windows" ? /^[\x00-\x7f]*$/.test(path) && !path.includes("%") : !/["$`\\\n]/.test(path);
}

/** Restricts access on Windows, where ProgramData is readable by all users: the folder contains a password. */
async function makePrivate(folder: string): Promise<void> {
  const user = [Deno.env.get("USERDOMAIN"), Deno.env.get("USERNAME")].filter(Boolean).join("\\");
  const { success, output } = await run("icacls", [folder, "/inheritance:r", "/grant:r", `${user}:(OI)(CI)F`]);
  if (!success) throw new LocalPostgresError(`The folder ${folder} cannot be made private.`, { log: output });
}

/** Tests whether the server's account can reach `home`, and whether its file system preserves owners and modes. */
async function canLiveIn(home: string, account: Account | undefined): Promise<boolean> {
  if (!isUsable(home)) return false;
  if (Deno.build.os === "windows") return true;
  const trial = await Deno.makeTempDir({ dir: home });
  try {
    await Deno.chmod(trial, 0o700);
    await giveTo(account, trial);
    const { mode, uid } = await Deno.stat(trial);
    if (((mode ?? 0) & 0o777) !== 0o700 || uid !== (account?.uid ?? Deno.uid())) return false;
    return (await run("/bin/sh", ["-c", 'cd "$1"', "sh", trial], { account, cwd: "/" })).success;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotSupported) return false;
    throw error;
  } finally {
    await Deno.remove(trial);
  }
}

/** Checks the owner of a folder below the world-writable /var/tmp: it must be the current user or root. */
async function checkOwner(folder: string): Promise<void> {
  const { isDirectory, uid, mode } = await Deno.lstat(folder);
  if (isDirectory && (uid === 0 || uid === Deno.uid()) && ((mode ?? 0) & 0o022) === 0) return;
  throw new LocalPostgresError(`The folder ${folder} is needed for the server's files, but belongs to another user.`);
}
