/**
 * Programs that a machine may lack.
 *
 * @module
 */

/** Where systems keep programs to which an ordinary user's PATH does not lead: servers on Debian, Homebrew's. */
const BESIDE_THE_PATH = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];

/**
 * The program as one starts it, where this machine has it: its name if PATH leads to it, else its path.
 *
 * @param name for example `pgbouncer`; it must answer `--version`. The variable PGBOUNCER, if set, says where it is.
 * @returns undefined where it is missing, or does not run.
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
    return (await command.output()).success; // throws at once, without a promise, where there is none
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}
