/**
 * Where the local server keeps its files: in `.data/postgresql` of the checkout, or, where the server could not live
 * there, in a folder of the system (below /var/tmp, on Windows ProgramData) that `.data/location` names.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { type Account, serverAccount } from "./account.ts";
import { run } from "./command.ts";
import { LocalPostgresError } from "./errors.ts";

/** The files and folders of one local server. */
export interface Paths {
  /** The folder of all the others. */
  readonly home: string;
  /** PostgreSQL's data folder; made whole elsewhere and then renamed, so it is there entirely or not at all. */
  readonly cluster: string;
  /** The password of the role `workbook`, readable by the server's account only; made and lost with the cluster. */
  readonly password: string;
  /** The server's log, and the one of the run before. */
  readonly log: string;
  readonly previousLog: string;
  /** The port of the last start, to be used again if it is free. */
  readonly port: string;
}

/** Names the files in a home folder. */
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

/** Finds the server's files; `undefined` when it was never started here (or its data were dropped). */
export async function findPaths(dataRoot: string): Promise<Paths | undefined> {
  for (const home of await candidates(dataRoot)) {
    const paths = pathsIn(home);
    if (await exists(paths.cluster)) return paths;
  }
  return undefined;
}

/**
 * Finds the server's files, or makes their folder.
 *
 * @param dataRoot The folder `.data`; it must exist.
 * @throws {LocalPostgresError} when no folder can be made.
 */
export async function makePaths(dataRoot: string): Promise<{ paths: Paths; account?: Account }> {
  const found = await findPaths(dataRoot);
  const account = await serverAccount([...(found ? [found.cluster] : []), dirname(dataRoot)]);
  if (found) {
    if (account && !await canLiveIn(found.home, account)) {
      throw new LocalPostgresError(
        `The server's files are in ${found.home}, which its account (user number ${account.uid}) cannot reach any more. ` +
          "Let it enter the folders above, or drop the data with `deno task db reset`; they are then made elsewhere.",
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

/** Makes a folder that the server's account can enter, whatever our umask. */
async function makeFolder(path: string, account: Account | undefined): Promise<void> {
  if (await exists(path)) return;
  await Deno.mkdir(path);
  if (Deno.build.os !== "windows") await Deno.chmod(path, account ? 0o755 : 0o700);
}

/** Gives a file or folder to the server's account, when that is not our own. */
export async function giveTo(account: Account | undefined, ...files: string[]): Promise<void> {
  if (account) await Promise.all(files.map((file) => Deno.chown(file, account.uid, account.gid)));
}

/**
 * As root in someone's checkout: gives them all of `.data`, so that they can go on without root.
 *
 * @param account The account the server runs as; nothing is done unless it is the owner of the checkout.
 */
export async function giveToOwner(dataRoot: string, account: Account | undefined): Promise<void> {
  if (!account || (await Deno.stat(dirname(dataRoot))).uid !== account.uid) return;
  await giveTo(account, dataRoot);
  for await (const { name, isDirectory, isFile } of Deno.readDir(dataRoot)) {
    if (isDirectory && name !== "cluster") await giveToOwner(join(dataRoot, name), account);
    if (isFile) await giveTo(account, join(dataRoot, name));
  }
}

/** Removes a file or folder if it is there, also while a program that was left behind still writes into it. */
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

/** Whether a file or folder is there. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The folders the server may live in, the preferred first; the second is named by a hash, so that it is found again. */
async function candidates(dataRoot: string): Promise<string[]> {
  const inside = join(dataRoot, "postgresql");
  const hash = createHash("sha256").update(dataRoot).digest("hex").slice(0, 12);
  const outside = `${systemFolder()}/workbook-postgresql-${hash}`;
  if (Deno.build.os !== "windows" && await exists(outside)) await checkOwner(outside);
  return [inside, outside];
}

/** A folder that every user may write to, with a name that PostgreSQL can use. */
export function systemFolder(
  os: string = Deno.build.os,
  variable: (name: string) => string | undefined = Deno.env.get,
): string {
  return os === "windows" ? (variable("ProgramData") ?? "C:\\ProgramData").replaceAll("\\", "/") : "/var/tmp";
}

/**
 * Whether PostgreSQL's programs can use a path. On Windows they take only what the code page has, so that a user's name
 * in other letters stops them; elsewhere they hand it to a shell between double quotes.
 */
export function isUsable(path: string, os: string = Deno.build.os): boolean {
  // deno-lint-ignore no-control-regex
  return os === "windows" ? /^[\x00-\x7f]*$/.test(path) && !path.includes("%") : !/["$`\\\n]/.test(path);
}

/** On Windows what lies in ProgramData can be read by all: here is a password. */
async function makePrivate(folder: string): Promise<void> {
  const user = [Deno.env.get("USERDOMAIN"), Deno.env.get("USERNAME")].filter(Boolean).join("\\");
  const { success, output } = await run("icacls", [folder, "/inheritance:r", "/grant:r", `${user}:(OI)(CI)F`]);
  if (!success) throw new LocalPostgresError(`The folder ${folder} cannot be made private.`, { log: output });
}

/** Tries whether the server's account can reach `home`, and whether its file system keeps owners and modes. */
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

/** /var/tmp is everybody's: what lies there under our name counts only if it is ours, or root's. */
async function checkOwner(folder: string): Promise<void> {
  const { isDirectory, uid, mode } = await Deno.lstat(folder);
  if (isDirectory && (uid === 0 || uid === Deno.uid()) && ((mode ?? 0) & 0o022) === 0) return;
  throw new LocalPostgresError(`The folder ${folder} is needed for the server's files, but belongs to someone else.`);
}
