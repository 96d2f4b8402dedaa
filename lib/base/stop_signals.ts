/**
 * Signals that ask a program to stop: Ctrl-C, a shutdown, a closed terminal.
 *
 * @module
 */

/** Signal numbers (POSIX; SIGBREAK is Ctrl-Break on Windows). */
const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15, SIGBREAK: 21 } as const;

/** A signal that asks a program to stop. */
export type StopSignal = keyof typeof NUMBERS;

/** Returns the exit status of a program stopped by a signal, by the convention of shells: Ctrl-C is 130. */
export function exitStatus(signal: StopSignal): number {
  return 128 + NUMBERS[signal];
}

/** Returns the signals that a program can listen to: on Windows SIGTERM terminates it at once. */
export function stopSignals(system: typeof Deno.build.os = Deno.build.os): StopSignal[] {
  return system === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM", "SIGHUP"];
}

/**
 * Calls a function when the program is asked to stop, until the returned object is disposed. A signal that the parent
 * process set to be ignored, as `nohup` does with SIGHUP, stays ignored.
 */
export function onStopSignal(stop: (signal: StopSignal) => void): Disposable {
  const ignored = ignoredSignals();
  // once Deno listens to one signal, every signal without a listener ends the program, even one that was ignored before
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

/**
 * Reads the ignored signals from `/proc` on Linux; elsewhere assumes that a program without a terminal ignores SIGHUP.
 */
function ignoredSignals(): Set<StopSignal> {
  try {
    return ignoredIn(Deno.readTextFileSync("/proc/self/status"));
  } catch {
    return new Set(Deno.stdin.isTerminal() || Deno.stderr.isTerminal() ? [] : ["SIGHUP"]);
  }
}

/**
 * Parses the ignored signals.
 *
 * @param status the text of `/proc/self/status`, whose line SigIgn has a bit for each ignored signal.
 */
export function ignoredIn(status: string): Set<StopSignal> {
  const bits = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? 0}`);
  const all = Object.keys(NUMBERS) as StopSignal[];
  return new Set(all.filter((signal) => (bits >> BigInt(NUMBERS[signal] - 1)) & 1n));
}
