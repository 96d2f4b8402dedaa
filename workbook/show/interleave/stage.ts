/**
 * Runs a script: each session has its own connection, and an observer queries the server's locks. A step ends when it
 * has completed or is blocked by a session that can still act.
 *
 * @module
 */
import type { Compilable, Connection } from "../../../lib/engine/connection.ts";
import { type ConnectOptions, Engine } from "../../../lib/engine/engine.ts";
import { DatabaseError, DeadlockError } from "../../../lib/engine/errors.ts";
import { EngineError } from "../../../lib/base/error.ts";
import { Result } from "../../../lib/engine/result.ts";
import type { EngineUrl } from "../../../lib/engine/url.ts";

/** Something that runs SQL and is closed at the end: a connection or an ORM session. */
export interface Speaker extends AsyncDisposable {
  execute(query: Compilable): Promise<Result<unknown>>;
}

/** Outcome of a step. */
export interface StepOutcome {
  /** Step number, starting at 1. */
  readonly step: number;
  readonly session: string;
  /** The SQL, or the description of a function. */
  readonly text: string;
  /** `waits`: still waiting at the end of the script. */
  readonly status: "done" | "failed" | "waits";
  /** The sessions that blocked it, each with the step at which the wait began. */
  readonly waits: readonly { readonly on: string; readonly step: number }[];
  /** The step that unblocked it, or its own number. */
  readonly until: number;
  /** The {@linkcode Result} of a statement, or the return value of a function. */
  readonly value?: unknown;
  readonly error?: Error;
  /** Effect on the session's transaction. */
  readonly began: boolean;
  readonly ended?: "commit" | "rollback";
  /** Transaction state afterwards; a `failed` transaction holds no locks and accepts only a rollback. */
  readonly transaction: "none" | "open" | "failed";
}

/** An impossible script. */
export class ScriptError extends EngineError {}

/** Interval between looks at the server's locks, in milliseconds; no outcome depends on it. */
const LOOK_AGAIN = 2;
/** Keeps waiting sessions from breaking a deadlock that another session closes. */
const PATIENT = "deadlock_timeout = '1h'";
const IMPATIENT = "deadlock_timeout = '10ms'";

/** An engine with a single, known connection. */
class OwnEngine extends Engine {
  connection: Connection | undefined;

  override async connect(options?: ConnectOptions): Promise<Connection> {
    return this.connection = await super.connect(options);
  }
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** A session of the script. */
interface Actor {
  readonly name: string;
  readonly engine: OwnEngine;
  readonly speaker: Speaker;
  /** The running step; undefined while the session is idle. */
  running?: { readonly outcome: Writable<StepOutcome>; readonly done: Promise<void> };
  transaction: StepOutcome["transaction"];
  /** Scope in which the session was chosen to break a deadlock. */
  impatient?: "transaction" | "connection";
}

/** Runs steps one after another. */
export class Stage implements AsyncDisposable {
  readonly #url: EngineUrl;
  readonly #observer: Engine;
  readonly #actors = new Map<string, Actor>();
  readonly #outcomes: Writable<StepOutcome>[] = [];
  /** False if the role may not set `deadlock_timeout`. */
  #mayChoose = true;

  constructor(url: EngineUrl) {
    this.#url = url;
    this.#observer = new Engine(url, { ...ONE_CONNECTION, applicationName: "observer" });
  }

  /** Returns the outcomes so far. */
  outcomes(): StepOutcome[] {
    return this.#outcomes.map((outcome) => ({ ...outcome, waits: [...outcome.waits] }));
  }

  /** Opens a connection for a session. */
  async enter(name: string, open: (own: Engine) => Speaker | Promise<Speaker>): Promise<void> {
    const engine = new OwnEngine(this.#url, { ...ONE_CONNECTION, applicationName: name });
    try {
      await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
      this.#mayChoose &&= await connection.execute(`SET ${PATIENT}`).then(() => true, isNotAllowed);
    } catch (error) {
      await engine.dispose();
      throw error;
    }
    this.#actors.set(name, { name, engine, speaker: await open(engine), transaction: "none" });
  }

  /**
   * Sends a step, and returns when it has completed or is waiting.
   * @throws {ScriptError} if its session is already waiting.
   */
  async play(name: string, text: string, run?: (speaker: Speaker) => unknown): Promise<void> {
    const actor = this.#actors.get(name)!;
    const step = this.#outcomes.length + 1;
    if (actor.running) {
      const { step: since, waits } = actor.running.outcome;
      throw new ScriptError(
        `Step ${step}: ${name} cannot run a statement, because it has been waiting for ${
          waits.map(({ on }) => on).join(" and ")
        } ` +
          `since step ${since}. Let ${waits.at(-1)?.on} commit or roll back first.`,
      );
    }
    await this.#chooseVictim(actor);
    const outcome: Writable<StepOutcome> = {
      ...{ step, session: name, text, status: "waits", waits: [], until: step, began: false },
      transaction: actor.transaction,
    };
    this.#outcomes.push(outcome);
    actor.running = { outcome, done: this.#run(actor, outcome, run) };
    await this.#settle(step);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const actors = [...this.#actors.values()];
    // sessions that are not blocked unblock those that are
    await Promise.all(actors.map(async ({ running, speaker, engine }) => {
      await running?.done;
      await speaker[Symbol.asyncDispose]();
      await engine.dispose();
    }));
    await this.#observer.dispose();
  }

  async #run(actor: Actor, outcome: Writable<StepOutcome>, run?: (speaker: Speaker) => unknown): Promise<void> {
    const { engine, speaker } = actor;
    const wasOpen = actor.transaction !== "none";
    const stop = engine.events.on("*", ({ type }) => {
      if (type === "begin") outcome.began = true;
      if (type === "commit" || type === "rollback") outcome.ended = type;
    });
    try {
      const { text } = outcome;
      outcome.value = await (run ? run(speaker) : speaker.execute({ compile: () => ({ sql: text, parameters: [] }) }));
      outcome.status = "done";
    } catch (error) {
      outcome.status = "failed";
      outcome.error = error as Error;
      this.#takeNote(outcome, error);
      // a failed COMMIT sent as SQL ends the transaction without the connection noticing
      if (!run && /^\s*(COMMIT|END)\b/i.test(outcome.text)) await engine.connection?.rollback().catch(() => {});
    }
    stop();
    const isOpen = engine.connection?.inTransaction ?? false;
    const isFailed = outcome.error instanceof DatabaseError ||
      outcome.error === undefined && actor.transaction === "failed";
    actor.transaction = !isOpen ? "none" : isFailed ? "failed" : "open";
    outcome.transaction = actor.transaction;
    outcome.began ||= !wasOpen && isOpen;
    if (wasOpen && !isOpen) outcome.ended ??= endedBy(outcome);
    if (!isOpen && actor.impatient === "transaction") actor.impatient = undefined;
    outcome.until = this.#outcomes.length;
    actor.running = undefined;
  }

  /** Waits until no step can progress without a further one. */
  async #settle(step: number): Promise<void> {
    for (;;) {
      const running = [...this.#actors.values()].filter((actor) => actor.running);
      if (running.length === 0) return;
      const isAnswered = () => running.some((actor) => !actor.running);
      await pauseUnless(running.map((actor) => actor.running!.done));
      if (isAnswered()) continue;
      const waiting = await this.#look(running);
      if (isAnswered()) continue;
      if (waiting.size < running.length || running.some((actor) => leadsTo(actor, actor, waiting))) continue;
      for (const [{ running }, others] of waiting) {
        for (const { name } of others) noteWait(running!.outcome, name, step);
      }
      return;
    }
  }

  /** Returns the blocked sessions, and those that block each. */
  async #look(actors: readonly Actor[]): Promise<Map<Actor, Actor[]>> {
    const byPid = new Map([...this.#actors.values()].map((actor) => [actor.engine.connection?.backendPid, actor]));
    await using connection = await this.#observer.connect({ isolationLevel: "AUTOCOMMIT" });
    const rows = await connection.execute<{ pid: number; blockers: number[] }>(BLOCKERS, [pids(actors)]);
    const waits = rows.all().map(({ pid, blockers }) =>
      [byPid.get(pid)!, blockers.flatMap((each) => byPid.get(each) ?? [])] as const
    );
    return new Map(
      waits.filter(([, others]) => others.length > 0).map(([actor, others]) => [actor, [...new Set(others)]]),
    );
  }

  /** Makes the session whose step may close a cycle the deadlock victim, so that the outcome is reproducible. */
  async #chooseVictim(actor: Actor): Promise<void> {
    const { connection } = actor.engine;
    const running = [...this.#actors.values()].filter((each) => each.running);
    const waiting = running.length === 0 ? undefined : await this.#look(running);
    const isAwaited = waiting !== undefined && running.some((each) => leadsTo(each, actor, waiting));
    if (!this.#mayChoose) {
      // a waiting session checks for a deadlock once, after deadlock_timeout; after that check, this session detects it
      if (isAwaited) await this.#observer.begin((observer) => observer.execute(CHECKED, [pids(running)]));
      return;
    }
    if (isAwaited === (actor.impatient !== undefined) || actor.transaction === "failed") return;
    const isLocal = isAwaited ? connection!.inTransaction : actor.impatient === "transaction";
    await connection!.execute(`SET ${isLocal ? "LOCAL " : ""}${isAwaited ? IMPATIENT : PATIENT}`);
    actor.impatient = !isAwaited ? undefined : isLocal ? "transaction" : "connection";
  }

  /** Records a deadlock broken before the observer looked, from the server's error detail. */
  #takeNote(outcome: StepOutcome, error: unknown): void {
    if (!(error instanceof DeadlockError)) return;
    const nameOf = (pid: number) =>
      [...this.#actors.values()].find(({ engine }) => engine.connection?.backendPid === pid)?.name;
    for (const line of error.detail?.split("\n") ?? []) {
      const numbers = line.match(/\d+/g)?.map(Number) ?? [];
      const [from, to] = [nameOf(numbers[0]), nameOf(numbers.at(-1)!)];
      if (from === outcome.session && to) noteWait(outcome, to, outcome.step);
    }
  }
}

const ONE_CONNECTION = { poolSize: 1, maxOverflow: 0, nonblocking: true } as const;

const BLOCKERS = "SELECT pid, pg_blocking_pids(pid) || pg_safe_snapshot_blocking_pids(pid) AS blockers " +
  "FROM unnest($1::integer[]) AS pid";

/** Returns when the waiting sessions have checked for a deadlock. */
const CHECKED = "SELECT pg_sleep(greatest(0, extract(epoch FROM " +
  "max(waitstart) + 2 * current_setting('deadlock_timeout')::interval - clock_timestamp()))) " +
  "FROM pg_locks WHERE pid = ANY ($1::integer[]) AND NOT granted";

function pids(actors: readonly Actor[]): number[] {
  return actors.flatMap(({ engine }) => engine.connection?.backendPid ?? []);
}

function noteWait({ waits }: StepOutcome, on: string, step: number): void {
  if (!waits.some((wait) => wait.on === on)) (waits as { on: string; step: number }[]).push({ on, step });
}

/** Returns whether a session waits for another, directly or indirectly. */
function leadsTo(
  from: Actor,
  to: Actor,
  waiting: ReadonlyMap<Actor, readonly Actor[]>,
  seen = new Set<Actor>(),
): boolean {
  return (waiting.get(from) ?? []).some((next) => {
    if (next === to) return true;
    return !seen.has(next) && leadsTo(next, to, waiting, seen.add(next));
  });
}

function endedBy({ value, error }: StepOutcome): "commit" | "rollback" {
  return !error && value instanceof Result && value.command === "COMMIT" ? "commit" : "rollback";
}

/** Waits for one of several promises, or for a moment. */
async function pauseUnless(promises: readonly Promise<void>[]): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  const pause = new Promise<void>((resolve) => timer = setTimeout(resolve, LOOK_AGAIN));
  await Promise.race([...promises, pause]);
  clearTimeout(timer!);
}

/** @throws {unknown} any other error. */
function isNotAllowed(error: unknown): false {
  if (error instanceof DatabaseError && error.sqlstate === "42501") return false;
  throw error;
}
