/**
 * How much memory a process takes.
 *
 * @module
 */

/**
 * Notes the resident memory of a process. Linux only: it alone says how high another process's memory has been.
 *
 * @returns a function that gives the megabytes by which the process has been above this at its peak; or undefined.
 */
export async function peakMemory(pid: number): Promise<(() => Promise<number>) | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5"); // sets the peak back to what is resident now
  const before = await read(pid, "VmRSS");
  return async () => Math.max(0, await read(pid, "VmHWM") - before);
}

async function read(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status)![1]) / 1_024;
}
