/**
 * How other programs are asked to end. Windows has no signal that a program could answer: there SIGTERM ends it at once.
 *
 * @module
 */

/** Ends a process on Windows with all that it started, which a signal would leave behind. */
export async function endOnWindows(pid: number): Promise<void> {
  await new Deno.Command("taskkill", { args: ["/T", "/F", "/PID", String(pid)], stdout: "null", stderr: "null" })
    .output();
}

/** Asks a process that ends in order what it started to do so; on Windows all of them are ended. */
export async function askToEnd({ pid }: Pick<Deno.ChildProcess, "pid">): Promise<void> {
  if (Deno.build.os === "windows") return await endOnWindows(pid);
  try {
    Deno.kill(pid, "SIGTERM");
  } catch {
    // it has ended
  }
}
