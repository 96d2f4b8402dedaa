/** What awaits and what blocks has the same members: the differences are listed here, with their reasons. */
import { assertEquals } from "@std/assert";
import {
  Connection,
  createEngine,
  createSyncEngine,
  Engine,
  RowStream,
  Session,
  type SessionMaker,
  sessionmaker,
  SyncConnection,
  SyncEngine,
  SyncRowStream,
  SyncSession,
  type SyncSessionMaker,
  syncSessionmaker,
} from "../mod.ts";
import { Savepoint, SyncSavepoint } from "../engine/savepoint.ts";

/** The reason why only one of two classes has a member. */
type Reasons = Readonly<Record<string, string>>;

/** What awaits, what blocks, and the members that only one of them has. */
const PAIRS: readonly [string, Surface, Surface, Reasons][] = [
  ["Session", Session, SyncSession, {}],
  ["Savepoint", Savepoint, SyncSavepoint, {}],
  ["RowStream", RowStream, SyncRowStream, {}],
  ["Connection", Connection, SyncConnection, {
    id: "a field of a SyncConnection, not a getter",
    invalidate: "a SyncEngine has no pool that would keep a connection: it replaces one that does not work",
    lastSql: "names the unit of work that has the only connection of a SyncEngine, for its error",
  }],
  ["Engine", Engine, SyncEngine, {
    cancel: "cancels the statements that run: a blocked thread cannot call it",
    kysely: "Kysely awaits its queries; a SyncConnection executes them",
    poolStatus: "a SyncEngine has one connection",
  }],
];

/** A class. */
type Surface = abstract new (...args: never[]) => object;

/** Returns the names of the public members of a class, without those that release it, which follow its kind. */
function members({ prototype }: Surface): string[] {
  const names: (string | symbol)[] = [];
  for (let each = prototype; each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    names.push(...Reflect.ownKeys(each));
  }
  const released: readonly (string | symbol)[] = [Symbol.dispose, Symbol.asyncDispose, "constructor"];
  const iterated: readonly (string | symbol)[] = [Symbol.iterator, Symbol.asyncIterator];
  return [
    ...new Set(
      names.filter((name) => !released.includes(name)).map((name) =>
        iterated.includes(name) ? "iterator" : String(name)
      ),
    ),
  ].sort();
}

for (const [name, awaiting, blocking, reasons] of PAIRS) {
  Deno.test(`${name}: both kinds have the same members, but for those with a reason`, () => {
    const [ours, theirs] = [members(awaiting), members(blocking)];
    const only = [...ours.filter((each) => !theirs.includes(each)), ...theirs.filter((each) => !ours.includes(each))];
    assertEquals(only.sort(), Object.keys(reasons).sort());
    const release = (of: Surface) =>
      Reflect.has(of.prototype, Symbol.dispose) || Reflect.has(of.prototype, Symbol.asyncDispose);
    assertEquals(release(awaiting), release(blocking));
  });
}

Deno.test("makers of sessions have the same members", async () => {
  await using engine = createEngine("postgresql+pg://localhost/nowhere");
  using blocking = createSyncEngine("postgresql+libpq://localhost/nowhere");
  assertEquals(Object.keys(sessionmaker(engine)).sort(), Object.keys(syncSessionmaker(blocking)).sort());
});

/** The counterparts in results and parameters. */
type Counterpart<T> = T extends Promise<infer Value> ? Counterpart<Value>
  : T extends Savepoint ? SyncSavepoint
  : T extends RowStream<infer Item, infer Row> ? SyncRowStream<Item, Row>
  : T extends Session ? SyncSession
  : T extends Connection ? SyncConnection
  : T;
/** A blocked thread receives no signal. */
type WithoutSignal<T> = "signal" extends keyof NonNullable<T> ? Omit<NonNullable<T>, "signal"> : NonNullable<T>;
type Call<T> = T extends (...parameters: infer All) => infer Result
  ? { takes: { [Index in keyof All]: WithoutSignal<All[Index]> }; gives: Counterpart<Result> }
  : T;
type Same<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false;
/** The members of both whose parameters or results differ. */
type Differences<A, B> = {
  [Name in keyof A & keyof B]: Same<Call<A[Name]>, Call<B[Name]>> extends true ? never : Name;
}[
  & keyof A
  & keyof B
];
/** The members of one only. */
type OfOne<A, B> = Exclude<Exclude<keyof A, keyof B> | Exclude<keyof B, keyof A>, symbol>;

Deno.test("types: parameters and results are the same, up to promises and signals", () => {
  const session: Same<Differences<Session, SyncSession>, never> = true;
  const savepoint: Same<Differences<Savepoint, SyncSavepoint>, never> = true;
  const connection: Same<Differences<Connection, SyncConnection>, never> = true;
  // its work takes a unit of the same kind, and may return a promise or not
  const engine: Same<Differences<Engine, SyncEngine>, "begin"> = true;
  const maker: Same<Differences<SessionMaker, SyncSessionMaker>, "begin"> = true;
  const told: Same<Differences<{ a(x: string): Promise<1>; b(): Promise<1> }, { a(x: number): 1; b(): 1 }>, "a"> = true;
  const onlyOne: Same<OfOne<Session, SyncSession> | OfOne<Savepoint, SyncSavepoint>, never> = true;
  assertEquals([session, savepoint, connection, engine, maker, told, onlyOne].includes(false as never), false);
});
