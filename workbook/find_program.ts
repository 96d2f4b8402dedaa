/**
 * Finds optional programs.
 *
 * @module
 */

/** Directories of servers outside an ordinary user's PATH: on Debian and with Homebrew. */
const BESIDE_THE_PATH = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];

/**
 * Returns the command that starts a program: its name if it is on PATH, otherwise its path.
 * @param name for example `pgbouncer`; it must support `--version`. The variable PGBOUNCER, if set, gives its path.
 * @returns undefined if it is missing or does not run.
 */
export async function findProgram(name: string): Promise<string | undefined> {
  const chosen = Deno.env.get(name.toUpperCase());
  const beside = Deno.build.os === "windows" ? [] : BESIDE_THE_PATH.map((folder) => `${folder}/${name}`);
  for (const program of chosen ? [chosen] : [name, ...beside]) {
    if (await answers(program)) return program;
  }
}

async function answers(program: string): Promise<boolean> {
  try {
    const command = new Deno.Command(program, { args: ["--version"], stdin: "null", stdout: "null", stderr: "null" });
    return (await command.output()).success; // throws synchronously if there is none
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}
