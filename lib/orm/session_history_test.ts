/**
 * Random histories of a session against a plain model of the tables: what a flush writes, a commit keeps and a rollback
 * undoes, in savepoints too, while another session changes rows now and then: what that wrote is never overwritten. A
 * history that goes wrong is cut down to the shortest one and printed with its seed.
 */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import {
  createEngine,
  createSyncEngine,
  type Engine,
  IntegrityError,
  NotLoadedError,
  PendingRollbackError,
  select,
  selectinload,
  type SessionMaker,
  sessionmaker,
  type SessionSavepoint,
  StaleDataError,
  syncSessionmaker,
  UniqueCircleError,
} from "../mod.ts";
import { cases, seed } from "../../testing/cases.ts";
import { testDatabase } from "../../testing/test_database.ts";
import type { Entity } from "./identity_map.ts";
import { stateOf } from "./object_state.ts";
import { metadata, Team, Toy, User } from "../../testing/playground.ts";
import { onDriver } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);

const SEED = seed(20_260_731);
const HISTORIES = { pg: cases(120), postgres: cases(60), libpq: cases(60), blocking: cases(60) };
const NAMES = ["a", "b", "c", "d"]; // few, so that unique names collide

/** Rows by the number of their object; references are such numbers too. */
interface Tables {
  users: Map<number, UserRow & { version: number }>;
  toys: Map<number, { name: string }>;
  teams: Map<number, { name: string }>;
  /** `user-toy` */
  links: Set<string>;
}

interface UserRow {
  name: string;
  team: number | null;
  friend: number | null;
  settings: { sizes: number[] } | null;
}

/** An action: its name, and two numbers that choose its objects and values. */
type Command = [name: keyof History, a: number, b: number];

/** One history: the session, and beside it what the tables should hold. */
class History {
  readonly #engine: Engine;
  #session;
  /** Every object ever made, by its number. */
  readonly #objects: (User | Toy | Team)[] = [];
  #committed: Tables = { users: new Map(), toys: new Map(), teams: new Map(), links: new Set() };
  #flushed = structuredClone(this.#committed);
  /** Expected contents of the tables after the next flush. */
  #wanted = structuredClone(this.#committed);
  #savepoints: { point: SessionSavepoint; before: Tables }[] = [];
  /** Savepoints whose transaction is over. */
  #stale: SessionSavepoint[] = [];
  #failed = false;
  /** What a flush throws after a failure. */
  #refusal: typeof PendingRollbackError | typeof UniqueCircleError = PendingRollbackError;
  /** Users whose rows another session changed: objects may hold an earlier version. */
  readonly #overtaken = new Set<number>();

  constructor(engine: Engine, readonly getSession: SessionMaker) {
    this.#engine = engine;
    this.#session = getSession();
  }

  async run(history: readonly Command[]): Promise<void> {
    try {
      for (const [name, a, b] of history) {
        const undoes = name === "rollback" || name === "rollbackNested" || name === "reopen";
        if (this.#failed && !undoes) await assertRejects(async () => await this.#session.flush(), this.#refusal);
        else await (this[name] as (a: number, b: number) => unknown)(a, b);
      }
      await this.rollback();
    } finally {
      await this.#session.close();
    }
  }

  addUser(a: number, b: number): void {
    const team = b % 2 ? this.#pick("teams", b) : undefined;
    const friend = b % 3 ? this.#pick("users", b) : undefined;
    const user = User.create({
      name: NAMES[a % 4],
      settings: b % 2 ? { sizes: [b] } : null,
      team: team && team[1] as Team,
      friend: friend && friend[1] as User,
    });
    this.#wanted.users.set(this.#objects.push(user) - 1, {
      name: user.name,
      team: team?.[0] ?? null,
      friend: friend?.[0] ?? null,
      settings: b % 2 ? { sizes: [b] } : null,
      version: 0,
    });
    this.#session.add(user);
  }

  addToy(a: number): void {
    const toy = new Toy({ name: NAMES[a % 4] });
    this.#wanted.toys.set(this.#objects.push(toy) - 1, { name: toy.name });
    this.#session.add(toy);
  }

  addTeam(a: number): void {
    const team = new Team({ name: NAMES[a % 4] });
    this.#wanted.teams.set(this.#objects.push(team) - 1, { name: team.name });
    this.#session.add(team);
  }

  rename(a: number, b: number): void {
    const [number, object] = this.#pick(b % 3 ? "users" : "toys", a) ?? [];
    if (object === undefined) return;
    object.name = NAMES[b % 4];
    (this.#wanted.users.get(number!) ?? this.#wanted.toys.get(number!))!.name = object.name;
  }

  /** A JSON value is replaced, changed inside, or set to null. */
  settings(a: number, b: number): void {
    this.#withUser(a, (user, row) => {
      if (user.settings && b % 3 === 0) user.settings.sizes = [b];
      else user.settings = b % 3 === 1 ? null : { sizes: [b] };
      row.settings = user.settings && { sizes: [b] };
    });
  }

  /** From one side, from the other, or by the foreign key. */
  setTeam(a: number, b: number): void {
    this.#withUser(a, (user, row) => {
      const [number = null, team = null] = this.#pick("teams", b) ?? [];
      if (b % 4 === 0) user.team = team as Team | null;
      else if (b % 4 === 1) (team as Team | null)?.members.add(user);
      else if (b % 4 === 2) user.team = null;
      else user.teamId = null;
      if (b % 4 > 1) row.team = null;
      else if (b % 4 === 0 || team) row.team = number;
    });
  }

  leaveTeam(a: number): void {
    this.#withUser(a, (user, row) => {
      const others = [...this.#wanted.teams.keys()].filter((number) => number !== row.team);
      for (const number of others) assert(!(this.#objects[number] as Team).members.delete(user));
      if (row.team !== null) (this.#objects[row.team] as Team).members.delete(user);
      row.team = null;
    });
  }

  setFriend(a: number, b: number): void {
    this.#withUser(a, (user, row) => {
      const [number = null, friend = null] = b % 3 ? this.#pick("users", b) ?? [] : [];
      user.friend = friend as User | null;
      row.friend = number;
    });
  }

  link(a: number, b: number): void {
    const [[user, sandy], [toy, car]] = [this.#pick("users", a) ?? [], this.#pick("toys", b) ?? []];
    if (!sandy || !car) return;
    if (a % 2) (sandy as User).toys.add(car as Toy);
    else (car as Toy).users.add(sandy as User);
    this.#wanted.links.add(`${user}-${toy}`);
  }

  unlink(a: number, b: number): void {
    const [[user, sandy], [toy, car]] = [this.#pick("users", a) ?? [], this.#pick("toys", b) ?? []];
    if (!sandy || !car) return;
    if (a % 2) (sandy as User).toys.delete(car as Toy);
    else (car as Toy).users.delete(sandy as User);
    this.#wanted.links.delete(`${user}-${toy}`);
  }

  delete(a: number, b: number): void {
    const table = (["users", "toys", "teams"] as const)[b % 3];
    const [number, object] = this.#pick(table, a) ?? [];
    if (object === undefined) return;
    // a team without a key, which a user waits for, could never be written
    if (table === "teams" && !this.#flushed.teams.has(number!)) return;
    this.#session.delete(object);
    this.#wanted[table].delete(number!);
    for (const link of this.#wanted.links) if (link.split("-").includes(`${number}`)) this.#wanted.links.delete(link);
  }

  /** Another session changes a row, while this one holds no locks. */
  async overtake(a: number): Promise<void> {
    const numbers = [...this.#committed.users.keys()];
    if (this.#session.state !== "idle" || numbers.length === 0) return;
    const number = numbers[a % numbers.length];
    const { id } = this.#objects[number];
    await this.#engine.begin((other) => other.execute("UPDATE users SET version = version + 1 WHERE id = $1", [id]));
    this.#overtaken.add(number);
    for (const tables of [this.#committed, this.#flushed, this.#wanted]) {
      const row = tables.users.get(number);
      if (row) row.version++;
    }
  }

  /** A toy goes, and another one takes its key, with its row and what refers to that. */
  replace(a: number): void {
    const [number, old] = this.#pick("toys", a) ?? [];
    if (old === undefined || !this.#flushed.toys.has(number!)) return;
    const kept = [...this.#wanted.links].filter((link) => link.endsWith(`-${number}`) && this.#flushed.links.has(link));
    this.delete(a, 1);
    const toy = new Toy({ id: (old as Toy).id, name: `after ${number}` });
    const taker = this.#objects.push(toy) - 1;
    this.#wanted.toys.set(taker, { name: toy.name });
    for (const link of kept) this.#wanted.links.add(link.replace(/\d+$/, `${taker}`));
    this.#session.add(toy);
  }

  /** Two users exchange their names: no order of statements allows that. */
  exchange(a: number, b: number): void {
    const [[one, sandy], [two, patrick]] = [this.#pick("users", a) ?? [], this.#pick("users", b) ?? []];
    if (!sandy || !patrick) return;
    [sandy.name, patrick.name] = [patrick.name, sandy.name];
    const { users } = this.#wanted;
    [users.get(one!)!.name, users.get(two!)!.name] = [users.get(two!)!.name, users.get(one!)!.name];
  }

  async flush(): Promise<void> {
    await this.#writes(() => this.#session.flush());
    if (!this.#failed) assertEquals([this.#session.new.size, this.#session.deleted.size], [0, 0]);
  }

  async get(a: number): Promise<void> {
    const [number, user] = this.#pick("users", a) ?? [];
    if (!user) return;
    const get = async () => assertStrictEquals(await this.#session.get(User, (user as User).id), user as User);
    // what was read in a transaction that was rolled back is read anew, and a query flushes first
    if (this.#flushed.users.has(number!) && !stateOf(user as unknown as Entity).isExpired) await get();
    else await this.#writes(get);
  }

  /** Copies what the given object was given: not its defaults, nor its first version. */
  async merge(a: number, b: number): Promise<void> {
    const [number, user] = this.#pick("users", a) ?? [];
    if (!user) return;
    const given = new User({ id: (user as User).id, name: NAMES[b % 4], ...b % 3 ? {} : { settings: null } });
    const merge = async () => assertStrictEquals(await this.#session.merge(given), user as User);
    if (this.#flushed.users.has(number!) && !stateOf(user as unknown as Entity).isExpired) await merge();
    else await this.#writes(merge);
    if (this.#failed) return;
    const row = this.#wanted.users.get(number!)!;
    row.name = given.name;
    if (b % 3 === 0) row.settings = null;
  }

  /** A query sees what waits, and gives the objects that are known. */
  async select(): Promise<void> {
    await this.#writes(async () => {
      const users = (await this.#session.scalars(select(User))).all();
      assertEquals(new Set(users), new Set([...this.#wanted.users.keys()].map((each) => this.#objects[each] as User)));
    });
  }

  async commit(): Promise<void> {
    await this.#writes(() => this.#session.commit());
    if (this.#failed) return;
    this.#committed = structuredClone(this.#flushed);
    await this.#ended();
    assertEquals([this.#session.new.size, this.#session.deleted.size], [0, 0]);
  }

  async rollback(): Promise<void> {
    await this.#session.rollback();
    this.#flushed = structuredClone(this.#committed);
    await this.#ended();
  }

  async beginNested(): Promise<void> {
    let point!: SessionSavepoint;
    await this.#writes(async () => point = await this.#session.beginNested());
    if (!this.#failed) this.#savepoints.push({ point, before: structuredClone(this.#flushed) });
  }

  async commitNested(): Promise<void> {
    const last = this.#savepoints.at(-1);
    if (!last) return;
    await this.#writes(() => last.point.commit());
    if (!this.#failed) this.#stale.push(this.#savepoints.pop()!.point);
  }

  async rollbackNested(a: number): Promise<void> {
    const { point, before } = this.#savepoints.pop() ?? {};
    if (!point) return await this.#stale[a % this.#stale.length]?.rollback(); // does nothing
    await point.rollback();
    this.#failed = false;
    this.#flushed = before!;
    this.#wanted = structuredClone(before!);
    this.#compareObjects(this.#flushed);
  }

  /** Another session, which reads everything anew; of some collections it knows nothing. */
  async reopen(a: number): Promise<void> {
    await this.#session.close();
    this.#session = this.getSession();
    this.#flushed = structuredClone(this.#committed);
    const users = select(User).options(selectinload("toys"));
    const toys = a % 2 ? select(Toy) : select(Toy).options(selectinload("users"));
    const found = [...await this.#session.scalars(users), ...await this.#session.scalars(toys)];
    for (const object of [...found, ...await this.#session.scalars(select(Team))]) {
      const table = object instanceof User ? "users" : object instanceof Toy ? "toys" : "teams";
      // several objects may have had the key
      const number = [...this.#committed[table].keys()].find((each) => this.#objects[each].id === object.id)!;
      this.#objects[number] = object;
    }
    await this.#ended();
  }

  /** Does something that flushes, and looks whether it fails just when the tables forbid it. */
  async #writes(work: () => Promise<unknown>): Promise<void> {
    const expected = this.#forecast();
    const written = [...this.#flushed.users.keys()].filter((number) => this.#isWritten(number));
    const isStale = written.some((number) => this.#version(number) !== this.#flushed.users.get(number)!.version);
    try {
      await work();
    } catch (error) {
      this.#failed = true;
      this.#refusal = error instanceof UniqueCircleError ? UniqueCircleError : PendingRollbackError;
      if (error instanceof UniqueCircleError) {
        assert(expected !== "works" && expected !== "fails", `this flush had to work: ${error.message}`);
        return;
      }
      if (!(error instanceof IntegrityError || error instanceof StaleDataError)) throw error;
      const isDue = isStale || expected === "fails" && error instanceof IntegrityError;
      assert(isDue, `this flush had to work: ${error.message}`);
      assertEquals(this.#session.state, "failed");
      return;
    }
    assert(expected === "works" && !isStale, "this flush had to fail");
    for (const [number, row] of this.#wanted.users) {
      const before = this.#flushed.users.get(number)?.version;
      const version = this.#version(number);
      if (before === undefined) assertEquals(version, 1, "a new row is written once, whatever it refers to");
      else if (written.includes(number)) assertEquals(version, before + 1);
      else continue;
      row.version = version;
    }
    this.#flushed = structuredClone(this.#wanted);
  }

  #isWritten(number: number): boolean {
    return JSON.stringify(this.#flushed.users.get(number)) !== JSON.stringify(this.#wanted.users.get(number));
  }

  #version(number: number): number {
    return (this.#objects[number] as User).version;
  }

  /** A name may change hands in one flush, except in a circle. */
  #forecast(): "works" | "refused" | "refused or fails" | "fails" {
    const rows = [...this.#wanted.users];
    const isMissing = (number: number | null, table: Map<number, unknown>) => number !== null && !table.has(number);
    if (
      new Set(rows.map(([, { name }]) => name)).size < rows.length ||
      rows.some(([, { team, friend }]) => isMissing(team, this.#wanted.teams) || isMissing(friend, this.#wanted.users))
    ) return this.#isCircular() ? "refused or fails" : "fails";
    return this.#isCircular() ? "refused" : "works";
  }

  /** Whether users take each other's names in a circle. */
  #isCircular(): boolean {
    const owners = new Map([...this.#flushed.users].map(([number, { name }]) => [name, number]));
    const next = (number: number) => owners.get(this.#wanted.users.get(number)?.name ?? "");
    return [...this.#flushed.users.keys()].some((start) => {
      if (next(start) === start) return false;
      const seen = new Set<number>();
      let at = next(start);
      while (at !== undefined && at !== start && !seen.has(at)) {
        seen.add(at);
        at = next(at);
      }
      return at === start;
    });
  }

  /** After a transaction the tables hold what was committed, and so do the objects. */
  async #ended(): Promise<void> {
    this.#failed = false;
    this.#stale.push(...this.#savepoints.map(({ point }) => point));
    this.#savepoints = [];
    this.#wanted = structuredClone(this.#flushed);
    assertEquals(await this.#read(), this.#committed, "the tables");
    this.#compareObjects(this.#committed);
  }

  #compareObjects(tables: Tables): void {
    const id = (number: number | null) => number === null ? null : this.#objects[number].id;
    for (const [number, row] of tables.users) {
      const user = this.#objects[number] as User;
      const { name, teamId, friendId, settings } = user;
      const expected = {
        name: row.name,
        teamId: id(row.team),
        friendId: id(row.friend),
        settings: row.settings as User["settings"],
      };
      assertEquals({ name, teamId, friendId, settings }, expected, `object ${number}`);
      const isOld = this.#overtaken.has(number) && user.version < row.version;
      if (!isOld) assertEquals(user.version, row.version, `version of object ${number}`);
      this.#compareReference(() => user.team, row.team);
      this.#compareReference(() => user.friend, row.friend);
      if (user.toys.isLoaded) this.#compareLinks(tables, "users", number, [...user.toys]);
    }
    for (const [number, { name }] of tables.toys) {
      const toy = this.#objects[number] as Toy;
      assertEquals(toy.name, name, `object ${number}`);
      if (toy.users.isLoaded) this.#compareLinks(tables, "toys", number, [...toy.users]);
    }
  }

  #compareReference(read: () => object | null, number: number | null): void {
    try {
      assertStrictEquals(read(), number === null ? null : this.#objects[number]);
    } catch (error) {
      if (!(error instanceof NotLoadedError)) throw error;
    }
  }

  #compareLinks(tables: Tables, side: "users" | "toys", number: number, held: (User | Toy)[]): void {
    const other = side === "users" ? "toys" : "users";
    const numbers = held.map((each) => this.#objects.indexOf(each));
    const expected = [...tables[other].keys()].filter((each) =>
      tables.links.has(side === "users" ? `${number}-${each}` : `${each}-${number}`)
    );
    assertEquals(numbers.toSorted(), expected.toSorted(), `collection of object ${number}`);
  }

  /** The tables as they are, seen by another connection. */
  async #read(): Promise<Tables> {
    await using connection = await this.#engine.connect({ isolationLevel: "AUTOCOMMIT" });
    const [users, toys, teams, links] = await Promise.all([
      connection.execute<User>(
        `SELECT id, name, team_id AS "teamId", friend_id AS "friendId", settings, version FROM users`,
      ),
      connection.execute<Toy>("SELECT id, name FROM toys"),
      connection.execute<Team>("SELECT id, name FROM teams"),
      connection.execute<{ user: string; toy: string }>(`SELECT user_id AS "user", toy_id AS toy FROM user_toy`),
    ]);
    const live = new Map<unknown, number>();
    for (const table of ["users", "toys", "teams"] as const) {
      for (const number of this.#committed[table].keys()) live.set(this.#objects[number].id, number);
    }
    const number = (id: unknown) => id === null ? null : live.get(id) ?? -1;
    return {
      users: new Map(
        users.all().map(({ id, name, teamId, friendId, settings, version }) => {
          const row = { name, team: number(teamId), friend: number(friendId), version };
          return [number(id)!, { ...row, settings: settings as UserRow["settings"] }];
        }),
      ),
      toys: new Map(toys.all().map(({ id, name }) => [number(id)!, { name }])),
      teams: new Map(teams.all().map(({ id, name }) => [number(id)!, { name }])),
      links: new Set(links.all().map(({ user, toy }) => `${number(user)}-${number(toy)}`)),
    };
  }

  #pick(table: "users" | "toys" | "teams", index: number): [number, User | Toy | Team] | undefined {
    const numbers = [...this.#wanted[table].keys()];
    const number = numbers[index % numbers.length];
    return number === undefined ? undefined : [number, this.#objects[number]];
  }

  #withUser(index: number, change: (user: User, row: NonNullable<ReturnType<Tables["users"]["get"]>>) => void): void {
    const [number, user] = this.#pick("users", index) ?? [];
    if (user) change(user as User, this.#wanted.users.get(number!)!);
  }
}

/** The more often a command is named, the more often it comes. */
const COMMANDS: (keyof History)[] = [
  ...["addUser", "addUser", "addToy", "addTeam", "rename", "settings", "setTeam", "leaveTeam", "setFriend"] as const,
  ...[
    "merge",
    "link",
    "link",
    "unlink",
    "delete",
    "replace",
    "exchange",
    "flush",
    "get",
    "select",
    "commit",
    "commit",
    "rollback",
  ] as const,
  ...["beginNested", "commitNested", "rollbackNested", "reopen", "overtake"] as const,
];
const command = fc.tuple(fc.constantFrom(...COMMANDS), fc.nat(7), fc.nat(11));

/** Found with another seed. */
const FOUND: Command[][] = [
  [
    ...[["addUser", 0, 0], ["commit", 0, 0], ["reopen", 0, 0], ["rollback", 0, 0]] as Command[],
    ...[["addUser", 0, 0], ["get", 0, 0]] as Command[],
  ],
];

for (const [driver, numRuns] of Object.entries(HISTORIES)) {
  database.test(`${driver}: ${numRuns} random histories agree with the tables`, async (url) => {
    await using engine = createEngine(onDriver(url, "pg")); // for what others do
    using blocking = driver === "blocking" ? createSyncEngine(onDriver(url, "libpq")) : undefined;
    await using own = createEngine(onDriver(url, blocking ? "pg" : driver));
    const getSession = blocking ? syncSessionmaker(blocking) as unknown as SessionMaker : sessionmaker(own);
    await engine.begin((connection) => metadata.createAll(connection));
    const property = fc.asyncProperty(
      fc.array(command, { minLength: 5, maxLength: 30, size: "max" }),
      async (history) => {
        await engine.begin(async (connection) => {
          await connection.execute("DELETE FROM user_toy; DELETE FROM users; DELETE FROM toys; DELETE FROM teams");
        });
        await new History(engine, getSession).run(history);
        assertEquals([engine.poolStatus.held, own.poolStatus.held], [0, 0], "a connection was not given back");
      },
    );
    await fc.assert(property, { seed: SEED, numRuns, examples: FOUND.map((history) => [history]) });
  });
}
