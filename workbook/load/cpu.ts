/**
 * Processor usage of other processes, from /proc (Linux only).
 *
 * @module
 */

/** Processor time by process id, in seconds. */
export type ProcessorTimes = ReadonlyMap<number, number>;

/** The kernel reports processor time in hundredths of a second, whatever its internal resolution. */
const TICKS_PER_SECOND = 100;

/**
 * Returns the processor time that processes have used since they started.
 * @param name program name, because a process on another machine may have the same id.
 * @returns `undefined` if unavailable: not on Linux, or none of the processes is on this machine.
 */
export async function processorTimes(pids: readonly number[], name: string): Promise<ProcessorTimes | undefined> {
  const times = new Map<number, number>();
  for (const pid of pids) {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
    const seconds = stat.includes(`(${name}`) ? parseStat(stat) : undefined;
    if (seconds !== undefined) times.set(pid, seconds);
  }
  return times.size > 0 ? times : undefined;
}

/** Parses /proc/<pid>/stat; returns the time in user and kernel mode, in seconds. */
export function parseStat(stat: string): number {
  // the program name is in brackets and may contain anything: the numbers follow the last bracket
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Returns the number of cores in use: 1 is one core all the time. New processes count with their total time. */
export function coresUsed(before: ProcessorTimes, after: ProcessorTimes, seconds: number): number {
  let sum = 0;
  for (const [pid, time] of after) sum += time - (before.get(pid) ?? 0);
  return sum / seconds;
}
