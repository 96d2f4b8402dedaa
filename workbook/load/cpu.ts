/**
 * How much of the processor other processes take: from /proc, which only Linux has.
 *
 * @module
 */

/** Seconds of processor time by process id. */
export type ProcessorTimes = ReadonlyMap<number, number>;

/** The kernel tells processor time in hundredths of a second, whatever it counts in itself. */
const TICKS_PER_SECOND = 100;

/**
 * The processor time that processes have taken since they began.
 *
 * @param name of their program, as a process of another machine may have the same number.
 * @returns `undefined` when it cannot be told: not on Linux, or none of them is on this machine.
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

/** Seconds in user and kernel mode, from the text of /proc/<pid>/stat. */
export function parseStat(stat: string): number {
  // the program's name stands in brackets and may hold anything: the numbers follow the last bracket
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The cores that processes kept at work: 1 is one core all the time. A process that is new has all its time counted. */
export function coresUsed(before: ProcessorTimes, after: ProcessorTimes, seconds: number): number {
  let sum = 0;
  for (const [pid, time] of after) sum += time - (before.get(pid) ?? 0);
  return sum / seconds;
}
