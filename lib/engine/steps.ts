/**
 * What has to wait, written once for programs with promises and without: a generator that yields what it waits for and is
 * given what came of it. Whoever runs it either awaits each step or has it already, because the call blocked.
 *
 * @module
 */

/** Work in steps; what it yields is a value or the promise of one. */
export type Steps<T> = Generator<unknown, T, unknown>;

/** One step. `yield* step(call())` is to steps what `await call()` is to promises. */
export function* step<T>(value: T | Promise<T>): Generator<T | Promise<T>, T, unknown> {
  return (yield value) as T;
}

/** Runs work whose calls block: each step is over when it is reached. */
export function runBlocking<T>(work: Steps<T>): T {
  let next = work.next();
  while (!next.done) next = work.next(next.value);
  return next.value;
}

/** Runs work and awaits each step; one that is rejected throws inside of the work. */
export async function runAwaiting<T>(work: Steps<T>): Promise<T> {
  let next = work.next();
  while (!next.done) {
    let value: unknown;
    try {
      value = await next.value;
    } catch (error) {
      next = work.throw(error);
      continue;
    }
    next = work.next(value);
  }
  return next.value;
}
