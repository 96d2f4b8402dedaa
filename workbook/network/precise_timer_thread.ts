/**
 * The thread of `precise_timer.ts`: waits until each requested time, then reports it.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";

const nobodyWakesIt = new Int32Array(new SharedArrayBuffer(4));

parentPort!.on("message", (due: number) => {
  const milliseconds = due - performance.timeOrigin - performance.now();
  if (milliseconds > 0) Atomics.wait(nobodyWakesIt, 0, 0, milliseconds);
  parentPort!.postMessage(null);
});
