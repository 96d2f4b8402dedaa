/**
 * The session: a shopping cart for rows. Reads run at once, writes wait in the session until `flush()` or `commit()`
 * sends them together. As in SQLAlchemy a connection is taken with the first statement and given back at the end of the
 * transaction.
 *
 * @module
 */
import { CallSite } from "../engine/call_site.ts";
import type { Compilable, Connection, TransactionOptions } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { NoResultFound } from "../engine/errors.ts";
import { encodeParameters } from "../engine/parameters.ts";
import { type FirstColumn, Result, type ScalarResult } from "../engine/result.ts";
import { quote } from "./ddl.ts";
import { ConcurrentUseError, StaleDataError } from "./errors.ts";
import type { Entity } from "./identity_map.ts";
import { type Loader, loadRelations } from "./loading.ts";
import type { AnyModel, KeyOf } from "./model.ts";
import { columnsOf, type LockOptions, type Select, type SelectColumns } from "./select.ts";
import { type SessionAction, type SessionState, transition } from "./session_state.ts";
import type { Table } from "./table.ts";
import { Tracker } from "./tracker.ts";
import { applyReturned, type Step } from "./unit_of_work.ts";

/** Settings of a session. */
export interface SessionOptions {
  /** Send what waits before each query, so that it sees it (default true). */
  readonly autoflush?: boolean;
  /** Read every object anew after a commit, when it is asked for again (default false). */
  readonly expireOnCommit?: boolean;
}

/** Makes sessions. Made by {@linkcode sessionmaker}. */
export interface SessionMaker {
  (): Session;
  /** Runs `work` with a session of its own: committed when it returns, rolled back when it throws. */
  begin<T>(work: (session: Session) => T | Promise<T>, options?: TransactionOptions): Promise<T>;
}

/**
 * A function that makes sessions on an engine.
 *
 * ```ts ignore
 * const getSession = sessionmaker(engine);
 * await using session = getSession();
 * session.addAll([new Hero({ name: "spongebob" }), new Hero({ name: "sandy" })]);
 * await session.commit();
 * ```
 */
export function sessionmaker(engine: Engine, options: SessionOptions = {}): SessionMaker {
  const make = () => new Session(engine, options);
  return Object.assign(make, {
    async begin<T>(work: (session: Session) => T | Promise<T>, transaction?: TransactionOptions): Promise<T> {
      await using session = make();
      await session.begin(transaction);
      const value = await work(session);
      await session.commit();
      return value;
    },
  });
}

/** A query that gives objects, rows of a model's columns, or whatever a query of Kysely gives. */
type Query<Row> = Compilable<Row>;
/** What `get` and `withForUpdate` may be told. */
export interface GetOptions {
  /** Locks the row until the end of the transaction, and reads it anew. */
  readonly withForUpdate?: boolean | LockOptions;
}

/** The steps of a flush, and the values of the objects as they are when it is sent. */
interface Flush {
  readonly steps: readonly Step[];
  readonly values: ReadonlyMap<Entity, unknown[]>;
}

/** Made by the function that {@linkcode sessionmaker} returns. */
export class Session implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #options: SessionOptions;
  readonly #tracker = new Tracker();
  #state: SessionState = "idle";
  #failure: Error | undefined;
  #connection: Connection | undefined;
  /** What runs now, and from where it was called. */
  #running: { what: string; site: CallSite; done: Promise<unknown> } | undefined;

  constructor(engine: Engine, options: SessionOptions = {}) {
    this.#engine = engine;
    this.#options = options;
  }

  /** `idle`, `active`, `failed` or `closed`: see `session_state.ts`. */
  get state(): SessionState {
    return this.#state;
  }

  /** The objects that will be inserted. */
  get new(): ReadonlySet<object> {
    return this.#tracker.newObjects();
  }

  /** The objects that will be updated. */
  get dirty(): ReadonlySet<object> {
    return this.#tracker.dirtyObjects();
  }

  /** The objects that will be deleted. */
  get deleted(): ReadonlySet<object> {
    return this.#tracker.deletedObjects();
  }

  /** Puts a new object into the session, with the objects that it refers to; written with the next flush. */
  add(object: object): void {
    this.#assert("work");
    this.#tracker.add(object as Entity);
  }

  /** Puts several new objects into the session. */
  addAll(objects: Iterable<object>): void {
    for (const object of objects) this.add(object);
  }

  /** Marks an object whose row the next flush deletes. @throws {DetachedObjectError} when it is not in this session. */
  delete(object: object): void {
    this.#assert("work");
    this.#tracker.delete(object as Entity);
  }

  /** Takes an object out of the session: its changes are not written, and the next query makes another object. */
  expunge(object: object): void {
    this.#tracker.expunge(object as Entity);
  }

  /** The next query or `get()` that meets an object's row reads its values anew. Without an object: all of them. */
  expire(object?: object): void {
    this.#tracker.expire(object as Entity | undefined);
  }

  /**
   * What waits to be sent, as data: the statements in their order, with their parameters as far as they are known.
   *
   * @throws {MissingValueError} when a new object lacks a value that it needs.
   */
  diff(): Step[] {
    this.#assert("work");
    return this.#tracker.plan();
  }

  /**
   * The object with this primary key: from the identity map without asking the server if it is there, else from its row.
   *
   * @param key the value of the primary key; an object with its attributes when it has several.
   * @returns the object, or `null` when there is no such row.
   */
  async get<M extends AnyModel>(model: M, key: KeyOf<M>, options: GetOptions = {}): Promise<InstanceType<M> | null> {
    this.#assert("work");
    const values = keyValues(model.table, key);
    const known = this.#tracker.find(model, values);
    if (known && !options.withForUpdate) return known as InstanceType<M>;
    return await this.#exclusive("work", `get(${model.name})`, async () => {
      const { withForUpdate } = options;
      const lock = withForUpdate === true ? {} : withForUpdate || undefined;
      const rows = await this.#query(selectByKey(model.table, lock), values);
      return (rows[0] ? this.#tracker.load(model, rows[0], lock !== undefined) : null) as InstanceType<M> | null;
    });
  }

  /** As `get()`, but a missing row is an error. @throws {NoResultFound} */
  async getOne<M extends AnyModel>(model: M, key: KeyOf<M>, options: GetOptions = {}): Promise<InstanceType<M>> {
    const object = await this.get(model, key, options);
    if (object === null) throw new NoResultFound();
    return object;
  }

  /**
   * Runs a query. `select(Model)` gives rows of one object each; any query of Kysely gives its rows.
   *
   * @throws {DatabaseError} what the server reports. @throws {ConcurrentUseError} when the session is busy.
   */
  execute<M extends AnyModel, Joined>(
    statement: Select<M, Joined>,
  ): Promise<Result<Record<string, InstanceType<M>>>>;
  execute<M extends AnyModel, Joined, Row>(statement: SelectColumns<M, Joined, Row>): Promise<Result<Row>>;
  execute<Row>(statement: Query<Row>): Promise<Result<Row>>;
  execute(statement: Query<unknown> | Select<AnyModel, unknown>): Promise<Result<unknown>> {
    const { sql, parameters } = statement.compile();
    return this.#exclusive("work", "execute()", async () => {
      if (!isSelect(statement)) {
        await this.#autoflush();
        const result = await (await this.#begun()).execute(sql, parameters);
        if (!("names" in statement)) return result;
        return new Result({
          columns: statement.names as string[],
          rows: result.tuples().all(),
          command: "",
          rowCount: result.rowCount,
        });
      }
      const { model, loaders, lock } = statement;
      const rows = await this.#query(sql, parameters);
      const objects = rows.map((row) => this.#tracker.load(model, row, lock));
      if (loaders.length > 0) await loadRelations(this.#loader(), model, [...new Set(objects)], loaders);
      const raw = {
        columns: [model.name],
        rows: objects.map((object) => [object]),
        command: "",
        rowCount: rows.length,
      };
      return new Result(raw);
    });
  }

  /** The first column of the first row, which of `select(Model)` is an object, or `null`; further rows are ignored. */
  scalar<M extends AnyModel, Joined>(statement: Select<M, Joined>): Promise<InstanceType<M> | null>;
  scalar<M extends AnyModel, Joined, Row>(statement: SelectColumns<M, Joined, Row>): Promise<FirstColumn<Row> | null>;
  scalar<Row>(statement: Query<Row>): Promise<FirstColumn<Row> | null>;
  async scalar(statement: Query<unknown>): Promise<unknown> {
    return (await this.execute(statement)).scalar();
  }

  /** The first column of every row: of `select(Model)` the objects. */
  scalars<M extends AnyModel, Joined>(statement: Select<M, Joined>): Promise<ScalarResult<InstanceType<M>>>;
  scalars<M extends AnyModel, Joined, Row>(
    statement: SelectColumns<M, Joined, Row>,
  ): Promise<ScalarResult<FirstColumn<Row>>>;
  scalars<Row>(statement: Query<Row>): Promise<ScalarResult<FirstColumn<Row>>>;
  async scalars(statement: Query<unknown>): Promise<ScalarResult<unknown>> {
    return (await this.execute(statement)).scalars();
  }

  /** Reads the values of an object anew; its changes are lost. @throws {DetachedObjectError} @throws {NoResultFound} */
  refresh(object: object, options: GetOptions = {}): Promise<void> {
    return this.#exclusive("work", "refresh()", async () => {
      const { model, key } = this.#tracker.identityOf(object as Entity, "refresh");
      const lock = options.withForUpdate === true ? {} : options.withForUpdate || undefined;
      const connection = await this.#begun();
      const rows = (await connection.execute(selectByKey(model.table, lock), key)).tuples().all();
      if (rows.length === 0) throw new NoResultFound();
      this.#tracker.load(model, rows[0], true);
    });
  }

  /**
   * Begins a transaction now, to choose how: else it begins by itself with the first statement.
   *
   * @throws {TransactionBegunError} when one is open.
   */
  begin(options: TransactionOptions = {}): Promise<void> {
    return this.#exclusive("begin", "begin()", async () => void await this.#begun(options));
  }

  /**
   * Sends what waits and marks a point to which the transaction can be rolled back, objects included.
   *
   * ```ts ignore
   * await using savepoint = await session.beginNested(); // rolled back at the end of the block …
   * await savepoint.commit();                            // … unless it was kept
   * ```
   */
  beginNested(): Promise<SessionSavepoint> {
    return this.#exclusive("work", "beginNested()", async () => {
      await this.#flush();
      const connection = await this.#begun();
      const inner = await connection.beginNested();
      const depth = this.#tracker.beginNested();
      const isOver = () => this.#connection !== connection || !connection.inTransaction;
      return new SessionSavepoint({
        commit: () =>
          this.#exclusive("work", "commit() of a savepoint", async () => {
            if (!isOver()) await this.#flush();
            await inner.commit();
            this.#tracker.commitNested(depth);
          }),
        rollback: async () => {
          if (isOver()) return;
          await this.#exclusive("rollback", "rollback() of a savepoint", async () => {
            await inner.rollback();
            this.#state = "active";
            this.#failure = undefined;
            this.#tracker.rollbackNested(depth);
          });
        },
      });
    });
  }

  /**
   * Sends what waits: new objects, changed ones, deleted ones, and their relations. The transaction stays open.
   *
   * @throws {EncodingError} @throws {MissingValueError} before anything is sent.
   * @throws {DatabaseError} the session then needs a `rollback()`.
   */
  flush(): Promise<void> {
    return this.#exclusive("work", "flush()", () => this.#flush());
  }

  /**
   * Sends what waits and makes the transaction permanent. COMMIT travels together with new rows; where the number of
   * changed rows has to be looked at, it waits for that.
   */
  commit(): Promise<void> {
    return this.#exclusive("commit", "commit()", async () => {
      const plan = this.#plan();
      if (plan.steps.length === 0 && !this.#connection) return;
      const connection = await this.#begun();
      await this.#sending(async () => {
        const sent = this.#send(connection, plan);
        // a failed COMMIT would end the transaction around an open savepoint, too
        if (this.#tracker.isNested || plan.steps.some(({ counted, waits }) => counted || waits)) await sent;
        const committed = connection.commit();
        committed.catch(() => {}); // when a statement failed, its error says more
        await sent;
        await committed;
      });
      this.#tracker.committed();
      if (this.#options.expireOnCommit) this.#tracker.expire();
      await this.#end("commit");
    });
  }

  /** Undoes the transaction. Objects return to what they were when it began; new ones leave the session. */
  rollback(): Promise<void> {
    return this.#exclusive("rollback", "rollback()", async () => {
      this.#tracker.rollback();
      await this.#end("rollback");
    });
  }

  /** Rolls back what was not committed and gives the connection back. A second call does nothing. */
  async close(): Promise<void> {
    while (this.#running) await this.#running.done.catch(() => {}); // someone forgot to await it
    this.#tracker.clear();
    await this.#end("close");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends the transaction: what was not committed is rolled back. */
  async #end(action: "commit" | "rollback" | "close"): Promise<void> {
    const connection = this.#connection;
    this.#state = transition(this.#state, action);
    this.#failure = undefined;
    this.#connection = undefined;
    await connection?.close();
  }

  /** What waits, with every value fixed and checked: what fails here leaves the session as it was. */
  #plan(): Flush {
    const isKnown = (value: unknown) => value !== undefined;
    const steps = this.#tracker.plan().map((step) => {
      const values = step.parameters();
      if (!step.waits) {
        encodeParameters(values);
        return { ...step, parameters: () => values };
      }
      encodeParameters(values.filter(isKnown).map((value) => Array.isArray(value) ? value.filter(isKnown) : value));
      return step;
    });
    return { steps, values: this.#tracker.flushing(steps) };
  }

  async #flush(): Promise<void> {
    const plan = this.#plan();
    if (plan.steps.length === 0) return;
    const connection = await this.#begun();
    await this.#sending(() => this.#send(connection, plan));
  }

  /** Sends the steps of a plan together, as far as they need not wait for keys, and takes over what the server made. */
  async #send(connection: Connection, { steps, values }: Flush): Promise<void> {
    const answers: { step: Step; answer: Promise<Result<unknown>> }[] = [];
    const settle = async () => {
      for (const { step, answer } of answers.splice(0)) {
        const result = await answer;
        if (step.counted && result.rowCount !== step.entities.length) throw new StaleDataError(step.table.name);
        applyReturned(step, result.tuples().all());
      }
    };
    for (const step of steps) {
      if (step.waits) await settle();
      answers.push({ step, answer: connection.execute(step.sql, step.parameters()) });
    }
    await settle();
    this.#tracker.flushed(steps, values);
  }

  async #sending(send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      this.#failure = error as Error;
      this.#state = transition(this.#state, "fail");
      throw error;
    }
  }

  async #autoflush(): Promise<void> {
    if (this.#options.autoflush ?? true) await this.#flush();
  }

  async #query(sql: string, parameters: readonly unknown[]): Promise<unknown[][]> {
    await this.#autoflush();
    const connection = await this.#begun();
    return (await connection.execute(sql, parameters)).tuples().all();
  }

  #loader(): Loader {
    return {
      query: async (sql, parameters) => (await (await this.#begun()).execute(sql, parameters)).tuples().all(),
      load: (model, row) => this.#tracker.load(model, row),
      find: (model, key) => this.#tracker.find(model, key),
    };
  }

  /** The connection of the transaction, which begins with it. */
  async #begun(options?: TransactionOptions): Promise<Connection> {
    if (!this.#connection) {
      this.#connection = await this.#engine.connect(options);
      this.#state = transition(this.#state, "work");
    }
    return this.#connection;
  }

  /** Runs one thing at a time. */
  async #exclusive<T>(action: SessionAction, what: string, run: () => Promise<T>): Promise<T> {
    this.#assert(action);
    const site = new CallSite();
    if (this.#running) {
      const { what: running, site: since } = this.#running;
      throw new ConcurrentUseError(`${running}, called by ${since}`, `${what}, called by ${site}`);
    }
    const done = run();
    this.#running = { what, site, done };
    try {
      return await done;
    } finally {
      this.#running = undefined;
    }
  }

  #assert(action: SessionAction): void {
    transition(this.#state, action, this.#failure);
  }
}

/** A savepoint of a session: `commit()` keeps its work in the transaction, `rollback()` undoes it. */
export class SessionSavepoint implements AsyncDisposable {
  #open = true;

  /** Made by `session.beginNested()`. */
  constructor(readonly actions: { commit(): Promise<void>; rollback(): Promise<void> }) {}

  /** Sends what waits and keeps the work as a part of the transaction around it. */
  async commit(): Promise<void> {
    await this.actions.commit();
    this.#open = false;
  }

  /** Undoes the work since the savepoint, on the server and in the objects. A second call does nothing. */
  async rollback(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.actions.rollback();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.rollback();
  }
}

function isSelect(statement: object): statement is Select<AnyModel, unknown> {
  return "loaders" in statement;
}

function keyValues(table: Table, key: unknown): unknown[] {
  if (table.primaryKey.length === 1) return [key];
  return table.primaryKey.map(({ attribute }) => (key as Entity)[attribute]);
}

const SELECT_BY_KEY = new WeakMap<Table, string>();

/** The SELECT of `get()`: written once a table. */
function selectByKey(table: Table, lock?: LockOptions): string {
  let sql = SELECT_BY_KEY.get(table);
  if (!sql) {
    const key = table.primaryKey.map(({ name }, index) => `${quote(name)} = $${index + 1}`).join(" AND ");
    sql = `SELECT ${columnsOf(table)} FROM ${quote(table.name)} WHERE ${key}`;
    SELECT_BY_KEY.set(table, sql);
  }
  return lock ? `${sql} FOR UPDATE${lock.skipLocked ? " SKIP LOCKED" : ""}${lock.noWait ? " NOWAIT" : ""}` : sql;
}
