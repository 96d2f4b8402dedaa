/**
 * The placeholder for a learner's answer.
 *
 * @module
 */

/** Code used `TODO`: the exercise has not been answered. */
export class TodoError extends Error {
  override readonly name = "TodoError";
  constructor() {
    super("There is still a TODO here. Replace it with your own code.");
  }
}

/**
 * Placeholder for the learner's code: it fits every type, and any use of it throws {@linkcode TodoError}.
 *
 * It is a proxy rather than a symbol, because a symbol passed to a URL parser or a driver causes an error that does not
 * reveal its origin.
 *
 * @example
 * ```ts ignore
 * const url: string = TODO;
 * const query = () => TODO;
 * ```
 */
export const TODO: never = blank() as never;

function blank(): unknown {
  const use = (): never => {
    throw new TodoError();
  };
  return new Proxy(function TODO() {}, {
    get(_target, key) {
      // `await TODO` and displaying TODO as the value of a cell only test whether it is a promise or displayable
      const used = typeof key === "string" ? key !== "then" : usingSymbols.has(key);
      return used ? use() : undefined;
    },
    apply: use,
    construct: use,
    set: use,
    has: use,
    ownKeys: use,
  });
}

const usingSymbols = new Set<symbol>([Symbol.toPrimitive, Symbol.iterator, Symbol.asyncIterator]);

/**
 * Returns true if an answer was not started: it is undefined or TODO, or an array or plain object that contains TODO.
 */
export function isBlank(answer: unknown): boolean {
  if (answer === undefined || answer === TODO) return true;
  if (Array.isArray(answer)) return answer.some((item) => item === TODO);
  return isPlainObject(answer) && Object.values(answer).some((value) => value === TODO);
}

/** Returns true if an error or one of its causes is a use of TODO. */
export function isTodoError(error: unknown): boolean {
  const seen = new Set<unknown>();
  for (let cause = error; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    if (cause instanceof TodoError) return true;
    seen.add(cause);
  }
  return false;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
