/**
 * Tells the log when the database stops serving the application, why, and when it serves again: one line for each
 * change, however many requests fail meanwhile.
 *
 * @module
 */
import { ConnectError, DatabaseError } from "../lib/mod.ts";
import type { Sessions } from "./database.ts";
import { type Trouble, troubleOf } from "./database_trouble.ts";

const MEANING: Record<Exclude<Trouble["kind"], "busy">, string> = {
  away: "The database is away",
  refused: "The database refuses this application, and will until that is corrected",
  unfit: "The database lacks what this application needs",
};

/** What is known of the database. */
export class DatabaseState {
  readonly #say: (line: string) => void;
  /** The kind of trouble with connections, and the server's code of it. */
  #unreachable: string | undefined;
  /** What it lacks, since it was last found ready. */
  readonly #lacks = new Set<string>();

  /** @param say receives the lines (default: standard error). */
  constructor(say: (line: string) => void = console.error) {
    this.#say = say;
  }

  /** Records an error, if it says something about the database; a busy one is no change. */
  failed(error: unknown): void {
    const trouble = troubleOf(error);
    if (error instanceof DatabaseError) this.answered(); // it does answer
    if (!trouble || trouble.kind === "busy") return;
    const reason = `${MEANING[trouble.kind]}: ${(error as Error).message.split("\n", 1)[0]}`;
    if (trouble.kind === "unfit") {
      if (this.#lacks.has(reason)) return;
      this.#lacks.add(reason);
    } else {
      // not the message: requests that wait for one silent server end in several ways
      const change = `${trouble.kind} ${error instanceof ConnectError ? error.sqlstate : ""}`;
      if (this.#unreachable === change) return;
      this.#unreachable = change;
    }
    this.#say(reason);
  }

  /** Records that a connection works. */
  answered(): void {
    if (this.#unreachable === undefined) return;
    this.#unreachable = undefined;
    this.#say("The database answers again.");
  }

  /** Records that nothing is lacking. */
  ready(): void {
    this.answered();
    if (this.#lacks.size === 0) return;
    this.#lacks.clear();
    this.#say("The database has what this application needs again.");
  }

  /** Runs work and records how it ends: at once if it is blocking. */
  watch<T>(work: () => T | Promise<T>, ended: () => void = () => this.answered()): T | Promise<T> {
    try {
      const value = work();
      if (!(value instanceof Promise)) {
        ended();
        return value;
      }
      return value.then((value) => (ended(), value), (error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Returns sessions that record how their work ends. */
  watching<S>({ read, write }: Sessions<S>): Sessions<S> {
    return { read: (work) => this.watch(() => read(work)), write: (work) => this.watch(() => write(work)) };
  }

  #fail(error: unknown): never {
    this.failed(error);
    throw error;
  }
}
