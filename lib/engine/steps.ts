/**
 * Asynchronous code written once for both promise-based and blocking callers: a generator yields the value or promise
 * it waits for and receives the value. A runner either awaits each step, or passes it on because the call has already
 * blocked.
 *
 * @module
 */

/** A value, or the promise of one. */
export type Eventual<T> = T | Promise<T>;

/** Work in steps: yields values or promises of values, and returns its result. */
export type Steps<T> = Generator<unknown, T, unknown>;

/** One step: `yield* step(call())` is the counterpart of `await call()`. */
export function step<T>(value: Eventual<T>): Iterable<Eventual<T>, T, unknown> {
  return new Step(value);
}

/** Yields its value and returns what it is given; a generator would take twice the memory, for every statement. */
class Step<T> implements Iterator<Eventual<T>, T, unknown> {
  readonly #value: Eventual<T>;
  #isYielded = false;

  constructor(value: Eventual<T>) {
    this.#value = value;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(given: unknown): IteratorResult<Eventual<T>, T> {
    if (this.#isYielded) return { done: true, value: given as T };
    this.#isYielded = true;
    return { done: false, value: this.#value };
  }

  /** A rejection throws where the step stands. */
  throw(error: unknown): never {
    throw error;
  }
}

/** Waits until all values are settled, whatever the outcome; a later `step()` throws the error of a rejected one. */
export function* settled(values: readonly unknown[]): Steps<void> {
  if (values.some((value) => value instanceof Promise)) yield Promise.allSettled(values);
}

/** Runs work whose calls block: each step is complete when it is reached. */
export function runBlocking<T>(work: Steps<T>): T {
  let next = work.next();
  while (!next.done) next = work.next(next.value);
  return next.value;
}

/** Runs work and awaits each step; a rejection is thrown inside the work. */
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
