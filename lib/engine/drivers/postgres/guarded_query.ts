/**
 * Corrects three habits of npm `postgres` that would change the meaning of a statement.
 *
 * - The package resends a stale prepared statement by itself: after a COMMIT that is already under way, and so in
 *   autocommit. It marks the query as `retried`; here that fails the query with the server's error instead.
 * - It declares one parameter for each value given, of unspecified type, so that a surplus value looks like one whose type
 *   cannot be determined. Here it declares none: the server counts those of the statement, as for the other drivers.
 * - It takes the random part of its statement names from `Math.random()`, which can repeat those of another process, and
 *   looks a statement up by its text. Here a statement has the name it is given, and is looked up by it.
 *
 * @module
 */

/** A query of the package, with the fields it keeps besides its published types. */
interface GuardedQuery {
  /** The parameters as the caller gave them. */
  callerParameters?: (string | null)[];
  /** Name of the prepared statement on the server, if there is one. */
  readonly preparedAs?: string;
  /** True when the package sends it without its parameters first. */
  describeFirst?: boolean;
  parsing?: boolean;
  signature: string;
  statement: { name: string };
}

let guardedPrototype: object | undefined;

/**
 * Replaces the prototype of a query of the package with one that corrects these habits.
 *
 * @param name of the prepared statement; without one the query is sent unnamed.
 */
export function guardQuery<Q extends object>(query: Q, name: string | undefined): Q {
  guardedPrototype ??= createPrototype(Object.getPrototypeOf(query));
  return Object.assign(Object.setPrototypeOf(query, guardedPrototype), { preparedAs: name });
}

function createPrototype(packagePrototype: object): object {
  return Object.create(packagePrototype, {
    parameters: {
      // the package reads this before the name, when it sends the statement
      get(this: GuardedQuery) {
        const isParsed = this.parsing === false; // set by the package once the server has parsed it
        if (!this.describeFirst || isParsed) return this.callerParameters;
        if (this.preparedAs !== undefined) this.statement.name = this.preparedAs;
        return [];
      },
      // the package writes this after the signature, by which it then looks up what it has prepared
      set(this: GuardedQuery, parameters: (string | null)[]) {
        this.callerParameters = parameters;
        if (this.preparedAs !== undefined) this.signature = this.preparedAs;
      },
    },
    retried: {
      get: () => undefined,
      set(this: { cancelled: boolean; reject(error: unknown): void }, error: unknown) {
        this.cancelled = true; // the package does not send a cancelled query
        this.reject(error);
      },
    },
  });
}
