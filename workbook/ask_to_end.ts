/**
 * Asks other programs to exit. Windows has no signal that a program can handle: SIGTERM terminates it immediately.
 *
 * @module
 */

/** Terminates a process on Windows with all its child processes, which a signal would leave running. */
export async function endOnWindows(pid: number): Promise<void> {
  await new Deno.Command("taskkill", { args: ["/T", "/F", "/PID", String(pid)], stdout: "null", stderr: "null" })
    .output();
}

/** Asks a process to shut down its child processes and exit; on Windows terminates all of them. */
export async function askToEnd({ pid }: Pick<Deno.ChildProcess, "pid">): Promise<void> {
  if (Deno.build.os === "windows") return await endOnWindows(pid);
  try {
    Deno.kill(pid, "SIGTERM");
  } catch {
    // already exited
  }
}
