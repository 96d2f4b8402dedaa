/**
 * Lists the sockets of a connection as seen by the system: Deno's resource sanitizer does not cover those of a driver.
 *
 * @module
 */

/** An open TCP socket of a process. */
export interface OpenSocket {
  /** Active timer by kernel number: 02 is keep-alive. */
  readonly timer: string;
}

/**
 * Lists the sockets connected to a port of this machine. With a proxy of its own, a test sees only its own sockets,
 * although the files of a run share a process.
 * @returns none if the system is not Linux.
 */
export async function socketsTo(port: number): Promise<OpenSocket[]> {
  if (Deno.build.os !== "linux") return [];
  // Deno itself may not read these files
  const { stdout } = await new Deno.Command("cat", { args: ["/proc/net/tcp", "/proc/net/tcp6"] }).output();
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
    const [, , remote, , , timer, , , , inode] = line.trim().split(/\s+/);
    // a socket without an inode belongs to no process: only its end is still remembered
    return remote?.endsWith(suffix) && inode !== "0" ? [{ timer: timer.slice(0, 2) }] : [];
  });
}
