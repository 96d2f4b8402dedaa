/**
 * Code that waits, written once for programs with promises and without: a generator yields what it waits for and is given
 * the value. A runner either awaits each step, or has the value already because the call blocked.
 *
 * @module
 */

/** A value, or the promise of one. */
export type Eventual<T> = T | Promise<T>;

/** Work in steps: it yields values or promises of values, and returns its result. */
export type Steps<T> = Generator<unknown, T, unknown>;

/** One step. `yield* step(call())` is to steps what `await call()` is to promises. */
export function* step<T>(value: Eventual<T>): Generator<Eventual<T>, T, unknown> {
  return (yield value) as T;
}

/** Waits until all of these are settled, without looking at how; a later `step()` throws what one of them failed with. */
export function* settled(values: readonly unknown[]): Steps<void> {
  if (values.some((value) => value instanceof Promise)) yield Promise.allSettled(values);
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
