/**
 * The signals with which a system asks a program to stop: Ctrl-C, a shutdown, a terminal that is closed.
 *
 * @module
 */

/** Their numbers (POSIX; SIGBREAK is Ctrl-Break on Windows). */
const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15, SIGBREAK: 21 } as const;

/** A signal that asks a program to stop. */
export type StopSignal = keyof typeof NUMBERS;

/** The exit status of a program that a signal stopped, as shells have it: Ctrl-C is 130. */
export function exitStatus(signal: StopSignal): number {
  return 128 + NUMBERS[signal];
}

/** Those that a program can listen to: on Windows SIGTERM ends it at once. */
export function stopSignals(system: typeof Deno.build.os = Deno.build.os): StopSignal[] {
  return system === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM", "SIGHUP"];
}

/**
 * Calls a function when the program is asked to stop, until the returned object is disposed. A signal that the program was
 * started to ignore, as `nohup` does with SIGHUP, stays ignored.
 */
export function onStopSignal(stop: (signal: StopSignal) => void): Disposable {
  const ignored = ignoredSignals();
  // once Deno listens to one signal, each without a listener ends the program, ignored before or not
  const listeners = stopSignals().map((signal) =>
    [signal, ignored.has(signal) ? () => {} : () => stop(signal)] as const
  );
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}

/** Linux tells; elsewhere it is that nobody can hang up on a program without a terminal. */
function ignoredSignals(): Set<StopSignal> {
  try {
    return ignoredIn(Deno.readTextFileSync("/proc/self/status"));
  } catch {
    return new Set(Deno.stdin.isTerminal() || Deno.stderr.isTerminal() ? [] : ["SIGHUP"]);
  }
}

/** @param status what `/proc/self/status` says: in the line SigIgn a bit for each signal that is ignored. */
export function ignoredIn(status: string): Set<StopSignal> {
  const bits = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? 0}`);
  const all = Object.keys(NUMBERS) as StopSignal[];
  return new Set(all.filter((signal) => (bits >> BigInt(NUMBERS[signal] - 1)) & 1n));
}
