/**
 * The session: a shopping cart for rows. Reads run at once, writes wait in the session until `flush()` or `commit()`
 * sends them together. As in SQLAlchemy a connection is taken with the first statement and given back at the end of the
 * transaction.
 *
 * @module
 */
import type { Connection } from "../engine/connection.ts";
import type { Engine } from "../engine/engine.ts";
import { encodeParameters } from "../engine/parameters.ts";
import { Result, type ScalarResult } from "../engine/result.ts";
import { quote } from "./ddl.ts";
import { PendingRollbackError, SessionClosedError, StaleDataError } from "./errors.ts";
import { type Entity, IdentityMap } from "./identity_map.ts";
import type { AnyModel } from "./model.ts";
import type { Table } from "./table.ts";
import type { Select } from "./select.ts";
import { applyReturned, type Persistent, planFlush, type PlannedStatement } from "./unit_of_work.ts";

/** An object of a model. */
type Instance<M extends AnyModel> = InstanceType<M>;

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
export function sessionmaker(engine: Engine): () => Session {
  return () => new Session(engine);
}

/** Made by the function that {@linkcode sessionmaker} returns. */
export class Session implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #identities = new IdentityMap();
  readonly #new = new Map<Entity, Table>();
  readonly #persistent = new Map<Entity, Persistent>();
  #connection: Promise<Connection> | undefined;
  #failure: Error | undefined;
  #closed = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Puts a new object into the session; it is written with the next flush. */
  add(object: object): void {
    this.#assertUsable();
    const table = (object.constructor as unknown as AnyModel).table;
    if (!table) throw new TypeError(`Only objects of models can be added, not a ${object.constructor.name}.`);
    if (!this.#persistent.has(object as Entity)) this.#new.set(object as Entity, table);
  }

  /** Puts several new objects into the session. */
  addAll(objects: Iterable<object>): void {
    for (const object of objects) this.add(object);
  }

  /**
   * The object with this primary key: from the identity map without asking the server if it is there, else from its row.
   *
   * @param key the value of the primary key; a list in the order of its columns when it has several.
   * @returns the object, or `null` when there is no such row.
   */
  async get<M extends AnyModel>(model: M, key: unknown): Promise<Instance<M> | null> {
    this.#assertUsable();
    const values = Array.isArray(key) ? key : [key];
    const known = this.#identities.get(model.table, values);
    if (known) return known as Instance<M>;
    const rows = await this.#query(selectByKey(model.table), values);
    return rows.length === 0 ? null : this.#load(model, rows[0]) as Instance<M>;
  }

  /** Runs a query; every row holds one object. */
  async execute<M extends AnyModel>(statement: Select<M>): Promise<Result<Record<string, Instance<M>>>> {
    this.#assertUsable();
    const { sql, parameters } = statement.compile();
    const rows = await this.#query(sql, parameters);
    const { model } = statement;
    return new Result({
      columns: [model.name],
      rows: rows.map((row) => [this.#load(model, row)]),
      command: "SELECT",
      rowCount: rows.length,
    });
  }

  /** The first object that a query finds, or `null`; further ones are ignored. */
  async scalar<M extends AnyModel>(statement: Select<M>): Promise<Instance<M> | null> {
    return (await this.execute(statement)).scalar<Instance<M>>();
  }

  /** The objects that a query finds. */
  async scalars<M extends AnyModel>(statement: Select<M>): Promise<ScalarResult<Instance<M>>> {
    return (await this.execute(statement)).scalars<Instance<M>>();
  }

  /**
   * Sends what waits: new objects and changed ones. The transaction stays open.
   *
   * @throws {EncodingError} before anything is sent. @throws {DatabaseError} the session then needs a `rollback()`.
   */
  async flush(): Promise<void> {
    this.#assertUsable();
    const plan = this.#plan();
    if (plan.length === 0) return;
    const connection = await this.#begun();
    await this.#sending(() => this.#send(connection, plan));
  }

  /**
   * Sends what waits and makes the transaction permanent. COMMIT travels together with new rows; where rows were
   * changed it waits until each is known to have met its row.
   */
  async commit(): Promise<void> {
    this.#assertUsable();
    const plan = this.#plan();
    if (plan.length === 0 && !this.#connection) return;
    const connection = await this.#begun();
    await this.#sending(async () => {
      const mustCheck = plan.some(({ kind }) => kind === "update");
      const sent = this.#send(connection, plan);
      if (mustCheck) await sent;
      const committed = connection.commit();
      committed.catch(() => {}); // when a statement failed, its error says more
      await sent;
      await committed;
    });
    await this.#release();
  }

  /** Undoes the transaction, forgets new objects and everything that was loaded. */
  async rollback(): Promise<void> {
    if (this.#closed) throw new SessionClosedError();
    this.#failure = undefined;
    this.#new.clear();
    this.#persistent.clear();
    this.#identities.clear();
    await this.#release();
  }

  /** Rolls back what was not committed and gives the connection back. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.rollback();
    this.#closed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #plan(): PlannedStatement[] {
    const added = [...this.#new].map(([entity, table]) => ({ entity, table }));
    return planFlush(added, this.#persistent.values());
  }

  /** Sends the statements of a plan together and takes over what the server made. */
  async #send(connection: Connection, plan: readonly PlannedStatement[]): Promise<void> {
    for (const { parameters } of plan) encodeParameters(parameters); // fails here, before the first is sent
    const answers = plan.map(({ sql, parameters }) => connection.execute(sql, parameters));
    for (const [index, step] of plan.entries()) {
      const result = await answers[index];
      if (step.kind === "update" && result.rowCount !== 1) throw new StaleDataError(step.table.name);
      applyReturned(step, result.tuples().all());
      for (const entity of step.entities) this.#persist(step.table, entity);
    }
  }

  async #sending(send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
  }

  async #query(sql: string, parameters: readonly unknown[]): Promise<unknown[][]> {
    await this.flush();
    const connection = await this.#begun();
    return (await connection.execute(sql, parameters)).tuples().all();
  }

  /** The object of a row: the one that is known, as it is, or a new one. */
  #load(model: AnyModel, row: readonly unknown[]): Entity {
    const { table } = model;
    const key = table.primaryKey.map((column) => row[table.columns.indexOf(column)]);
    const known = this.#identities.get(table, key);
    if (known) return known;
    const entity: Entity = Object.create(model.prototype);
    table.columns.forEach(({ attribute }, index) => entity[attribute] = row[index]);
    this.#persist(table, entity);
    return entity;
  }

  #persist(table: Table, entity: Entity): void {
    this.#new.delete(entity);
    this.#identities.set(table, entity);
    const loaded = table.columns.map(({ attribute }) => entity[attribute]);
    this.#persistent.set(entity, { table, entity, loaded });
  }

  #begun(): Promise<Connection> {
    return this.#connection ??= this.#engine.connect();
  }

  async #release(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await (await connection?.catch(() => undefined))?.close();
  }

  #assertUsable(): void {
    if (this.#closed) throw new SessionClosedError();
    if (this.#failure) throw new PendingRollbackError(this.#failure);
  }
}

const SELECT_BY_KEY = new WeakMap<Table, string>();

/** The SELECT of `get()`: written once a table. */
function selectByKey(table: Table): string {
  const known = SELECT_BY_KEY.get(table);
  if (known) return known;
  const columns = table.columns.map(({ name }) => quote(name)).join(", ");
  const key = table.primaryKey.map(({ name }, index) => `${quote(name)} = $${index + 1}`).join(" AND ");
  const sql = `SELECT ${columns} FROM ${quote(table.name)} WHERE ${key}`;
  SELECT_BY_KEY.set(table, sql);
  return sql;
}
