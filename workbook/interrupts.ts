/**
 * The ■ button of Jupyter: it sends SIGINT to the kernel, which cancels what the running cell waits for, so that the cell
 * ends with an error and the kernel goes on. What a signal cannot reach is a cell that waits for anything else, or
 * computes: there Jupyter's **Restart Kernel** helps, which keeps the notebook's text.
 *
 * @module
 */

/** An interrupt ended a program that a cell waited for. */
class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

const waiting = new Set<AbortController>();

/** Returns a signal that is aborted by an interrupt, until it is disposed of. */
export function interruptible(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  waiting.add(controller);
  return { signal: controller.signal, [Symbol.dispose]: () => void waiting.delete(controller) };
}

/** Aborts what waits now; returns how many there were. */
function interruptAll(): number {
  const count = waiting.size;
  for (const controller of waiting) controller.abort(new InterruptedError("interrupted"));
  return count;
}

/**
 * From now on, SIGINT cancels instead of ending the process.
 *
 * @param cancel cancels the statements in flight, and returns their number.
 */
export function cancelOnInterrupt(cancel: () => Promise<number>): void {
  if (Deno.build.os === "windows") return; // Jupyter sends no signal there
  Deno.addSignalListener("SIGINT", async () => {
    const count = interruptAll() + await cancel();
    console.error(count > 0 ? `Interrupted: ${count} cancelled.` : NOTHING);
  });
}

const NOTHING =
  "Interrupted, but no statement was running: if the cell does not end, choose Kernel ▸ Restart Kernel. " +
  "The notebook keeps its text, and its values are computed anew.";
