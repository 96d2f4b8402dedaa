/**
 * The blank that a learner fills in.
 *
 * @module
 */

/** Code used `TODO`: the exercise has not been filled in. */
export class TodoError extends Error {
  override readonly name = "TodoError";
  constructor() {
    super("There is still a TODO here. Replace it with your own code.");
  }
}

/**
 * Stands where the learner's code goes: it fits every type, and whatever uses it throws {@linkcode TodoError}.
 *
 * It is a proxy and no symbol, because a symbol that reaches a URL parser or a driver fails with an error from which
 * nobody can tell that something was left blank.
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
      // `await TODO` and showing TODO as the value of a cell only ask whether it is a promise, or shows itself
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

/** True when an answer was not started: it is undefined or TODO, or an array or plain object with a TODO in it. */
export function isBlank(answer: unknown): boolean {
  if (answer === undefined || answer === TODO) return true;
  if (Array.isArray(answer)) return answer.some((item) => item === TODO);
  return isPlainObject(answer) && Object.values(answer).some((value) => value === TODO);
}

/** True when an error says, itself or by its causes, that TODO was used. */
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
