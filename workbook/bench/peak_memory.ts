/**
 * Peak memory of a process.
 *
 * @module
 */

/**
 * Records the current resident memory of a process. Linux only: no other system reports the peak memory of another
 * process.
 * @returns a function that returns the peak since then, in megabytes above the recorded value; or undefined.
 */
export async function peakMemory(pid: number): Promise<(() => Promise<number>) | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5"); // resets the peak to the current resident memory
  const before = await read(pid, "VmRSS");
  return async () => Math.max(0, await read(pid, "VmHWM") - before);
}

async function read(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status)![1]) / 1_024;
}
